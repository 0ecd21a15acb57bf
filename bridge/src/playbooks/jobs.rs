//! What the library owes at a time: room state and root messages, indexes, questions to authors.
use super::actions::{library, post};
use super::facts::Facts;
use super::store::{self, posts};
use super::{render, rules};
use crate::platform::jobs::Job;
use crate::platform::pins;
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, state_hash};
use serde_json::json;

const STALE: &str = "playbook.stale";
const SCRUB: &str = "playbook.scrub";
const SLOT: &str = "playbooks";
const DAY_MS: i64 = 86_400_000;
/// Authors asked in one go; the rest on the next day.
const ASKED_MAX: i64 = 50;
/// When what was owed has gone out, most likely.
const SCRUB_MS: i64 = 60_000;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        "playbook.show" => show(work, &job.payload).await,
        "playbook.index" => index(work, &job.payload).await,
        STALE => stale(work).await,
        SCRUB => scrub(work).await,
        other => Err(Fault::Bug(format!("no job of the library is called {other}"))),
    }
}

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    let now = work.now;
    work.job(STALE, STALE.to_owned(), String::new(), now);
}

async fn show(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    let Some(row) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    let facts = Facts::of(work, row).await?;
    post::show(work, &facts).await?;
    if let Some(at) = post::edit_soon(work, &facts).await? {
        work.job("playbook.show", format!("playbook.show:{slug}"), slug.to_owned(), at);
    }
    Ok(())
}

/// The pinned message of a room; none before something is published for it.
async fn index(work: &mut Work<'_>, room: &str) -> Result<(), Fault> {
    if let Some(until) = pins::resting(work, room, SLOT).await? {
        work.job("playbook.index", format!("playbook.index:{room}"), room.to_owned(), until);
        return Ok(());
    }
    let industry = room.strip_prefix("industry:");
    let (rows, count) = library::list(work, industry).await?;
    let is_new = pins::pins(work.tx, room).await?.iter().all(|pin| pin.slot != SLOT);
    if rows.is_empty() && is_new {
        return Ok(());
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|facts| {
            let Facts { row, version, outcome, rating, .. } = facts;
            format!("{} {} {outcome:?} {rating:?}", row.slug, version.title)
        })
        .collect();
    let shown = pins::Shown {
        message: render::index(&rows, industry, count, &work.program.prefix),
        hash: state_hash(&json!([count, lines])),
        is_empty: rows.is_empty(),
    };
    pins::show(work, room, SLOT, &shown).await
}

/// Asks authors whether what nobody has used or edited for long still holds; once each time.
async fn stale(work: &mut Work<'_>) -> Result<(), Fault> {
    let before = work.now - rules::STALE_DAYS * DAY_MS;
    for row in store::stale(work.tx, before, ASKED_MAX).await? {
        let key = stale_key(&row.slug, row.touched_at);
        let facts = Facts::of(work, row).await?;
        let days = (work.now - facts.row.touched_at) / DAY_MS;
        let message = render::stale(&facts, days, &work.program.prefix);
        let room = format!("direct:{}", facts.row.saver);
        work.direct_as(&key, &facts.row.saver, &message);
        post::note(work, &facts, "question", &key, &room).await?;
        work.react(&room, &key, "✅");
        store::asked(work.tx, &facts.row.slug, work.now).await?;
    }
    work.job(STALE, STALE.to_owned(), String::new(), work.now + DAY_MS);
    Ok(())
}

fn stale_key(slug: &str, touched_at: i64) -> String {
    format!("stale:playbook:{slug}:{touched_at}")
}

/// The slug of a question's key.
#[must_use]
pub fn stale_of(key: &str) -> Option<&str> {
    key.strip_prefix("stale:playbook:")?.split(':').next()
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
