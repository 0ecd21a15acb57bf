//! What people hear of what they did with a playbook.
use super::{about, card, playbook, stars, title, view};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message, rich};
use crate::playbooks::facts::Facts;
use crate::playbooks::rules::Rating;
use crate::playbooks::rules::changes::Changes;
use crate::playbooks::rules::sources::Source;
use crate::playbooks::store::versions::VersionHead;
use schema::card::{Done, Playbook, PlaybookDiff, PlaybookEvent, PlaybookHistory, PlaybookVersion};
use schema::ids::ConfirmationId;

const VERSIONS_SHOWN_MAX: usize = 10;

/// The answer to a save: what was taken, and that reviewers have it.
#[must_use]
pub fn saved(facts: &Facts, source: &Source, quoted: bool) -> Message {
    let mut took = match (quoted, source.messages) {
        (false, _) => String::new(),
        (true, 1) => "I took the message that you answered. ".to_owned(),
        (true, count) => format!("I took the whole thread: {count} messages, joined in order. "),
    };
    if source.is_cut {
        took.push_str("The thread goes on: what comes after was left out. ");
    }
    let version = facts.version.version;
    let what = if version > 1 { format!("Version {version}") } else { "A draft".to_owned() };
    let message = Message::notice(title("📝", facts))
        .line(format!(
            "{took}{what}, {} long, is with the reviewers now.",
            size(facts.version.bytes)
        ))
        .line(super::by(facts));
    let slug = &facts.row.slug;
    message
        .line(Line::new().plain("Save again under ").code(slug).plain(" to change it."))
        .card(&card(Playbook { event: PlaybookEvent::Saved, playbook: view(facts), reason: None }))
}

fn size(bytes: i64) -> String {
    if bytes < 1_024 { format!("{bytes} bytes") } else { format!("{} KiB", (bytes + 512) / 1_024) }
}

/// The head of a playbook that is too long for this place.
#[must_use]
pub fn taken(facts: &Facts, link: Option<&str>) -> Message {
    let message = about(Message::notice(title("📘", facts)), facts);
    let size = size(facts.version.bytes);
    let line = Line::new().plain(&format!("{size}: I have sent it to our own chat. "));
    let line = match link {
        Some(url) => line.link("Read it in the playbooks room", url),
        None => line,
    };
    message.line(line).card(&card(Playbook {
        event: PlaybookEvent::Shown,
        playbook: view(facts),
        reason: None,
    }))
}

/// A template filled in, in the person's own chat; `part` of `parts` where it is long.
#[must_use]
pub fn filled(facts: &Facts, text: &str, (part, parts): (usize, usize)) -> Message {
    let title = title("✍️", facts);
    let title = if parts > 1 { title.plain(&format!(" · {part} of {parts}")) } else { title };
    Message::notice(title).rich(&rich(text)).card(&card(Playbook {
        event: PlaybookEvent::Filled,
        playbook: view(facts),
        reason: None,
    }))
}

/// Said in a room, where the text itself has gone to the person alone.
#[must_use]
pub fn sent(slug: &str) -> Message {
    let sentence = "Filled in: I have sent it to our own chat.";
    Message::notice(sentence).card(&card(Done {
        what: "playbook.use".to_owned(),
        sentence: sentence.to_owned(),
        subject: Some(slug.to_owned()),
    }))
}

#[must_use]
pub fn rated(facts: &Facts, own: i64, rating: Rating) -> Message {
    let all = stars(rating).unwrap_or_default();
    Message::notice(title("⭐", facts))
        .line(format!("Your rating: {own} of 5. Together: {all}."))
        .card(&card(Playbook { event: PlaybookEvent::Rated, playbook: view(facts), reason: None }))
}

