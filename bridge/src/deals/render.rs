//! How registered deals look: to their partner, to the team, in lists. A rival is named to the team
//! only.
mod conflicts;
pub mod team;

pub use conflicts::{conflict, how_to_rule, ruled_reply, settled};

use super::store::{DealRow, Listed, Side};
use crate::platform::text::{Line, Message};
use jiff::civil::Date;
use schema::card::{
    Card, ClientRef, Deal, DealEvent, DealShare, DealStatus, DealView, Deals, Envelope, PartnerRef,
};
use schema::ids::ConflictNumber;

pub const ROWS_MAX: i64 = 10;
/// A name in a row; the row stays under 36 characters on a phone.
const NAME_CHARS: usize = 14;
/// Where two names stand in one.
const TEAM_NAME_CHARS: usize = 8;
const TITLE_CHARS: usize = 40;
const QUOTE_CHARS: usize = 300;

/// What may be said of a deal in a room of many: no client, no words of people.
#[must_use]
pub fn for_room(deal: &DealRow) -> DealRow {
    let mut shown = deal.clone();
    shown.client_name.clear();
    (shown.note, shown.extend_reason, shown.drop_reason) = (None, None, None);
    shown
}

fn is_for_room(deal: &DealRow) -> bool {
    deal.client_name.is_empty()
}

fn partner(side: &Side) -> PartnerRef {
    PartnerRef { id: side.id, user_id: Some(side.user.clone()), name: side.name.clone() }
}

/// A deal as the card has it, with the conflicts that wait and the last word about it.
#[must_use]
pub fn view(deal: &DealRow, now: i64) -> DealView {
    let shares = deal.sharing.as_ref().map(|sharing| {
        let (one, two) = sharing.weights;
        let share = |(side, weight)| DealShare { partner: partner(side), weight };
        sharing.sides.iter().zip([one, two]).map(share).collect()
    });
    DealView {
        id: deal.id,
        number: deal.number,
        status: deal.status(now),
        partner: partner(&deal.partner),
        client: (!is_for_room(deal))
            .then(|| ClientRef { id: deal.client_id, name: deal.client_name.clone() }),
        industry: deal.industry.clone(),
        note: deal.note.clone(),
        registered_at: deal.registered_at,
        through: through(deal),
        ends_at: deal.term.map(|term| term.ends_at),
        extended_at: deal.extended_at,
        sale: deal.sale,
        reason: deal.drop_reason.clone().or_else(|| deal.extend_reason.clone()),
        shares: shares.unwrap_or_default(),
        conflicts: Vec::new(),
    }
}

/// The last day of the protection.
fn through(deal: &DealRow) -> Option<Date> {
    deal.term.and_then(|term| term.ends_on.yesterday().ok())
}

fn day(deal: &DealRow) -> String {
    through(deal).map(|day| day.to_string()).unwrap_or_default()
}

fn titled(mark: &str, deal: &DealRow) -> Line {
    let line = Line::new().plain(&format!("{mark} {}", deal.number));
    if is_for_room(deal) {
        line
    } else {
        line.plain(" · ").person_cut(&deal.client_name, TITLE_CHARS)
    }
}

/// Where it stands, in a few words.
fn state(deal: &DealRow, now: i64) -> Line {
    let words = match deal.status(now) {
        DealStatus::Open => format!("protected through {}", day(deal)),
        DealStatus::Contested => "waits for the team".to_owned(),
        DealStatus::Won => match deal.sale {
            Some(sale) => format!("won by {sale} · protected through {}", day(deal)),
            None => "won".to_owned(),
        },
        DealStatus::Dropped => "dropped".to_owned(),
        DealStatus::Lost => "not protected: the team ruled".to_owned(),
        DealStatus::Ended => format!("protected until {}", day(deal)),
    };
    let industry = deal.industry.as_deref().map(|slug| format!(" · {slug}")).unwrap_or_default();
    Line::new().plain(&format!("{words}{industry}"))
}

fn shares(deal: &DealRow) -> Option<Line> {
    let sharing = deal.sharing.as_ref()?;
    let (one, two) = sharing.weights;
    let [first, second] = &sharing.sides;
    let line =
        Line::new().plain("🤝 ").person_cut(&first.name, NAME_CHARS).plain(&format!(" {one} : "));
    Some(line.plain(&format!("{two} ")).person_cut(&second.name, NAME_CHARS))
}

