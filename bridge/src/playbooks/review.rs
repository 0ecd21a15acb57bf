//! The review card in the control room with the text under it, and what the author hears.
use super::actions::post;
use super::facts::Facts;
use super::render;
use super::rules::changes::{Changes, changes};
use super::rules::parts::split;
use super::store;
use super::store::posts::{self, Post};
use super::store::versions::{self, VersionRow};
use crate::platform::refusal::Fault;
use crate::platform::text::Message;
use crate::platform::work::{Work, event_ref};
use schema::card::PlaybookEvent;

const CONTROL: &str = "control";

/// The key of a version's review card.
#[must_use]
pub fn key(slug: &str, version: i64) -> String {
    format!("review:playbook:{slug}:{version}")
}

/// Slug and version of a review card's key.
#[must_use]
pub fn version_of(key: &str) -> Option<(&str, i64)> {
    let (slug, version) = key.strip_prefix("review:playbook:")?.split_once(':')?;
    Some((slug, version.parse().ok()?))
}

/// Whether a version is the newest and nobody has decided on it.
///
/// # Errors
/// When the database refuses.
pub async fn waits(work: &mut Work<'_>, slug: &str, version: i64) -> Result<bool, Fault> {
    let newest = store::by_slug(work.tx, slug).await?.map(|row| row.version);
    let row = versions::get(work.tx, slug, version).await?;
    let open = |row: &VersionRow| {
        row.published_at.is_none() && row.rejected_at.is_none() && row.erased_at.is_none()
    };
    Ok(newest == Some(version) && row.as_ref().is_some_and(open))
}

/// Posts the card with both answers to press, and the text in its thread.
///
/// # Errors
/// When the database refuses.
pub async fn open(work: &mut Work<'_>, facts: &Facts) -> Result<(), Fault> {
    let key = key(&facts.row.slug, facts.version.version);
    let changes = against_shown(work, facts).await?;
    work.send_as(&key, CONTROL, &render::review(facts, changes.as_ref(), None));
    note(work, facts, &key).await?;
    work.react(CONTROL, &key, "✅");
    work.react(CONTROL, &key, "❌");
    let text = facts.version.body.clone();
    let parts = split(&text);
    for (at, part) in parts.iter().enumerate() {
        let of_part = format!("{key}:{}", at + 1);
        let message = render::part(facts, part, (at + 1, parts.len()));
        work.send_thread_as(&of_part, CONTROL, &event_ref(&key), &message);
        note(work, facts, &of_part).await?;
    }
    Ok(())
}

async fn note(work: &mut Work<'_>, facts: &Facts, key: &str) -> Result<(), Fault> {
    let post = Post { key: key.to_owned(), room: CONTROL.to_owned() };
    let version = (facts.row.slug.as_str(), facts.version.version);
    posts::insert(work.tx, version, "review", &post).await?;
    Ok(())
}

async fn against_shown(work: &mut Work<'_>, facts: &Facts) -> Result<Option<Changes>, Fault> {
    let Some(shown) = facts.row.shown_version.filter(|v| *v != facts.version.version) else {
        return Ok(None);
    };
    let old = versions::get(work.tx, &facts.row.slug, shown).await?;
    Ok(old.map(|old| changes(&old.body, &facts.version.body)))
}

/// Edits the card to what the version is now.
///
/// # Errors
/// When the database refuses.
pub async fn update(
    work: &mut Work<'_>,
    facts: &Facts,
    decided_by: Option<&str>,
) -> Result<(), Fault> {
    let key = key(&facts.row.slug, facts.version.version);
    let message = render::review(facts, None, decided_by);
    edit(work, facts, &key, &message).await
}

/// # Errors
/// When the database refuses.
pub async fn edit(
    work: &mut Work<'_>,
    facts: &Facts,
    key: &str,
    message: &Message,
) -> Result<(), Fault> {
    let edit = work.edit(CONTROL, key, message);
    note(work, facts, &edit).await
}

/// Says the decision where the version was saved.
///
/// # Errors
/// When the database refuses.
pub async fn tell_author(
    work: &mut Work<'_>,
    facts: &Facts,
    event: PlaybookEvent,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let message = render::playbook(facts, event, reason);
    let (room, thread) = (facts.version.room_id.clone(), facts.version.thread.clone());
    let direct = room.is_empty() || crate::rooms::actions::place_of(work, &room).await?.is_direct();
    let (key, room) = if direct {
        (work.direct(&facts.row.saver, &message), format!("direct:{}", facts.row.saver))
    } else {
        (work.send_in_thread(&room, &thread, &message), room)
    };
    post::note(work, facts, "reply", &key, &room).await
}
