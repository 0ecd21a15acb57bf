//! The review card, decisions, and what is asked before words go.
use super::{card, facts_line, is_short, title, view, with_texts};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message};
use crate::stories::facts::Facts;
use crate::stories::rules::status;
use schema::card::{Done, Envelope, Story, StoryEvent, StoryStatus};
use schema::ids::ConfirmationId;

fn decided(facts: &Facts, event: StoryEvent, reason: Option<&str>) -> Envelope {
    card(Story {
        event,
        story: Box::new(view(facts)),
        asked: None,
        texts: Vec::new(),
        reason: reason.map(str::to_owned),
    })
}

/// The card in the control room: what it is, and where it stands.
#[must_use]
pub fn review(facts: &Facts, by: Option<&str>) -> Message {
    let (mark, event) = match status(&facts.row) {
        StoryStatus::Published => ("✅", StoryEvent::Published),
        StoryStatus::Review => ("🔎", StoryEvent::Submitted),
        _ => ("❌", StoryEvent::Closed),
    };
    let mut message = Message::text(title(mark, facts));
    let agreed = if facts.client == Some(true) {
        "The client agreed to be named, says the author."
    } else {
        "The client is not named."
    };
    let sale = format!("{} · {} · ", facts.sale.number, facts.sale.net());
    message = message
        .line(Line::new().plain(&sale).person_cut(&facts.sale.client_name, 60))
        .line(agreed)
        .line("The author agreed to this text.");
    if let Some(line) = facts_line(facts) {
        message = message.line(line);
    }
    message = match status(&facts.row) {
        StoryStatus::Review if is_short(facts) => with_texts(message, facts),
        StoryStatus::Review => message.line("The text is in the thread."),
        StoryStatus::Published => message.line(signed("Published by ", by)),
        StoryStatus::Rejected => message.line(signed("Turned down by ", by)),
        _ => message.line("It is over; nothing is to be decided."),
    };
    if let Some(reason) = &facts.row.reject_reason {
        message = message.quote(Line::new().person_cut(reason, 500));
    }
    message.card(&decided(facts, event, facts.row.reject_reason.as_deref()))
}

fn signed(words: &str, by: Option<&str>) -> Line {
    Line::new().plain(words).code(by.unwrap_or("the team"))
}

/// What its author, or who decided, hears of a decision.
#[must_use]
pub fn to_author(facts: &Facts, event: StoryEvent, reason: Option<&str>, prefix: &str) -> Message {
    let start = format!("{prefix}story start {}", facts.sale.number);
    let (mark, line) = match event {
        StoryEvent::Published => {
            ("✅", Line::from("Published: everybody can read it in the wins room."))
        }
        StoryEvent::Rejected => (
            "❌",
            Line::new()
                .plain("Not published yet. ")
                .code(&start)
                .plain(" goes through it again. The reason:"),
        ),
        StoryEvent::Retired => {
            ("🗄", Line::from("Taken down: its messages are gone from the wins room."))
        }
        _ => ("📖", Line::from("It is over.")),
    };
    let mut message =
        Message::notice(Line::new().plain(&format!("{mark} {}", facts.row.number))).line(line);
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        message = message.quote(Line::new().person_cut(reason, 500));
    }
    message.card(&decided(facts, event, reason))
}

fn ask(title: Line, effect: &str, line: &str, asker: (&str, i64)) -> Message {
    let message = Message::notice(title).line(effect);
    confirm::waits(message, effect, (line, ConfirmationId(0)), asker)
}

#[must_use]
pub fn ask_retire(facts: &Facts, line: &str, asked: (&str, i64)) -> Message {
    let title = Line::new().plain(&format!("Take {} down?", facts.row.number));
    ask(title, "Its messages go from the wins room, and no list shows it any more.", line, asked)
}

#[must_use]
pub fn ask_erase(
    user: &str,
    (stories, wins): (usize, usize),
    line: &str,
    asked: (&str, i64),
) -> Message {
    let effect = format!(
        "The words of {stories} case studies and {wins} stories are deleted for good, in the database and in \
         our messages. What was sold stays."
    );
    ask(Line::new().plain("Erase the stories of ").code(user).plain("?"), &effect, line, asked)
}

#[must_use]
pub fn erased(user: &str, (stories, wins): (usize, usize)) -> Message {
    let sentence = format!(
        "Erased: the words of {} and of {}.",
        many(stories, "case study", "case studies"),
        many(wins, "story", "stories"),
    );
    Message::notice(sentence.as_str()).card(&card(Done {
        what: "story.erase".to_owned(),
        sentence,
        subject: Some(user.to_owned()),
    }))
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
