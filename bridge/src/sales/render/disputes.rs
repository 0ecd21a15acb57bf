//! How disputes look, and what a sale earned.
use super::super::store::SaleRow;
use crate::commission::actions::Moved;
use crate::platform::text::{Line, Message};
use schema::money::Money;

/// What is in dispute of a sale, where anything is.
pub(super) fn amount(sale: &SaleRow) -> Option<Money> {
    let disputed = sale.disputed();
    (disputed > 0).then_some(Money { minor: disputed, ..sale.amount })
}

pub(super) fn open(sale: &SaleRow) -> Option<Line> {
    let disputed = amount(sale)?;
    Some(
        Line::new()
            .plain("In dispute: ")
            .strong(&disputed.to_string())
            .plain(". Its commission is set aside until that is decided."),
    )
}

/// Adds what the person earned of a sale.
#[must_use]
pub fn with_earned(message: Message, earned: Option<&Moved>) -> Message {
    let Some(moved) = earned else { return message };
    let line = Line::new().plain("Commission: ").strong(&moved.total().to_string());
    message.line(match moved.payable_on {
        Some(day) => line.plain(&format!(", payable from {day}")),
        None => line.plain(", payable now"),
    })
}
