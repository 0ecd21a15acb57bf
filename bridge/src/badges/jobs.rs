//! What badges and tiers owe by time: one message a person for what has changed, long walks, and a look
//! at every place in a tier once a day.
use super::actions::{self, tiers};
use super::store::sources;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

const TELL: &str = "badge.tell";
const DAY: &str = "badge.day";
pub const PLACES: &str = "badge.places";
/// How long awards wait for company, and for the message of the sale that caused them.
const GATHER_MS: i64 = 500;
const PAGE: i64 = 200;
const PAUSE_MS: i64 = 50;

/// What must be owed from the first start on; asked for again at every start.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    next_day(work);
    actions::start(work).await
}

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match (job.kind.as_str(), job.payload.split_once(' ')) {
        (TELL, Some((id, since))) => {
            let bad = || Fault::Data(job.payload.clone());
            let id = id.parse().map_err(|_| bad())?;
            actions::tell(work, id, since.parse().map_err(|_| bad())?).await
        }
        (actions::WALK, _) => actions::walk_on(work, &job.key, &job.payload).await,
        (DAY, _) => {
            places(work, "day", "");
            next_day(work);
            Ok(())
        }
        (PLACES, Some((why, after))) => look(work, why, after).await,
        (other, _) => Err(Fault::Bug(format!("no job of badges is called {other}"))),
    }
}

/// A person hears of what has changed from this fact on; what follows soon is in the same message.
pub fn tell_soon(work: &mut Work<'_>, id: PartnerId, first: i64) {
    let at = work.now + GATHER_MS;
    work.job(TELL, format!("{TELL}:{id}"), format!("{id} {first}"), at);
}

/// Tiers have changed: everyone's place is looked at.
pub fn all_places_soon(work: &mut Work<'_>) {
    places(work, "quiet", "");
}

/// `day`: those who stand in a tier, and they are told; `quiet`: all.
fn places(work: &mut Work<'_>, why: &str, after: &str) {
    let at = work.now + PAUSE_MS;
    work.job(PLACES, format!("{PLACES}:{why}:{after}"), format!("{why} {after}"), at);
}

async fn look(work: &mut Work<'_>, why: &str, after: &str) -> Result<(), Fault> {
    let page = sources::partners_after(work.tx, after, PAGE).await?;
    for id in &page {
        if why == "quiet" {
            tiers::moved(work, *id, tiers::By::Quiet).await?;
        } else if tiers::has_place(work, *id).await? {
            tiers::moved(work, *id, tiers::By::Day).await?;
        }
    }
    if let Some(last) = page.last().filter(|_| page.len() >= usize::try_from(PAGE).unwrap_or(0)) {
        places(work, why, &last.to_string());
    }
    Ok(())
}

/// The start of tomorrow in the program's zone.
fn next_day(work: &mut Work<'_>) {
    let Ok(tomorrow) = work.today().tomorrow() else { return };
    let at = work.program.calendar.start_of(tomorrow);
    work.job(DAY, DAY.to_owned(), String::new(), at);
}
