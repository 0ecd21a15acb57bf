//! What its author is asked, part by part.
use super::{card, facts_line, story, title, view, with_texts};
use crate::platform::text::{Line, Message};
use crate::stories::facts::Facts;
use crate::stories::rules::{OPEN_DAYS, Step, is_needed};
use jiff::civil::Date;
use schema::card::{Hint, Story, StoryEvent, StoryPart};

/// What is asked for a part.
const fn wanted(part: StoryPart) -> &'static str {
    match part {
        StoryPart::Situation => "Where did the client stand, and what did they need?",
        StoryPart::Approach => "What did you do, step by step? What would you do again?",
        StoryPart::Result => "What came of it for the client?",
        StoryPart::Numbers => "Which numbers show it? Days, visits, what it saved or brought.",
        StoryPart::Quote => "What does the client say? A sentence of theirs, as they said it.",
    }
}

fn asked(facts: &Facts, part: Option<StoryPart>) -> schema::card::Envelope {
    card(Story {
        event: StoryEvent::Asked,
        story: Box::new(view(facts)),
        asked: part,
        texts: Vec::new(),
        reason: None,
    })
}

/// `📖 ST-1 · 1 of 6`.
fn place(facts: &Facts) -> Line {
    let (at, of) = facts.row.step.place();
    Line::new().plain(&format!("📖 {} · {at} of {of}", facts.row.number))
}

fn ways(prefix: &str, words: &[&str]) -> Line {
    let mut line = Line::new();
    for (at, word) in words.iter().enumerate() {
        line = if at > 0 { line.plain(" · ") } else { line };
        line = line.code(&format!("{prefix}story {word}"));
    }
    line
}

/// Asks for a part; an answer is any plain message.
#[must_use]
pub fn question(facts: &Facts, part: StoryPart, prefix: &str) -> Message {
    let mut message =
        Message::notice(place(facts).plain(&format!(": {}", part.as_str()))).line(wanted(part));
    if let Some(text) = facts.text(part) {
        message = message.line("So far:").quote(Line::new().person_cut(text, 200));
    }
    let again = facts.text(part).is_some();
    let first = if again { "Answer anew, or keep it with " } else { "Just answer here." };
    let line = Line::new().plain(first);
    let line = match (again || !is_needed(part), again) {
        (true, true) => line.code(&format!("{prefix}story skip")),
        (true, false) => line.plain(" May be left out: ").code(&format!("{prefix}story skip")),
        _ => line,
    };
    let mut words = vec!["show", "cancel"];
    if part != StoryPart::Situation {
        words.insert(0, "back");
    }
    message.line(line).line(ways(prefix, &words)).card(&asked(facts, Some(part)))
}

/// Asks whether the client agreed.
#[must_use]
pub fn ask_client(facts: &Facts, prefix: &str) -> Message {
    Message::notice(place(facts).plain(": the client"))
        .line(
            Line::new()
                .plain("Did ")
                .person_cut(&facts.sale.client_name, 60)
                .plain(" agree that their story is told with their name? Please answer yes or no."),
        )
        .line("With a no it is told without the name.")
        .line(ways(prefix, &["back", "show", "cancel"]))
        .card(&asked(facts, None))
}

/// It as others will read it; a ✅ on this message is the author's own consent.
#[must_use]
pub fn preview(facts: &Facts, prefix: &str) -> Message {
    let mut message = Message::notice(Line::new().plain("👀 So others will read it"));
    message = message.line(title("📖", facts));
    if let Some(line) = facts_line(facts) {
        message = message.line(line);
    }
    let message = with_texts(message, facts);
    let message = if facts.row.step == Step::Ready {
        message
            .line("Press ✅ here: you agree that it is told in the wins room, once a reviewer has read it.")
            .line(ways(prefix, &["back", "cancel"]))
    } else {
        message
    };
    message.card(&story(facts, StoryEvent::Shown, &[]))
}

fn hint(sentence: &str, prefix: &str) -> Message {
    Message::notice(Line::new().sentence(sentence, prefix))
        .card(&card(Hint { what: "story".to_owned(), sentence: sentence.to_owned() }))
}

/// The answer to the last of what was asked; the preview follows.
#[must_use]
pub fn noted(prefix: &str) -> Message {
    hint("Thank you, that is all. Please read it once more:", prefix)
}

/// What was begun in a room of many goes on in the person's own chat.
#[must_use]
pub fn elsewhere(prefix: &str) -> Message {
    hint("📖 I ask you in our own chat.", prefix)
}

/// It waits for a reviewer.
#[must_use]
pub fn sent(facts: &Facts) -> Message {
    Message::notice(place_less(facts).plain(" is with the reviewers; you hear from me here."))
        .card(&story(facts, StoryEvent::Submitted, &[]))
}

/// The author would rather not.
#[must_use]
pub fn unsent(prefix: &str) -> Message {
    hint("Nothing was sent. `story back` changes something, `story cancel` gives it up.", prefix)
}

#[must_use]
pub fn ended(facts: &Facts) -> Message {
    Message::notice(place_less(facts).plain(" is given up; nobody has read it.")).card(&story(
        facts,
        StoryEvent::Closed,
        &[],
    ))
}

/// Some days before it ends by itself.
#[must_use]
pub fn reminder(facts: &Facts, ends_on: Date, prefix: &str) -> Message {
    Message::text(place_less(facts).plain(" waits for you"))
        .line(
            Line::new()
                .plain("Your story of ")
                .person_cut(&facts.sale.client_name, 60)
                .plain(&format!(" is kept until {ends_on}.")),
        )
        .line(Line::new().plain("Go on where you were: ").code(&format!("{prefix}story show")))
        .line(Line::new().plain("Rather not? ").code(&format!("{prefix}story cancel")))
        .card(&story(facts, StoryEvent::Reminded, &[]))
}

#[must_use]
pub fn lapsed(facts: &Facts, prefix: &str) -> Message {
    Message::notice(
        place_less(facts).plain(&format!(" has waited for {OPEN_DAYS} days and is given up.")),
    )
    .line(
        Line::new()
            .code(&format!("{prefix}story start {}", facts.sale.number))
            .plain(" begins it again."),
    )
    .card(&story(facts, StoryEvent::Closed, &[]))
}

fn place_less(facts: &Facts) -> Line {
    Line::new().plain(&format!("📖 {}", facts.row.number))
}
