//! Playbooks in lists: the answer to `list`, and the pinned index of a room.
use super::{card, outcome, view};
use crate::platform::text::{Line, Message};
use crate::playbooks::facts::Facts;
use schema::card::{PlaybookView, Playbooks};

/// A title in a list, so that it stays one line on a phone.
const TITLE_CHARS: usize = 34;

const CARD_AUTHORS_MAX: usize = 4;
const CARD_FIELDS_MAX: usize = 10;

/// A playbook in a list.
pub type Row = Facts;

fn rows(message: Message, rows: &[Row]) -> Message {
    let rows = rows.iter().enumerate();
    rows.fold(message, |message, (at, facts)| message.lines(row(at, facts)))
}

/// Title, short name and outcome, in two lines.
pub(super) fn row(at: usize, facts: &Facts) -> Vec<Line> {
    let number = format!("{}. ", at + 1);
    let outcome = format!(" · {}", small(&outcome(facts.outcome, facts.rating)));
    vec![
        Line::new().plain(&number).person_cut(&facts.version.title, TITLE_CHARS),
        Line::new().code(&facts.row.slug).plain(&outcome),
    ]
}

fn small(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn envelope(shown: &[Row], industry: Option<&str>, count: usize) -> schema::card::Envelope {
    card(Playbooks {
        industry: industry.map(str::to_owned),
        playbooks: shown.iter().map(row_view).collect(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
    })
}

/// Of a playbook's words a list holds the title alone.
fn row_view(facts: &Row) -> PlaybookView {
    PlaybookView { summary: String::new(), ..short_view(facts) }
}

/// Ten of them fit a card.
pub(super) fn short_view(facts: &Facts) -> PlaybookView {
    let mut view = view(facts);
    view.authors.truncate(CARD_AUTHORS_MAX);
    view.fields.truncate(CARD_FIELDS_MAX);
    view
}

/// The answer to `list`.
#[must_use]
pub fn list(shown: &[Row], industry: Option<&str>, count: usize, prefix: &str) -> Message {
    let scope = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let message = Message::notice(format!("📚 Playbooks{scope} · {count}"));
    let message = if shown.is_empty() {
        message.line(
            Line::new()
                .plain("None yet. Save the first: answer a good message with ")
                .code(&format!("{prefix}playbook save first-call \"The first call\"")),
        )
    } else {
        rows(message, shown)
    };
    let message = if count > shown.len() {
        message.line(format!("… and {} more", count - shown.len()))
    } else {
        message
    };
    let message = match shown.first() {
        Some(first) => message.line(
            Line::new().plain("Read: ").code(&format!("{prefix}playbook show {}", first.row.slug)),
        ),
        None => message,
    };
    message.card(&envelope(shown, industry, count))
}

/// The pinned index of the playbooks room, or of an industry's channel.
#[must_use]
pub fn index(shown: &[Row], industry: Option<&str>, count: usize, prefix: &str) -> Message {
    let scope = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let message = Message::text(format!("📚 What works{scope}"));
    let message = if shown.is_empty() {
        message.line("Nothing is published at the moment.")
    } else {
        rows(message, shown)
    };
    let message = if count > shown.len() {
        let all = match industry {
            Some(slug) => format!("{prefix}playbook list --industry {slug}"),
            None => format!("{prefix}playbook list"),
        };
        message.line(Line::new().plain(&format!("The best of {count}. All: ")).code(&all))
    } else {
        message
    };
    message
        .line(Line::new().plain("Read one: ").code(&format!("{prefix}playbook show <name>")))
        .card(&envelope(shown, industry, count))
}
