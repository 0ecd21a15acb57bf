//! How disputes look, and what a sale earned.
use super::super::store::SaleRow;
use super::is_for_room;
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
    let line = Line::new().plain("In dispute: ").strong(&disputed.to_string());
    let reason = if is_for_room(sale) { String::new() } else { reason(sale) };
    Some(if reason.is_empty() { line } else { line.plain(" · ").person_cut(&reason, 120) })
}

/// Why it is disputed, as the team said it last.
fn reason(sale: &SaleRow) -> String {
    let last = sale.disputes.iter().rev().find(|dispute| dispute.is_open());
    last.map(|dispute| dispute.reason.clone()).unwrap_or_default()
}

/// Adds what a decision made of the person's own commission.
#[must_use]
pub fn with_earned(message: Message, earned: Option<&Moved>) -> Message {
    let Some(moved) = earned else { return message };
    let (change, disputed) = (moved.total(), moved.disputed());
    if change.minor == 0 && disputed.minor == 0 {
        return message;
    }
    let line = Line::new().plain("Commission: ");
    message.line(match (change.minor, disputed.minor) {
        (0, minor) if minor > 0 => {
            line.strong(&disputed.to_string()).plain(" set aside until that is decided.")
        }
        (0, _) => {
            let back = Money { minor: disputed.minor.saturating_neg(), ..disputed };
            line.strong(&back.to_string()).plain(" is yours again.")
        }
        (minor, _) if minor < 0 => line.strong(&change.to_string()),
        _ => match moved.payable_on {
            Some(day) => line.strong(&change.to_string()).plain(&format!(", payable from {day}")),
            None => line.strong(&change.to_string()).plain(", payable now"),
        },
    })
}
