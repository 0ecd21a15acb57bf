//! How playbooks look: alone, in their room, in lists, and as room state.
mod answers;
mod control;
mod found;
mod lists;

pub use answers::{
    ask_retire, difference, filled, history, kept, rated, saved, sent, stale, taken,
};
pub use control::{ask_erase, erased, report, reported, review};
pub use found::found;
pub use lists::{Row, index, list};

use super::facts::Facts;
use super::rules::parts::Part;
use super::rules::{AUTHORS_SHOWN_MAX, Outcome, Rating};
use super::store::versions::Author;
use crate::platform::text::{Line, Message, OUR_CHAT, rich};
use schema::card::{Card, Envelope, Playbook, PlaybookEvent, PlaybookPart, PlaybookView};
use schema::playbook::PlaybookStatus;
use schema::state::{PlaybookAuthor, PlaybookBody, PlaybookState, VERSION};
use schema::status::Visibility;

/// Names in a line; the rest is counted.
const NAMED_MAX: usize = 4;
const FORMER: &str = "former partner";

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

/// Who is named how: people who left, and those who do not show themselves, without ids.
#[must_use]
pub fn author(author: &Author) -> PlaybookAuthor {
    let nameless = |name: &str| PlaybookAuthor { partner: None, user_id: None, name: name.into() };
    if author.left {
        return nameless(FORMER);
    }
    if author.visibility != Visibility::Public {
        return nameless("a partner");
    }
    let local = || author.user_id.trim_start_matches('@').split(':').next().unwrap_or_default();
    PlaybookAuthor {
        partner: author.partner,
        user_id: Some(author.user_id.clone()),
        name: if author.name.is_empty() { local().to_owned() } else { author.name.clone() },
    }
}

#[must_use]
pub fn view(facts: &Facts) -> PlaybookView {
    let Facts { row, version, outcome, rating, .. } = facts;
    PlaybookView {
        slug: row.slug.clone(),
        title: version.title.clone(),
        summary: version.summary.clone(),
        industries: version.industries.clone(),
        tags: version.tags.clone(),
        status: status_of(facts),
        version: version.version,
        authors: authors(facts),
        fields: version.fields.clone(),
        sha256: version.sha256.clone(),
        bytes: version.bytes,
        uses: outcome.uses,
        won: outcome.won,
        rating_x100: rating.x100(),
        ratings: rating.ratings,
    }
}

/// Where the shown version stands: a newer one may wait while the older is published.
fn status_of(facts: &Facts) -> PlaybookStatus {
    match facts.row.status() {
        PlaybookStatus::Published if facts.version.published_at.is_none() => {
            if facts.version.rejected_at.is_some() {
                PlaybookStatus::Draft
            } else {
                PlaybookStatus::Review
            }
        }
        status => status,
    }
}

fn authors(facts: &Facts) -> Vec<PlaybookAuthor> {
    facts.authors.iter().take(AUTHORS_SHOWN_MAX).map(author).collect()
}

/// Its line in the library's index; nothing of it but its name while it is taken down.
#[must_use]
pub fn state(facts: &Facts, body: Option<PlaybookBody>, now: i64) -> PlaybookState {
    let view = view(facts);
    let hidden = view.status == PlaybookStatus::TakenDown;
    let shown = |text: String| if hidden { String::new() } else { text };
    PlaybookState {
        v: VERSION,
        title: shown(view.title),
        summary: shown(view.summary),
        industries: view.industries,
        status: view.status,
        version: view.version,
        authors: if hidden { Vec::new() } else { view.authors },
        body: body.filter(|_| !hidden),
        uses: view.uses,
        won: view.won,
        rating_x100: view.rating_x100,
        ratings: view.ratings,
        updated_at: now,
    }
}

fn title(mark: &str, facts: &Facts) -> Line {
    let title = Line::new().plain(mark).plain(" ");
    if facts.version.erased_at.is_some() {
        return title.plain(&facts.row.slug).plain(" (text erased)");
    }
    title.person(&facts.version.title)
}

/// `By Ana, Ben and 3 more · dental, legal`.
fn by(facts: &Facts) -> Line {
    let names: Vec<String> = facts.authors.iter().map(|one| author(one).name).collect();
    let mut line = Line::new().plain("By ");
    for (at, name) in names.iter().take(NAMED_MAX).enumerate() {
        line = if at > 0 { line.plain(", ") } else { line };
        line = line.person(name);
    }
    if names.len() > NAMED_MAX {
        line = line.plain(&format!(" and {} more", names.len() - NAMED_MAX));
    }
    match facts.version.industries.as_slice() {
        [] => line,
        industries => line.plain(&format!(" · {}", industries.join(", "))),
    }
}

