//! The end of questions that nobody goes on with: it is not worth a message.
use super::actions;
use super::rules::OPEN_DAYS;
use super::store::WalkRow;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const LAPSE: &str = "onboarding.lapse";
const DAY_MS: i64 = 86_400_000;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        LAPSE => actions::lapse(work, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of onboarding is called {other}"))),
    }
}

#[must_use]
pub fn lapses_at(row: &WalkRow) -> i64 {
    row.touched_at + OPEN_DAYS * DAY_MS
}

/// Looks again when nobody has gone on with it for long.
pub fn lapse_later(work: &mut Work<'_>, row: &WalkRow) {
    let at = lapses_at(row).max(work.now);
    work.job(LAPSE, format!("{LAPSE}:{}", row.id), row.id.clone(), at);
}
