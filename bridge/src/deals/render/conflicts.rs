//! How conflicts look to the team: a card with a thread, in which they rule.
use super::{NAME_CHARS, QUOTE_CHARS, TITLE_CHARS, day, partner, shares, view};
use crate::deals::store::{ConflictRow, DealRow};
use crate::platform::text::{Line, Message};
use schema::card::{Card, Conflict, Envelope, RulingKind, RulingView};

fn card(first: &DealRow, conflict: &ConflictRow, now: i64) -> Envelope {
    let ruling = conflict.ruling.as_ref().map(|ruling| {
        let (one, two) = ruling.weights;
        let weights = if ruling.kind == RulingKind::Shares { vec![one, two] } else { Vec::new() };
        RulingView {
            ruling: ruling.kind,
            weights,
            reason: ruling.reason.clone(),
            by: ruling.by.clone(),
            at: ruling.at,
        }
    });
    Envelope::from(Card::from(Conflict {
        number: conflict.number,
        first: Box::new(view(first, now)),
        rival: partner(&conflict.rival),
        deal: conflict.rival_deal.map(|(_, number)| number),
        sale: conflict.sale.map(|(_, number, _)| number),
        amount: conflict.sale.map(|(.., amount)| amount),
        opened_at: conflict.opened_at,
        ruling,
    }))
}

fn title(mark: &str, first: &DealRow, conflict: &ConflictRow) -> Line {
    let line = Line::new().plain(&format!("{mark} {} · ", conflict.number));
    line.person_cut(&first.client_name, TITLE_CHARS)
}

/// What the second brings: a registration or a claim.
fn brings(conflict: &ConflictRow) -> String {
    match (&conflict.sale, &conflict.rival_deal) {
        (Some((_, number, amount)), _) => format!("{number} · {amount}"),
        (None, Some((_, number))) => number.to_string(),
        (None, None) => String::new(),
    }
}

/// The card in the control room, as the conflict stands now.
#[must_use]
pub fn conflict(first: &DealRow, conflict: &ConflictRow, now: i64) -> Message {
    let mark = if conflict.ruling.is_some() { "✅" } else { "⚖" };
    let sides = vec![
        Line::new().plain("1st ").person_strong(&first.partner.name).plain(&format!(
            " · {} through {}",
            first.number,
            day(first)
        )),
        Line::new()
            .plain("2nd ")
            .person_strong(&conflict.rival.name)
            .plain(&format!(" · {}", brings(conflict))),
    ];
    let mut message = Message::text(title(mark, first, conflict)).lines(sides);
    if let Some(line) = shares(first) {
        message = message.line(line);
    }
    if let Some(note) = first.note.as_ref().filter(|_| conflict.ruling.is_none()) {
        message = message.quote(Line::new().plain("1st: ").person_cut(note, QUOTE_CHARS));
    }
    message = match &conflict.ruling {
        None => message.line("A manager rules on it, in the thread."),
        Some(_) => decided(message, conflict),
    };
    message.card(&card(first, conflict, now))
}

fn decided(message: Message, conflict: &ConflictRow) -> Message {
    let Some(ruling) = &conflict.ruling else { return message };
    let (one, two) = ruling.weights;
    let words = match ruling.kind {
        RulingKind::First => "The first keeps it".to_owned(),
        RulingKind::Second => "It moves to the second".to_owned(),
        RulingKind::Shares => format!("They share it {one} : {two}"),
        RulingKind::None => "The client is open to all".to_owned(),
    };
    let line = Line::new().plain(&format!("{words} · ")).code(&ruling.by);
    message.line(line).quote(Line::new().person_cut(&ruling.reason, QUOTE_CHARS))
}

/// The first message of the thread: the four rulings, ready to copy.
#[must_use]
pub fn how_to_rule(first: &DealRow, conflict: &ConflictRow, now: i64, prefix: &str) -> Message {
    let number = conflict.number;
    let row = |word: &str, what: String| {
        let line = Line::new().code(&format!("{prefix}deal rule {number} {word} …"));
        line.plain(&format!(" {what}"))
    };
    let first_name = |line: Line| line.person_cut(&first.partner.name, NAME_CHARS);
    let (keeps, stands) = match conflict.sale {
        Some((_, sale, _)) => (format!("keeps it, {sale} is rejected"), format!("{sale} stands")),
        None => ("keeps it".to_owned(), "the protection moves".to_owned()),
    };
    let shared = if first.sharing.is_none() {
        vec![row("shares --weights 1:1", "both sell it".to_owned())]
    } else {
        Vec::new()
    };
    let mut rows = vec![
        first_name(row("first", String::new())).plain(&format!(" {keeps}")),
        row("second", stands),
    ];
    rows.extend(shared);
    rows.push(row("none", "open to all".to_owned()));
    Message::text(Line::new().plain(&format!("How do you rule on {number}?")))
        .lines(rows)
        .line("Both read the reason. Talk it over here first, if you like.")
        .card(&card(first, conflict, now))
}

/// The answer to who ruled.
#[must_use]
pub fn ruled_reply(first: &DealRow, conflict: &ConflictRow, now: i64) -> Message {
    let message = decided(Message::notice(title("✅", first, conflict)), conflict);
    message.line("Both know.").card(&card(first, conflict, now))
}

/// In the thread, where nobody had to rule any more.
#[must_use]
pub fn settled(first: &DealRow, conflict: &ConflictRow, now: i64) -> Message {
    let message = decided(Message::notice(title("✅", first, conflict)), conflict);
    message.line("It ended by itself; nothing is left to decide.").card(&card(first, conflict, now))
}
