//! How payouts look in the control room, and what a partner hears of theirs.
use super::rules::{Whole, hash};
use super::store::PartRow;
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message};
use schema::card::{
    Card, CommissionPaid, Envelope, PartnerRef, Payout, PayoutPartView, PayoutStatus,
};
use schema::ids::{ConfirmationId, PayoutNumber};
use schema::money::Money;
use std::collections::BTreeMap;

/// Parts shown; the files have all.
pub const ROWS_MAX: usize = 25;

fn money(part: &PartRow) -> Money {
    Money::new(part.minor, part.currency)
}

/// One sum a currency; what came back is not in it.
fn totals(parts: &[PartRow]) -> Vec<Money> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.failed_seq.is_none()) {
        let sum = sums.entry(part.currency.code()).or_insert(Money::zero(part.currency));
        sum.minor = sum.minor.saturating_add(part.minor);
    }
    sums.into_values().collect()
}

fn row(part: &PartRow) -> Line {
    let line = Line::new().person_cut(&part.name, 20).plain(" · ").strong(&money(part).to_string());
    let line = match &part.statement {
        Some(text) => line.plain(" · ").code(&hash(text)[..8]),
        None => line,
    };
    match &part.failed_why {
        Some(why) => line.plain(" · came back: ").person_cut(why, 60),
        None => line,
    }
}

fn sums(parts: &[PartRow]) -> String {
    totals(parts).iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ")
}

/// A payout as it stands.
#[must_use]
pub fn payout(whole: &Whole, prefix: &str) -> Message {
    let Whole { payout, parts, waiting } = whole;
    let (number, until) = (payout.number, payout.until);
    let word = match payout.status() {
        PayoutStatus::Prepared => "prepared",
        PayoutStatus::Locked => "locked",
        PayoutStatus::Paid => "paid",
    };
    let mut message = Message::notice(format!("💶 {number} · {word} · until {until}"));
    let mut rows: Vec<Line> = parts.iter().take(ROWS_MAX).map(row).collect();
    if parts.len() > ROWS_MAX {
        rows.push(Line::from(format!("… and {} more", parts.len() - ROWS_MAX)));
    }
    message = message.lines(rows);
    if !parts.is_empty() {
        message = message.line(Line::new().plain("In all: ").strong(&sums(parts)));
    }
    if !waiting.is_empty() {
        let mut rows = vec![Line::from("Waits while suspended:")];
        rows.extend(waiting.iter().take(ROWS_MAX).map(row));
        message = message.lines(rows);
    }
    message = match payout.status() {
        PayoutStatus::Prepared => message.line(
            Line::new()
                .plain("Nothing has moved yet: ")
                .code(&format!("{prefix}payout lock {number}")),
        ),
        PayoutStatus::Locked => message.line(
            Line::new()
                .plain("Transfer the money, then ")
                .code(&format!("{prefix}payout paid {number} bank reference")),
        ),
        PayoutStatus::Paid => message.line(
            Line::new()
                .plain("Reference: ")
                .person_cut(payout.reference.as_deref().unwrap_or_default(), 100),
        ),
    };
    message.card(&card(whole))
}

fn card(whole: &Whole) -> Envelope {
    let Whole { payout, parts, .. } = whole;
    let view = |part: &PartRow| PayoutPartView {
        partner: PartnerRef {
            id: part.partner,
            user_id: Some(part.user.clone()),
            name: part.name.clone(),
        },
        amount: money(part),
        statement: part.statement.as_deref().map(hash),
        failed: part.failed_why.clone(),
    };
    Envelope::from(Card::from(Payout {
        number: payout.number,
        status: payout.status(),
        until: payout.until,
        parts: parts.iter().take(ROWS_MAX).map(view).collect(),
        count: i64::try_from(parts.len()).unwrap_or(i64::MAX),
        totals: totals(parts),
        reference: payout.reference.clone(),
    }))
}

/// Says exactly what a step does, and waits.
#[must_use]
pub fn ask(
    whole: &Whole,
    effect: &str,
    line: (&str, ConfirmationId),
    asker: (&str, i64),
) -> Message {
    let count = whole.parts.iter().filter(|part| part.failed_seq.is_none()).count();
    let partners = if count == 1 { "1 part".to_owned() } else { format!("{count} parts") };
    let effect = format!("{effect} {} in {partners}.", sums(&whole.parts));
    let message = Message::notice(format!("{}?", whole.payout.number)).line(effect.clone());
    confirm::waits(message, effect, line, asker)
}

fn told(number: PayoutNumber, part: &PartRow, failed: bool, words: &str) -> Envelope {
    Envelope::from(Card::from(CommissionPaid {
        payout: number,
        amount: money(part),
        failed,
        words: words.to_owned(),
    }))
}

/// To a partner: their money is on its way.
#[must_use]
pub fn paid_to(number: PayoutNumber, part: &PartRow, reference: &str) -> Message {
    Message::notice(Line::new().plain("💶 Paid to you: ").strong(&money(part).to_string()))
        .line(Line::new().plain(&format!("{number} · ")).person_cut(reference, 100))
        .card(&told(number, part, false, reference))
}

/// To a partner: it came back, and is not lost.
#[must_use]
pub fn came_back(number: PayoutNumber, part: &PartRow, reason: &str) -> Message {
    Message::notice(Line::new().plain("💶 A payout came back: ").strong(&money(part).to_string()))
        .line(format!("{number}: it is payable again, with the next payout. The reason:"))
        .quote(Line::new().person_cut(reason, 300))
        .card(&told(number, part, true, reason))
}
