//! How terms look: to those who are asked, and to the team.
use super::rules;
use super::store::asked::PersonRow;
use super::store::{Draft, TermsRow};
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message, rich};
use schema::card::{Card, Envelope, Hint, Terms, TermsEvent, TermsList, TermsPerson, TermsView};
use schema::ids::ConfirmationId;
use schema::period::Calendar;

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

#[must_use]
pub fn view(row: &TermsRow) -> TermsView {
    TermsView {
        version: row.version,
        sha256: row.sha256.clone(),
        published_at: row.published_at,
        required_on: row.required_on.map(|day| day.to_string()),
    }
}

fn told(row: &TermsRow, event: TermsEvent, text: Option<&str>) -> Envelope {
    card(Terms { event, terms: view(row), text: text.map(str::to_owned) })
}

fn title(mark: &str, row: &TermsRow) -> Line {
    Line::new().plain(&format!("{mark} Terms, version {}", row.version))
}

/// The text as far as a question shows it, at the end of a message.
#[must_use]
pub fn with_text(message: Message, row: &TermsRow, prefix: &str) -> Message {
    let (text, all) = rules::short(&row.text);
    if all {
        return message.rich(&rich(text));
    }
    message.rich(&rich(&format!("{text} …"))).line(
        Line::new()
            .plain("This is the beginning: ")
            .code(&format!("{prefix}terms show"))
            .plain(" has all of it."),
    )
}

/// Asks a partner about the newest version.
#[must_use]
pub fn question(row: &TermsRow, prefix: &str) -> Message {
    let mut message = Message::text(title("📜", row))
        .line("The program has new terms. Please read and accept them:");
    message = with_text(message, row, prefix)
        .line("React with ✅ or answer yes to accept them; ❌ or no declines.");
    if let Some(day) = row.required_on {
        message = message.line(format!("After {day}, new claims wait for your yes."));
    }
    message.card(&told(row, TermsEvent::Asked, None))
}

/// What the reader of all the text is asked below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Nothing,
    /// To accept it by an answer to this message.
    Here,
    /// Their invitation asks for it.
    WithInvitation,
}

/// All of a version.
#[must_use]
pub fn shown(row: &TermsRow, asks: Asks, accepted: bool) -> Message {
    let mut message = Message::notice(title("📜", row)).rich(&rich(&row.text));
    message = match asks {
        Asks::Here => {
            message.line("React with ✅ or answer yes to accept them; ❌ or no declines.")
        }
        Asks::WithInvitation => {
            message.line("Answer yes to accept them together with your invitation.")
        }
        Asks::Nothing if accepted => message.line("You have accepted this version."),
        Asks::Nothing => message,
    };
    message.card(&told(row, TermsEvent::Shown, Some(&row.text)))
}

#[must_use]
pub fn accepted(row: &TermsRow) -> Message {
    Message::notice(title("✅", row)).line("Thank you, your yes is on record.").card(&told(
        row,
        TermsEvent::Accepted,
        None,
    ))
}

#[must_use]
pub fn declined(row: &TermsRow) -> Message {
    let next = match row.required_on {
        Some(day) => format!("Until {day} nothing changes; then new claims wait for your yes."),
        None => "Nothing changes for now; the program's team will talk to you.".to_owned(),
    };
    Message::notice(title("❌", row))
        .line("Noted: you do not accept them.")
        .line(next)
        .line("A ✅ on the question accepts them any time.")
        .card(&told(row, TermsEvent::Declined, None))
}

/// In place of a question about a version that is no longer the newest.
#[must_use]
pub fn replaced(row: &TermsRow) -> Message {
    Message::text(title("📜", row))
        .line("There is a newer version; my question about it is below.")
        .card(&told(row, TermsEvent::Replaced, None))
}

