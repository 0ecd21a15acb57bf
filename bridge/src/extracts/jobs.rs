//! When extracts are made: once a day after midnight, and soon after somebody shows themselves otherwise.
//! They wait a while for boards that are about to be shown, so that what is told is what stands there.
use super::actions;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const DAY: &str = "extract.day";
const SOON: &str = "extract.soon";
const REST: &str = "extract.rest";
/// So long after midnight: the boards' turn of the day is over by then.
const AFTER_MIDNIGHT_MS: i64 = 600_000;
/// What one person shows and hides again is told once an hour at most.
const SOON_MS: i64 = 3_600_000;
/// How often, and how long apart, boards on the move are waited for.
const WAITS_MAX: u32 = 300;
const WAIT_MS: i64 = 2_000;

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    let Ok(tomorrow) = work.today().tomorrow() else { return };
    let at = work.program.calendar.start_of(tomorrow).saturating_add(AFTER_MIDNIGHT_MS);
    work.job(DAY, DAY.to_owned(), "0".to_owned(), at);
}

/// Somebody shows themselves otherwise.
pub fn soon(work: &mut Work<'_>) {
    if work.program.extracts {
        let at = work.now.saturating_add(SOON_MS);
        work.job(SOON, SOON.to_owned(), "0".to_owned(), at);
    }
}

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    let kind = match job.kind.as_str() {
        DAY => DAY,
        SOON => SOON,
        REST => REST,
        other => return Err(Fault::Bug(format!("no job of extracts is called {other}"))),
    };
    let waited: u32 = job.payload.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
    if work.program.extracts {
        if waited < WAITS_MAX && !actions::moving(work).await?.is_empty() {
            let at = work.now.saturating_add(WAIT_MS);
            work.job(kind, kind.to_owned(), (waited + 1).to_string(), at);
            return Ok(());
        }
        if !actions::tell(work).await? {
            let at = work.now.saturating_add(SOON_MS);
            work.job(REST, REST.to_owned(), "0".to_owned(), at);
        }
    }
    if kind == DAY {
        start(work);
    }
    Ok(())
}
