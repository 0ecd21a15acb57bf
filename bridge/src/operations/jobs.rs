//! What the program does for itself once a day: raw texts of old inputs are dropped, in slices, so
//! that commands go between.
use crate::platform::inbox::store as inbox;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const SHED: &str = "inbox.shed";
const DAY_MS: i64 = 86_400_000;
const SLICE: i64 = 5_000;
/// The pause between two slices.
const SLICE_MS: i64 = 200;

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    let now = work.now;
    work.job(SHED, SHED.to_owned(), "0".to_owned(), now);
}

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    if job.kind != SHED {
        return Err(Fault::Bug(format!("no job of operations is called {}", job.kind)));
    }
    let after = job.payload.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
    let before = work.now - work.program.limits.raw_keep_days.saturating_mul(DAY_MS);
    let reached = inbox::shed(work.tx, after, SLICE, before).await?;
    let (payload, at) = match reached {
        Some(seq) => (seq.to_string(), work.now + SLICE_MS),
        // The next day begins where this one ended: below it nothing is left to drop.
        None => (job.payload.clone(), work.now + DAY_MS),
    };
    work.job(SHED, SHED.to_owned(), payload, at);
    Ok(())
}