/// Asks a manager before a version is published.
#[must_use]
pub fn ask_publish(draft: &Draft, version: i64, line: &str, asker: (&str, i64)) -> Message {
    let effect = "Every partner is asked to accept it, and it can never be changed.";
    let mut message =
        Message::notice(format!("📜 Publish terms, version {version}?")).rich(&rich(&draft.text));
    if let Some(day) = draft.required_on {
        message = message.line(format!("After {day}, claims wait for their yes."));
    }
    confirm::waits(message.line(effect), effect, (line, ConfirmationId(0)), asker)
}

#[must_use]
pub fn published(row: &TermsRow, asked: i64, prefix: &str) -> Message {
    let partners =
        if asked == 1 { "1 partner is".to_owned() } else { format!("{asked} partners are") };
    Message::notice(title("✅", row))
        .line(format!("Published; {partners} asked in their own chats now."))
        .line(Line::new().code(&format!("{prefix}terms list")).plain(" shows who has accepted."))
        .card(&told(row, TermsEvent::Published, None))
}

#[must_use]
pub fn required(row: &TermsRow) -> Message {
    let words = match row.required_on {
        Some(day) => format!("After {day}, claims of partners who have not accepted wait."),
        None => "No claim waits for them.".to_owned(),
    };
    Message::notice(title("✅", row)).line(words).card(&told(row, TermsEvent::Changed, None))
}

/// Before the first version.
#[must_use]
pub fn none(prefix: &str) -> Message {
    let line = Line::new()
        .plain("None yet. Send ")
        .code(&format!("{prefix}terms publish"))
        .plain(" with the text on the lines below.");
    Message::notice("📜 Terms").line(line).card(&card(TermsList {
        terms: None,
        accepted: 0,
        partners: 0,
        people: Vec::new(),
    }))
}

/// Who has accepted the newest version, and who has not.
#[must_use]
pub fn list(
    row: &TermsRow,
    (partners, accepted): (i64, i64),
    people: &[PersonRow],
    calendar: &Calendar,
) -> Message {
    let mut message = Message::notice(title("📜", row))
        .line(format!("Accepted by {accepted} of {partners} partners."));
    if let Some(day) = row.required_on {
        message = message.line(format!("After {day}, claims of the others wait."));
    }
    let done = |person: &&PersonRow| person.version == Some(row.version);
    let open: Vec<Line> = people.iter().filter(|one| !done(one)).map(waits).collect();
    if !open.is_empty() {
        message = message.line("Not yet:").lines(open);
    }
    let done: Vec<Line> = people.iter().filter(done).map(|one| has(one, calendar)).collect();
    if !done.is_empty() {
        message = message.line("Accepted:").lines(done);
    }
    let left = usize::try_from(partners).unwrap_or(usize::MAX).saturating_sub(people.len());
    if left > 0 {
        message = message.line(format!("… and {left} more."));
    }
    let terms = Some(view(row));
    let people = people.iter().map(person).collect();
    message.card(&card(TermsList { terms, accepted, partners, people }))
}

fn waits(row: &PersonRow) -> Line {
    let mark = if row.declined { "❌ " } else { "⏳ " };
    let line = Line::new().plain(mark).person_strong(&row.name).plain(" ").code(&row.user_id);
    match row.version {
        Some(version) => line.plain(&format!(" · version {version}")),
        None => line,
    }
}

fn has(row: &PersonRow, calendar: &Calendar) -> Line {
    let line = Line::new().plain("✅ ").person_strong(&row.name);
    match row.accepted_at {
        Some(at) => line.plain(&format!(" · {}", calendar.day_of(at))),
        None => line,
    }
}

fn person(row: &PersonRow) -> TermsPerson {
    TermsPerson {
        user_id: row.user_id.clone(),
        partner: row.partner,
        name: row.name.clone(),
        version: row.version,
        accepted_at: row.accepted_at,
        event_id: row.event.clone(),
        declined: row.declined,
    }
}

/// A hint about terms.
#[must_use]
pub fn hint(sentence: &str, prefix: &str) -> Message {
    Message::notice(Line::new().sentence(sentence, prefix))
        .card(&card(Hint { what: "terms".to_owned(), sentence: sentence.to_owned() }))
}
