//! What goals owe at a time: what shows them, the turn of the day, and their end.
use super::actions::{self, JOB_PIN, JOB_SHOW};
use super::rules;
use super::store::GoalRow;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const END: &str = "goal.end";
const DAY: &str = "goal.day";

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        JOB_SHOW => actions::now(work, &job.payload).await,
        JOB_PIN => actions::pin(work, &job.payload).await,
        END => actions::end_of_time(work, &job.payload).await,
        DAY => day(work).await,
        other => Err(Fault::Bug(format!("no job of goals is called {other}"))),
    }
}

/// To be asked for at every start; a job that waits already stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    next_day(work);
    actions::show_open(work).await
}

/// A day less is left.
async fn day(work: &mut Work<'_>) -> Result<(), Fault> {
    next_day(work);
    actions::show_open(work).await
}

fn next_day(work: &mut Work<'_>) {
    let at = rules::end_at(&work.program.calendar, work.today());
    work.job(DAY, DAY.to_owned(), String::new(), at);
}

/// The end of the last day.
pub fn owe_end(work: &mut Work<'_>, goal: &GoalRow) {
    let at = rules::end_at(&work.program.calendar, goal.to);
    work.job(END, format!("{END}:{}", goal.id), goal.id.clone(), at);
}

/// Another look at the end of this day.
pub fn owe_look(work: &mut Work<'_>, id: &str) {
    let at = rules::end_at(&work.program.calendar, work.today());
    work.job(END, format!("{END}:{id}"), id.to_owned(), at);
}
