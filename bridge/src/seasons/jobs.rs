//! What seasons owe at a time: the hall of fame, and one word to the team when a month, quarter or year
//! can be closed. Closing itself is the team's.
use super::{actions, render, rules};
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const HALL: &str = "season.hall";
const READY: &str = "season.ready";
/// How long changes wait for company before the hall is written.
const GATHER_MS: i64 = 500;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        HALL => {
            if let Some(until) = actions::hall(work).await? {
                work.job(HALL, HALL.to_owned(), String::new(), until);
            }
            Ok(())
        }
        READY => ready(work, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of seasons is called {other}"))),
    }
}

/// What must be waiting from the first start on.
pub fn start(work: &mut Work<'_>) {
    next(work);
}

/// Asks for the hall of fame to be brought up to date.
pub fn hall(work: &mut Work<'_>) {
    let at = work.now + GATHER_MS;
    work.job(HALL, HALL.to_owned(), String::new(), at);
}

/// One message for all that has become ready since the last one.
async fn ready(work: &mut Work<'_>, told: &str) -> Result<(), Fault> {
    let told = told.parse().map_err(|_| Fault::Data(format!("{told} is no time")))?;
    let periods = actions::closable(work, told).await?;
    if !periods.is_empty() {
        let message = render::ready(&periods, &work.program.prefix);
        work.send("control", &message);
    }
    next(work);
    Ok(())
}

fn next(work: &mut Work<'_>) {
    if let Some(at) = rules::next_ready(&work.program.calendar, work.now) {
        work.job(READY, READY.to_owned(), work.now.to_string(), at);
    }
}
