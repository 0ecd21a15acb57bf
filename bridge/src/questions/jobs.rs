//! Once a day the questions that nobody has answered come up in general: each once, all in one
//! message, and none when there is none.
use super::rules::{DIGEST_MAX, UNANSWERED_MS};
use super::{render, store};
use crate::platform::jobs::Job;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;

const DIGEST: &str = "question.digest";
/// When people read it, after the start of the program's day.
const MORNING_MS: i64 = 9 * 3_600_000;

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    let now = work.now;
    next(work, now);
}

fn next(work: &mut Work<'_>, now: i64) {
    let calendar = &work.program.calendar;
    let today = calendar.day_of(now);
    let tomorrow = today.tomorrow().unwrap_or(today);
    let mornings = [today, tomorrow].map(|day| calendar.start_of(day) + MORNING_MS);
    let at = mornings.into_iter().find(|at| *at > now).unwrap_or(now + UNANSWERED_MS);
    work.job(DIGEST, DIGEST.to_owned(), String::new(), at);
}

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    if job.kind != DIGEST {
        return Err(Fault::Bug(format!("no job of questions is called {}", job.kind)));
    }
    let now = work.now;
    let rows = store::unanswered(work.tx, now - UNANSWERED_MS, DIGEST_MAX).await?;
    let key = format!("digest:{}", work.today());
    if !rows.is_empty() && !outbox::exists(work.tx, &key).await? {
        work.send_as(&key, &RoomKey::General.to_string(), &render::digest(&rows, now));
        for question in &rows {
            store::came_up(work.tx, &question.id, now).await?;
        }
    }
    next(work, now);
    Ok(())
}