#[must_use]
pub fn history(facts: &Facts, heads: &[VersionHead], day: impl Fn(i64) -> String) -> Message {
    let rows = heads.iter().take(VERSIONS_SHOWN_MAX).map(|head| {
        let fate = match (head.erased_at, head.published_at, head.rejected_at) {
            (Some(_), ..) => "erased",
            (_, Some(_), _) => "published",
            (_, _, Some(_)) => "not published",
            _ if head.version == facts.row.version => "in review",
            _ => "replaced",
        };
        Line::new().strong(&format!("v{}", head.version)).plain(&format!(
            " {} · {fate} · {}",
            day(head.saved_at),
            size(head.bytes)
        ))
    });
    let mut message = Message::notice(title("🕘", facts)).lines(rows.collect());
    if heads.len() > VERSIONS_SHOWN_MAX {
        message = message.line(format!("… and {} older", heads.len() - VERSIONS_SHOWN_MAX));
    }
    let slug = facts.row.slug.clone();
    let versions = heads.iter().take(VERSIONS_SHOWN_MAX).map(|head| PlaybookVersion {
        version: head.version,
        sha256: head.sha256.clone(),
        bytes: head.bytes,
        saved_at: head.saved_at,
        published_at: head.published_at,
        rejected_at: head.rejected_at,
        erased_at: head.erased_at,
    });
    let versions = versions.collect();
    let count = i64::try_from(heads.len()).unwrap_or(i64::MAX);
    message.card(&card(PlaybookHistory { slug, versions, count }))
}

#[must_use]
pub fn difference(facts: &Facts, (from, to): (i64, i64), changes: &Changes) -> Message {
    let title = title("↔️", facts).plain(&format!(" · v{from} → v{to}"));
    let mut message = Message::notice(title).line(came_and_went(changes));
    if !changes.lines.is_empty() {
        // A longer fence than any in the lines: what was written cannot end it.
        let fence = "`".repeat(changes.lines.iter().map(|line| ticks(line)).max().unwrap_or(0) + 3);
        let text = format!("{fence}diff\n{}\n{fence}", changes.lines.join("\n"));
        message = message.rich(&rich(&text));
    }
    if changes.more > 0 {
        message = message.line(format!("… and {} more lines", changes.more));
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    message.card(&card(PlaybookDiff {
        slug: facts.row.slug.clone(),
        from,
        to,
        added: count(changes.added),
        removed: count(changes.removed),
    }))
}

/// `1 line came, 3 went.`
pub(super) fn came_and_went(changes: &Changes) -> String {
    let lines = if changes.added == 1 { "line" } else { "lines" };
    format!("{} {lines} came, {} went.", changes.added, changes.removed)
}

fn ticks(line: &str) -> usize {
    line.chars().filter(|ch| *ch == '`').count()
}

/// Says exactly what a retirement does, and waits.
#[must_use]
pub fn ask_retire(facts: &Facts, line: &str, user: &str, expires_at: i64) -> Message {
    let effect =
        "It leaves the lists and can no longer be named on sales; its text and results stay.";
    let title = Line::new().plain("Retire ").person(&facts.version.title).plain("?");
    let message = Message::notice(title).line(effect);
    confirm::waits(message, effect, (line, ConfirmationId(0)), (user, expires_at))
}

/// The question to an author whose playbook nobody has used or changed for long.
#[must_use]
pub fn stale(facts: &Facts, days: i64, prefix: &str) -> Message {
    let slug = &facts.row.slug;
    Message::text(title("🕰", facts))
        .line(format!(
            "Nobody has used or changed your playbook in {days} days. Does it still hold?"
        ))
        .lines(vec![
            Line::new().plain("✅ keeps it as it is."),
            Line::new()
                .plain("To change it: ")
                .code(&format!("{prefix}playbook save {slug} \"…\"")),
            Line::new().plain("To end it: ").code(&format!("{prefix}playbook retire {slug}")),
        ])
        .card(&card(Playbook { event: PlaybookEvent::Stale, playbook: view(facts), reason: None }))
}

/// The answer to a ✅ (or ❌) under that question.
#[must_use]
pub fn kept(facts: &Facts, keeps: bool, prefix: &str) -> Message {
    let slug = &facts.row.slug;
    if keeps {
        return playbook(facts, PlaybookEvent::Kept, None);
    }
    let sentence = "To end it, say:";
    Message::notice(title("🕰", facts))
        .line(
            Line::new().plain(sentence).plain(" ").code(&format!("{prefix}playbook retire {slug}")),
        )
        .card(&card(Done {
            what: "playbook.retire".to_owned(),
            sentence: sentence.to_owned(),
            subject: Some(slug.clone()),
        }))
}
