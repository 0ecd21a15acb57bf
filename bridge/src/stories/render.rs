//! How a case study reads: to its author while it is told, and to everybody.
mod control;
mod told;

pub use control::{ask_erase, ask_retire, erased, review, to_author};
pub use told::{
    ask_client, elsewhere, ended, lapsed, noted, preview, question, reminder, sent, unsent,
};

use super::facts::Facts;
use super::rules::{ROOT_CHARS_MAX, status};
use crate::platform::text::{Line, Message, ROW_CHARS};
use crate::wins::render::{about, pieces};
use crate::wins::rules::teller;
use schema::card::{Card, Envelope, Stories, Story, StoryEvent, StoryPart, StoryText, StoryView};

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

#[must_use]
pub fn view(facts: &Facts) -> StoryView {
    StoryView {
        number: facts.row.number,
        status: status(&facts.row),
        author: teller(&facts.author),
        industry: facts.sale.industry.clone(),
        playbook: facts.sale.playbook.clone(),
        client: facts.client_name().map(str::to_owned),
        published_at: facts.row.published_at,
    }
}

/// The card of a message that holds these words.
fn story(facts: &Facts, event: StoryEvent, texts: &[StoryText]) -> Envelope {
    card(Story {
        event,
        story: Box::new(view(facts)),
        asked: None,
        texts: texts.to_vec(),
        reason: None,
    })
}

/// A part's heading.
#[must_use]
pub const fn heading(part: StoryPart) -> &'static str {
    match part {
        StoryPart::Situation => "The situation",
        StoryPart::Approach => "The approach",
        StoryPart::Result => "The result",
        StoryPart::Numbers => "The numbers",
        StoryPart::Quote => "In the client's words",
    }
}

/// `📖 ST-1 · How Ana won Acme`, or a client without a name.
fn title(mark: &str, facts: &Facts) -> Line {
    let author = teller(&facts.author);
    let line =
        Line::new().plain(&format!("{mark} {} · How ", facts.row.number)).person(&author.name);
    match facts.client_name() {
        Some(client) => line.plain(" won ").person_cut(client, 60),
        None => line.plain(" won a client"),
    }
}

fn facts_line(facts: &Facts) -> Option<Line> {
    let (win, industry) = facts.win.as_ref()?;
    Some(about(Line::new().plain("A sale that counts"), win, industry.as_deref()))
}

fn with_text(message: Message, text: &StoryText) -> Message {
    message.line(Line::new().strong(heading(text.part))).prose(&text.text)
}

fn with_texts(message: Message, facts: &Facts) -> Message {
    facts.texts.iter().fold(message, with_text)
}

/// Whether all of it stands in one message.
#[must_use]
pub fn is_short(facts: &Facts) -> bool {
    facts.texts.iter().map(|text| text.text.chars().count()).sum::<usize>() <= ROOT_CHARS_MAX
}

/// The root message in the wins room: all of it, or its result with the parts in its thread.
#[must_use]
pub fn root(facts: &Facts) -> Message {
    let mut message = Message::text(title("📖", facts));
    if let Some(line) = facts_line(facts) {
        message = message.line(line);
    }
    if is_short(facts) {
        return with_texts(message, facts).card(&story(facts, StoryEvent::Published, &facts.texts));
    }
    if let Some(result) = facts.text(StoryPart::Result) {
        message = message.quote(Line::new().person_cut(result, 300));
    }
    message.line("All of it is in the thread.").card(&story(facts, StoryEvent::Published, &[]))
}

/// One part in the thread.
#[must_use]
pub fn part(facts: &Facts, text: &StoryText) -> Message {
    let title = Line::new().plain(&format!("📖 {} · {}", facts.row.number, heading(text.part)));
    let texts = std::slice::from_ref(text);
    Message::text(title).prose(&text.text).card(&story(facts, StoryEvent::Shown, texts))
}

/// The answer to who wants to read it.
#[must_use]
pub fn shown(facts: &Facts) -> Message {
    let mut message = Message::notice(title("📖", facts));
    if let Some(line) = facts_line(facts) {
        message = message.line(line);
    }
    with_texts(message, facts).card(&story(facts, StoryEvent::Shown, &facts.texts))
}

/// A case study in a list: its number, who tells it and, where it may be named, of whom.
fn rows(facts: &Facts) -> Vec<Line> {
    let author = Line::new().person_cut(&teller(&facts.author).name, 24);
    let client = facts.client_name().map(|client| Line::new().person_cut(client, ROW_CHARS));
    Line::rows([Line::from(facts.row.number.to_string()), author].into_iter().chain(client))
}

/// A playbook with the case studies of sales that used it.
#[must_use]
pub fn with_playbook(message: Message, told: &[Facts], prefix: &str) -> Message {
    let Some(first) = told.first() else { return message };
    let mut lines = vec![Line::new().plain("📖 ").em("Case studies that used it")];
    lines.extend(told.iter().flat_map(rows));
    let example = format!("{prefix}story show {}", first.row.number);
    message.lines(lines).line(Line::new().plain("Read one: ").code(&example))
}

#[must_use]
pub fn list(told: &[Facts], industry: Option<&str>, count: i64, prefix: &str) -> Message {
    let of = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let mut message = Message::notice(format!("📖 Case studies{of}"));
    for facts in told {
        let mut lines = rows(facts);
        if let Some((win, industry)) = &facts.win {
            lines.extend(Line::rows(pieces(win, industry.as_deref())));
        }
        message = message.lines(lines);
    }
    let shown = i64::try_from(told.len()).unwrap_or(i64::MAX);
    if count > shown {
        message = message.line(format!("… and {} more", count - shown));
    }
    let hint = match told.first() {
        Some(facts) => Line::new()
            .code(&format!("{prefix}story show {}", facts.row.number))
            .plain(" shows one"),
        None => Line::new()
            .plain("None yet. ")
            .code(&format!("{prefix}story start S-1"))
            .plain(" tells one of your approved sales."),
    };
    message.line(hint).card(&card(Stories {
        industry: industry.map(str::to_owned),
        stories: told.iter().map(view).collect(),
        count,
    }))
}
