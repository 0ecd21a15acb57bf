//! What the wins room owes at a time: what was gathered, and that erased words leave what was sent.
use super::actions;
use super::store::posts;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::stories;

const PEOPLE: &str = "win.people";
const SCRUB: &str = "win.scrub";
/// How long changes wait for company.
const GATHER_MS: i64 = 500;
/// When what was owed has gone out, most likely.
const SCRUB_MS: i64 = 60_000;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        "win.gather" => actions::gather(work).await,
        PEOPLE => people(work, &job.payload).await,
        SCRUB => scrub(work).await,
        other => Err(Fault::Bug(format!("no job of the wins room is called {other}"))),
    }
}

/// A partner is to be named otherwise: what stands in the wins room follows, soon.
pub fn people_soon(work: &mut Work<'_>, partner: &str) {
    let at = work.now + GATHER_MS;
    work.job(PEOPLE, format!("{PEOPLE}:{partner}"), partner.to_owned(), at);
}

async fn people(work: &mut Work<'_>, partner: &str) -> Result<(), Fault> {
    actions::people_changed(work, partner).await?;
    stories::actions::people_changed(work, partner).await
}

/// Owes that erased words leave the outbox as soon as they have gone out.
pub fn scrub_soon(work: &mut Work<'_>) {
    let at = work.now + SCRUB_MS;
    work.job(SCRUB, SCRUB.to_owned(), String::new(), at);
}

async fn scrub(work: &mut Work<'_>) -> Result<(), Fault> {
    if posts::scrub(work.tx).await? > 0 {
        scrub_soon(work);
    }
    Ok(())
}
