//! What the ledger owes by time: its head once a day, and the rest of a long verification.
use super::actions;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const HEAD: &str = "ledger.head";
/// So long after midnight: what midnight itself brings has been posted by then.
const AFTER_MIDNIGHT_MS: i64 = 300_000;

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    next(work, 0);
}

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        HEAD => {
            let told = job.payload.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
            let told = actions::tell_head(work, told).await?;
            next(work, told);
            Ok(())
        }
        actions::VERIFY => actions::verify_on(work, &job.key, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of the ledger is called {other}"))),
    }
}

/// The payload is the entry that was told last.
fn next(work: &mut Work<'_>, told: i64) {
    let calendar = &work.program.calendar;
    let Ok(tomorrow) = work.today().tomorrow() else { return };
    let at = calendar.start_of(tomorrow).saturating_add(AFTER_MIDNIGHT_MS);
    work.job(HEAD, HEAD.to_owned(), told.to_string(), at);
}
