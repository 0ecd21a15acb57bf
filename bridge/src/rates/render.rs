//! How rates look.
use super::rules::Set;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, RateView, Rates};
use schema::money::Currency;

/// Rows shown; the card has no more.
pub const ROWS_MAX: usize = 40;

fn row(set: &Set, own: Currency) -> Line {
    Line::new()
        .strong(&format!("1 {} = {} {own}", set.currency, set.rate))
        .plain(&format!(" from {}", set.from))
}

fn card(sets: &[Set], own: Currency) -> Envelope {
    let view = |set: &Set| RateView {
        currency: set.currency,
        rate: set.rate,
        from: set.from,
        set_by: set.set_by.clone(),
        set_at: set.set_at,
    };
    Envelope::from(Card::from(Rates { reporting: own, rates: sets.iter().map(view).collect() }))
}

#[must_use]
pub fn set(set: &Set, own: Currency) -> Message {
    Message::notice(row(set, own))
        .line("It counts for claims that are approved from then on; approved ones keep theirs.")
        .card(&card(std::slice::from_ref(set), own))
}

#[must_use]
pub fn list(sets: &[Set], own: Currency, prefix: &str) -> Message {
    let message = Message::notice(format!("Rates to {own} · {}", sets.len()));
    let message = if sets.is_empty() {
        message.line(
            Line::new()
                .plain("None yet. Set one with ")
                .code(&format!("{prefix}rate set USD 0.92")),
        )
    } else {
        message.lines(sets.iter().map(|set| row(set, own)).collect())
    };
    message.card(&card(sets, own))
}