fn base(message: Message, deal: &DealRow, now: i64) -> Message {
    let message = message.line(state(deal, now));
    match shares(deal) {
        Some(line) => message.line(line),
        None => message,
    }
}

fn carded(message: Message, deal: &DealRow, event: DealEvent, now: i64) -> Message {
    let view = Box::new(view(deal, now));
    message.card(&Envelope::from(Card::from(Deal { event, deal: view })))
}

/// The answer to a first registration.
#[must_use]
pub fn registered(deal: &DealRow, now: i64, prefix: &str) -> Message {
    let message = base(Message::notice(titled("🛡", deal)), deal, now).line(
        Line::new()
            .plain("Yours until then. Sold? ")
            .code(&format!("{prefix}deal won {} 1000 EUR", deal.number)),
    );
    carded(message, deal, DealEvent::Registered, now)
}

/// The answer to a second one.
#[must_use]
pub fn contested(deal: &DealRow, conflict: ConflictNumber, now: i64) -> Message {
    let message = base(Message::notice(titled("⚖", deal)), deal, now).line(format!(
        "Another partner registered this client before you. A manager rules on it ({conflict}); you hear of it in our chat."
    ));
    with_conflict(message, deal, conflict, now)
}

/// To who was first: somebody else names the client, too.
#[must_use]
pub fn rivaled(deal: &DealRow, conflict: ConflictNumber, now: i64) -> Message {
    let message = base(Message::notice(titled("⚖", deal)), deal, now).line(format!(
        "Another partner works on this client, too. A manager rules on it ({conflict}); it is yours until then."
    ));
    with_conflict(message, deal, conflict, now)
}

fn with_conflict(message: Message, deal: &DealRow, conflict: ConflictNumber, now: i64) -> Message {
    let deal = Box::new(DealView { conflicts: vec![conflict], ..view(deal, now) });
    message.card(&Envelope::from(Card::from(Deal { event: DealEvent::Contested, deal })))
}

/// One deal, and what just became of it.
#[must_use]
pub fn deal(deal: &DealRow, event: DealEvent, now: i64) -> Message {
    carded(about(deal, event, now), deal, event, now)
}

/// One deal whole, with the conflicts that wait on it and what was last ruled.
#[must_use]
pub fn shown(
    deal: &DealRow,
    conflicts: &[ConflictNumber],
    ruled: Option<&str>,
    now: i64,
) -> Message {
    let mut message = about(deal, DealEvent::Shown, now);
    if !conflicts.is_empty() {
        let names: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
        message = message.line(format!("⚖ Waits for a ruling: {}", names.join(", ")));
    }
    if let Some(reason) = ruled.filter(|_| !is_for_room(deal)) {
        message = message.quote(Line::new().plain("Ruled: ").person_cut(reason, QUOTE_CHARS));
    }
    let view = DealView { conflicts: conflicts.to_vec(), ..view(deal, now) };
    let card = Deal { event: DealEvent::Shown, deal: Box::new(view) };
    message.card(&Envelope::from(Card::from(card)))
}

fn about(deal: &DealRow, event: DealEvent, now: i64) -> Message {
    let mark = if event == DealEvent::Dropped { "↩" } else { "🛡" };
    let mut message = base(Message::notice(titled(mark, deal)), deal, now);
    message = match event {
        DealEvent::Extended => message.line("Extended, once; that is all."),
        DealEvent::Dropped => message.line("Given up; the client is open to others."),
        DealEvent::Shown if is_for_room(deal) => {
            message.line("Clients are named in our own chat only.")
        }
        DealEvent::Shown => message.line(Line::new().plain("Of ").person(&deal.partner.name)),
        _ => message,
    };
    if event == DealEvent::Shown
        && let Some(note) = &deal.note
    {
        message = message.quote(Line::new().person_cut(note, QUOTE_CHARS));
    }
    if let Some(reason) = deal.drop_reason.as_ref().or(deal.extend_reason.as_ref()) {
        message = message.quote(Line::new().person_cut(reason, QUOTE_CHARS));
    }
    message
}

/// To a partner, alone: what a ruling makes of their deal.
#[must_use]
pub fn ruled(deal: &DealRow, event: DealEvent, reason: Option<&str>, now: i64) -> Message {
    let sentence = match event {
        DealEvent::Kept => "The team ruled: it is yours.",
        DealEvent::Lost => {
            "The team ruled for the other partner this time. Thank you for telling us early: it helps with the next one."
        }
        DealEvent::Shared => {
            "The team ruled: you sell it together. Whoever claims a sale, both have their part at once."
        }
        _ => "The team ruled: the client is open to all. Who sells first, claims first.",
    };
    let mut message = base(Message::notice(titled("⚖", deal)), deal, now).line(sentence);
    if let Some(reason) = reason {
        message = message.quote(Line::new().person_cut(reason, QUOTE_CHARS));
    }
    carded(message, deal, event, now)
}