/// `Used in 42 won of 50 · ★ 4.5 by 12`.
fn outcome(outcome: Outcome, rating: Rating) -> String {
    let used = if outcome.uses == 0 {
        "Not used in a decided sale yet".to_owned()
    } else {
        format!("Used in {} won of {}", outcome.won, outcome.uses)
    };
    match stars(rating) {
        Some(stars) => format!("{used} · {stars}"),
        None => used,
    }
}

fn stars(rating: Rating) -> Option<String> {
    let x100 = rating.x100();
    (rating.ratings > 0)
        .then(|| format!("★ {}.{} by {}", x100 / 100, x100 % 100 / 10, rating.ratings))
}

fn about(message: Message, facts: &Facts) -> Message {
    let message = if facts.version.summary.is_empty() {
        message
    } else {
        message.line(Line::new().person(&facts.version.summary))
    };
    let mut lines = vec![by(facts), Line::from(outcome(facts.outcome, facts.rating))];
    if !facts.version.tags.is_empty() {
        lines.push(Line::new().plain("Tags: ").person(&facts.version.tags.join(", ")));
    }
    message.lines(lines)
}

/// What was said when it was taken out of use.
fn ended(facts: &Facts) -> Option<Line> {
    let reason = facts.row.retire_reason.as_deref().filter(|reason| !reason.is_empty());
    facts.row.retired_at?;
    let line = Line::new().plain("Retired: it is no longer recommended.");
    Some(match reason {
        Some(reason) => line.plain(" ").person_cut(reason, 300),
        None => line,
    })
}

/// That others do not see it, to those who do.
fn unpublished(facts: &Facts) -> Option<Line> {
    match status_of(facts) {
        PlaybookStatus::Review => Some("Not published yet: it is with the reviewers.".into()),
        PlaybookStatus::Draft => Some("Not published: save it again to change it.".into()),
        PlaybookStatus::Published | PlaybookStatus::Retired | PlaybookStatus::TakenDown => None,
    }
}

/// The root message in the playbooks room; the text follows in its thread.
#[must_use]
pub fn root(facts: &Facts, prefix: &str) -> Message {
    let mut message = about(Message::text(title("📘", facts)), facts);
    if let Some(line) = ended(facts) {
        message = message.line(line);
    }
    message.line(hint(facts, prefix)).card(&card(Playbook {
        event: PlaybookEvent::Published,
        playbook: view(facts),
        reason: None,
    }))
}

/// A root message whose text a newer version has replaced.
#[must_use]
pub fn replaced(facts: &Facts, by: i64, prefix: &str) -> Message {
    let version = facts.version.version;
    Message::text(title("📕", facts))
        .line(format!("This is version {version}; version {by} has replaced it."))
        .line(hint(facts, prefix))
        .card(&card(Playbook { event: PlaybookEvent::Shown, playbook: view(facts), reason: None }))
}

fn hint(facts: &Facts, prefix: &str) -> Line {
    let slug = &facts.row.slug;
    let line = Line::new().plain("The text is in the thread. ");
    if facts.version.fields.is_empty() {
        line.code(&format!("{prefix}playbook show {slug}")).plain(OUR_CHAT)
    } else {
        line.plain("To fill it in: ").code(&format!("{prefix}playbook use {slug}")).plain(OUR_CHAT)
    }
}

/// A part of the text, shown as Markdown and, for programs, exactly as it was saved.
#[must_use]
pub fn part(facts: &Facts, part: &Part<'_>, (number, count): (usize, usize)) -> Message {
    let title = if count > 1 {
        title("📘", facts).plain(&format!(" · {number} of {count}"))
    } else {
        title("📘", facts)
    };
    let n = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Message::text(title).rich(&rich(&part.shown)).card(&card(PlaybookPart {
        slug: facts.row.slug.clone(),
        version: facts.version.version,
        part: n(number),
        parts: n(count),
        text: part.text.to_owned(),
        sha256: facts.version.sha256.clone(),
    }))
}

/// One playbook in few lines, after something happened to it.
#[must_use]
pub fn playbook(facts: &Facts, event: PlaybookEvent, reason: Option<&str>) -> Message {
    let (mark, line) = match event {
        PlaybookEvent::Published => ("✅", "Published: everybody can read and use it."),
        PlaybookEvent::Rejected => ("❌", "Not published. The reason:"),
        PlaybookEvent::Retired => ("🗄", "Retired: it is no longer recommended."),
        PlaybookEvent::TakenDown => ("🙈", "Taken down: nobody can see it now."),
        PlaybookEvent::Restored => ("📘", "Restored: everybody can read it again."),
        _ => ("📘", ""),
    };
    let mut message = Message::notice(title(mark, facts));
    if line.is_empty() {
        message = about(message, facts);
        if let Some(line) = ended(facts).or_else(|| unpublished(facts)) {
            message = message.line(line);
        }
    } else {
        message = message.line(line);
    }
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        message = message.quote(Line::new().person_cut(reason, 300));
    }
    message.card(&card(Playbook {
        event,
        playbook: view(facts),
        reason: reason.map(str::to_owned),
    }))
}
