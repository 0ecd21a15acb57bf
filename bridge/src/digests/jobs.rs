//! Once a week to the rooms, and zone by zone to partners: a page of them at a time, so that none of it is one
//! large unit of work.
use super::{actions, rules, store};
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use rules::Turn;

const ROOMS: &str = "digest.rooms";
const PEOPLE: &str = "digest.people";
/// The zone of those who have set none: the program's.
const OURS: &str = "";

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        ROOMS => rooms(work).await,
        PEOPLE => people(work, &job.payload).await,
        other => Err(Fault::Bug(format!("no job of digests is called {other}"))),
    }
}

/// To be asked for at every start; a job that waits already stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    let calendar = &work.program.calendar;
    let at = rules::next_at(calendar, calendar, work.now);
    work.job(ROOMS, ROOMS.to_owned(), String::new(), at);
    in_zone(work, OURS);
    for zone in store::zones(work.tx).await? {
        in_zone(work, &zone);
    }
    Ok(())
}

/// Somebody lives by this zone.
pub fn in_zone(work: &mut Work<'_>, zone: &str) {
    let own = actions::calendar_of(work, zone);
    let at = rules::next_at(&work.program.calendar, &own, work.now);
    again(work, zone, at);
}

async fn rooms(work: &mut Work<'_>) -> Result<(), Fault> {
    let calendar = work.program.calendar.clone();
    let at = match rules::turn(&calendar, &calendar, work.now) {
        Turn::Later(at) => at,
        Turn::Now(week) => {
            actions::tell_rooms(work, week).await?;
            actions::tell_organizations(work, week).await?;
            rules::next_at(&calendar, &calendar, work.now)
        }
    };
    work.job(ROOMS, ROOMS.to_owned(), String::new(), at);
    Ok(())
}

/// A zone in which nobody lives any more keeps its job: somebody may come back to it.
async fn people(work: &mut Work<'_>, zone: &str) -> Result<(), Fault> {
    let program = work.program.calendar.clone();
    let own = actions::calendar_of(work, zone);
    let at = match rules::turn(&program, &own, work.now) {
        Turn::Later(at) => at,
        Turn::Now(week) if actions::tell_page(work, zone, week).await? => work.now,
        Turn::Now(_) => rules::next_at(&program, &own, work.now),
    };
    again(work, zone, at);
    Ok(())
}

fn again(work: &mut Work<'_>, zone: &str, at: i64) {
    work.job(PEOPLE, format!("{PEOPLE}:{zone}"), zone.to_owned(), at);
}