/// To a partner, who should act while there is time.
#[must_use]
pub fn reminder(deal: &DealRow, left: i64, now: i64, prefix: &str) -> Message {
    let number = deal.number;
    let days = match left {
        ..=1 => "today is the last day".to_owned(),
        2 => "this day and one more".to_owned(),
        left => format!("{left} days"),
    };
    let mut message = base(Message::text(titled("⏳", deal)), deal, now)
        .line(format!("Left for you alone: {days}."))
        .line(Line::new().plain("Sold? ").code(&format!("{prefix}deal won {number} 1000 EUR")));
    if deal.extended_at.is_none() {
        let extend = format!("{prefix}deal extend {number} they decide in May");
        message = message.line(Line::new().plain("More time, once: ").code(&extend));
    }
    if let Ok(user) = ruma::UserId::parse(&deal.partner.user) {
        message = message.mention(&user);
    }
    carded(message, deal, DealEvent::Reminded, now)
}

/// To a partner: the time is over.
#[must_use]
pub fn ended(deal: &DealRow, now: i64, prefix: &str) -> Message {
    let message = base(Message::notice(titled("🛡", deal)), deal, now)
        .line("The client is open to all again; you may still sell to them.")
        .line(
            Line::new()
                .plain("Claim it as ever: ")
                .code(&format!("{prefix}sale add 1000 EUR Acme")),
        );
    carded(message, deal, DealEvent::Ended, now)
}

/// What a list was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub status: Option<DealStatus>,
    pub partner: Option<PartnerRef>,
    pub team: bool,
}

#[must_use]
pub fn list(
    listed: &Listed,
    waiting: &[(String, ConflictNumber)],
    asked: Asked,
    (now, prefix): (i64, &str),
) -> Message {
    let Listed { newest: deals, count } = listed;
    let mut message = Message::notice(format!("Deals · {count}"));
    if deals.is_empty() {
        let none = Line::new().plain("None yet.");
        let example = format!("{prefix}deal register Acme --domain acme.com");
        message = message.line(if asked.team {
            none
        } else {
            none.plain(" Register one: ").code(&example)
        });
    } else {
        let of = |deal: &DealRow| -> Vec<ConflictNumber> {
            let id = deal.id.to_string();
            waiting.iter().filter(|(of, _)| *of == id).map(|(_, number)| *number).collect()
        };
        let rows = deals.iter().map(|deal| row(deal, &of(deal), asked.team, now));
        message = message.lines(rows.collect());
    }
    if *count > ROWS_MAX {
        let more = format!("… and {} more; ", count - ROWS_MAX);
        let line = Line::new().plain(&more).code(&format!("{prefix}deal show D-1"));
        message = message.line(line.plain(" has one."));
    }
    let views = deals.iter().map(|deal| view(deal, now)).collect();
    let Asked { status, partner, .. } = asked;
    message.card(&Envelope::from(Card::from(Deals {
        status,
        partner,
        deals: views,
        count: *count,
    })))
}

fn row(deal: &DealRow, conflicts: &[ConflictNumber], team: bool, now: i64) -> Line {
    let line = Line::new().strong(&deal.number.to_string()).plain(" ");
    let chars = if team { TEAM_NAME_CHARS } else { NAME_CHARS };
    let line =
        if is_for_room(deal) { line } else { line.person_cut(&deal.client_name, chars).plain(" ") };
    let line = if team {
        line.plain("· ").person_cut(&deal.partner.name, chars).plain(" ")
    } else {
        line
    };
    let state = match deal.status(now) {
        DealStatus::Open => format!("🛡 {}", day(deal)),
        DealStatus::Contested => "⚖".to_owned(),
        DealStatus::Won => {
            format!("🏁 {}", deal.sale.map(|sale| sale.to_string()).unwrap_or_default())
        }
        DealStatus::Dropped => "↩".to_owned(),
        DealStatus::Lost => "❌".to_owned(),
        DealStatus::Ended => "⌛".to_owned(),
    };
    let waits = conflicts.iter().map(|number| format!(" ⚖ {number}")).collect::<String>();
    line.plain(&format!("{state}{waits}"))
}
