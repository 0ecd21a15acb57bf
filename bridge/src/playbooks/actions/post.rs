//! The playbooks room and the Space's state follow the library: a published version is a root
//! message with its text in the thread; the index names it; what must go is taken back.
use crate::platform::refusal::Fault;
use crate::platform::text::Message;
use crate::platform::work::{Work, event_ref, state_hash};
use crate::playbooks::facts::Facts;
use crate::playbooks::rules::parts::{Part, split};
use crate::playbooks::store::posts::{self, Post};
use crate::playbooks::store::{self, PlaybookRow};
use crate::playbooks::{live, render};
use schema::state::PlaybookBody;

pub const ROOM: &str = "playbooks";
const STATE: &str = "agency.siso.partners.playbook";
/// How long changes wait for company.
const GATHER_MS: i64 = 500;

/// The key of a root message.
#[must_use]
pub fn root_key(slug: &str, posted: i64) -> String {
    format!("playbook:{slug}:{posted}")
}

/// Puts the shown version into the room, its root and its text, and says so in the Space. The root
/// of the version before says that it was replaced.
pub async fn publish(work: &mut Work<'_>, slug: &str, before: Option<&Facts>) -> Result<(), Fault> {
    let Some(mut row) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    if let Some(old) = before.filter(|old| old.row.posted > 0 && old.version.erased_at.is_none()) {
        let new = row.shown_version.unwrap_or(row.version);
        let message = render::replaced(old, new, &work.program.prefix);
        edit_root(work, old, &message).await?;
    }
    row.posted += 1;
    let facts = Facts::of(work, row.clone()).await?;
    let root = root_key(slug, row.posted);
    let message = render::root(&facts, &work.program.prefix);
    let hash = state_hash(&message.content());
    work.send_as(&root, ROOM, &message);
    note(work, &facts, "root", &root, ROOM).await?;
    let text = facts.version.body.clone();
    let parts = split(&text);
    for (at, part) in parts.iter().enumerate() {
        let key = format!("{root}:{}", at + 1);
        let message = render::part(&facts, part, (at + 1, parts.len()));
        work.send_thread_as(&key, ROOM, &event_ref(&root), &message);
        note(work, &facts, "part", &key, ROOM).await?;
    }
    store::set_posted(work.tx, &row, &hash, work.now).await?;
    show(work, &facts).await
}

/// What the Space says of a playbook; nothing before it was published.
pub async fn show(work: &mut Work<'_>, facts: &Facts) -> Result<(), Fault> {
    if facts.row.posted == 0 {
        return Ok(());
    }
    let content = state_of(work, facts).await?;
    work.state("space", STATE, &facts.row.slug, &content);
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn state_of(
    work: &mut Work<'_>,
    facts: &Facts,
) -> Result<schema::state::PlaybookState, Fault> {
    let root = root_key(&facts.row.slug, facts.row.posted);
    let room_id = posts::room_id(work.tx, &root).await?;
    let body = room_id.filter(|_| facts.version.erased_at.is_none()).map(|room_id| PlaybookBody {
        room_id,
        event_id: event_ref(&root),
        sha256: facts.version.sha256.clone(),
    });
    Ok(render::state(facts, body, work.now))
}

/// The root message says what the playbook is now; at most once in a while. Gives the time to look
/// again at, where it is too soon.
pub async fn edit_soon(work: &mut Work<'_>, facts: &Facts) -> Result<Option<i64>, Fault> {
    let row = &facts.row;
    let hidden = row.posted == 0 || row.taken_down_at.is_some();
    if hidden || facts.version.erased_at.is_some() {
        return Ok(None);
    }
    let message = render::root(facts, &work.program.prefix);
    let hash = state_hash(&message.content());
    if row.shown_hash.as_ref() == Some(&hash) {
        return Ok(None);
    }
    let due = row.shown_at + work.program.limits.pin_every_ms;
    if work.now < due && row.retired_at.is_none() {
        return Ok(Some(due));
    }
    edit_root(work, facts, &message).await?;
    store::set_posted(work.tx, row, &hash, work.now).await?;
    Ok(None)
}

async fn edit_root(work: &mut Work<'_>, facts: &Facts, message: &Message) -> Result<(), Fault> {
    let root = root_key(&facts.row.slug, facts.row.posted);
    let key = work.edit(ROOM, &root, message);
    note(work, facts, "edit", &key, ROOM).await
}

/// Remembers a message of ours that holds a version's words.
pub async fn note(
    work: &mut Work<'_>,
    facts: &Facts,
    kind: &str,
    key: &str,
    room: &str,
) -> Result<(), Fault> {
    let post = Post { key: key.to_owned(), room: room.to_owned() };
    let version = (facts.row.slug.as_str(), facts.version.version);
    posts::insert(work.tx, version, kind, &post).await?;
    Ok(())
}

/// Answers the cause, and remembers that the answer holds a version's words.
///
/// # Errors
/// When the database refuses.
pub async fn answer(work: &mut Work<'_>, facts: &Facts, message: &Message) -> Result<(), Fault> {
    let key = work.reply(message);
    note_reply(work, facts, &key).await
}

/// As [`note`], of an answer to the cause.
pub async fn note_reply(work: &mut Work<'_>, facts: &Facts, key: &str) -> Result<(), Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    note(work, facts, "reply", key, &room).await
}

/// Takes our messages with a version's words (all versions' for 0) out of their rooms.
pub async fn take_back(
    work: &mut Work<'_>,
    slug: &str,
    version: i64,
    (reason, control): (&str, bool),
) -> Result<(), Fault> {
    for post in posts::standing(work.tx, slug, version, control).await? {
        work.redact(&post.room, &post.key, reason);
        posts::redacted(work.tx, &post.key, work.now).await?;
    }
    Ok(())
}

/// Owes everything that shows a playbook once more: it was used, rated, retired, or its people are
/// called otherwise.
pub fn show_soon(work: &mut Work<'_>, slug: &str) {
    let at = work.now + GATHER_MS;
    work.job("playbook.show", format!("playbook.show:{slug}"), slug.to_owned(), at);
}

/// Owes the indexes that a playbook stands in, or stood in before; search follows.
pub fn owe_index(work: &mut Work<'_>, facts: &Facts, before: Option<&Facts>) {
    live::changed(work, &facts.row.slug);
    let industries = facts.version.industries.iter();
    let old = before.into_iter().flat_map(|old| &old.version.industries);
    let mut rooms = vec![ROOM.to_owned()];
    rooms.extend(industries.chain(old).map(|slug| format!("industry:{slug}")));
    let at = work.now + GATHER_MS;
    for room in rooms {
        work.job("playbook.index", format!("playbook.index:{room}"), room, at);
    }
}

/// A text in parts, or the parts of a row's version.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    split(text)
}

/// Whether the root message of a playbook is out, and where: room and event.
pub async fn root_of(
    work: &mut Work<'_>,
    row: &PlaybookRow,
) -> Result<Option<(String, String)>, Fault> {
    let key = root_key(&row.slug, row.posted);
    let Some(room) = posts::room_id(work.tx, &key).await? else { return Ok(None) };
    let event = crate::platform::outbox::store::event_of(work.tx, &key).await?;
    Ok(event.event().map(|event| (room, event)))
}
