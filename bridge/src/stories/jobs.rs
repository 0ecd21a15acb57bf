//! What a case study owes at a time: a reminder, and its end, when nobody goes on with it.
use super::actions;
use super::rules::{OPEN_DAYS, REMIND_DAYS};
use super::store::StoryRow;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const LAPSE: &str = "story.lapse";
const REMIND: &str = "story.remind";
const DAY_MS: i64 = 86_400_000;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        LAPSE => actions::lapse(work, &job.payload).await,
        REMIND => actions::remind(work, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of case studies is called {other}"))),
    }
}

#[must_use]
pub fn lapses_at(row: &StoryRow) -> i64 {
    row.touched_at + OPEN_DAYS * DAY_MS
}

#[must_use]
pub fn reminds_at(row: &StoryRow) -> i64 {
    lapses_at(row) - REMIND_DAYS * DAY_MS
}

/// Looks again when nobody has gone on with it for long.
pub fn lapse_later(work: &mut Work<'_>, row: &StoryRow) {
    // Within the last days its author has been reminded.
    if reminds_at(row) > work.now {
        remind_later(work, row);
    }
    let at = lapses_at(row).max(work.now);
    work.job(LAPSE, format!("{LAPSE}:{}", row.id), row.id.clone(), at);
}

/// At the time of day at which its author went on last.
pub fn remind_later(work: &mut Work<'_>, row: &StoryRow) {
    let at = reminds_at(row).max(work.now);
    work.job(REMIND, format!("{REMIND}:{}", row.id), row.id.clone(), at);
}
