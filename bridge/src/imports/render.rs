//! What the team hears of a batch.
use super::actions::Sum;
use crate::platform::text::{Line, Message};
use crate::program::Program;
use schema::card::{Card, Envelope, Import};
use schema::money::Money;

#[must_use]
pub fn brought(sum: &Sum, program: &Program) -> Message {
    Message::notice(format!("📥 {} · {}", sum.batch, sales(sum)))
        .line(format!("{} on the boards.", total(sum, program)))
        .line(
            Line::new()
                .plain("To take them back: stop me, then ")
                .code(&format!("partnerspace import --reverse {} --reason \"…\"", sum.batch)),
        )
        .card(&card(sum, None, program))
}

#[must_use]
pub fn reversed(sum: &Sum, reason: &str, program: &Program) -> Message {
    Message::notice(format!("↩ {} · {} taken back", sum.batch, sales(sum)))
        .line(format!("{} less on the boards.", total(sum, program)))
        .quote(Line::new().person_cut(reason, 300))
        .card(&card(sum, Some(reason), program))
}

/// `3 sales of 2 partners`.
#[must_use]
pub fn sales(sum: &Sum) -> String {
    let many = |count: i64, word: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} {word}{plural}", schema::money::thousands(count.unsigned_abs()))
    };
    format!("{} of {}", many(sum.sales, "sale"), many(sum.partners, "partner"))
}

fn total(sum: &Sum, program: &Program) -> Money {
    Money::new(sum.total, program.currency)
}

fn card(sum: &Sum, reason: Option<&str>, program: &Program) -> Envelope {
    Envelope::from(Card::from(Import {
        batch: sum.batch,
        reversed: reason.is_some(),
        sales: sum.sales,
        partners: sum.partners,
        total: total(sum, program),
        reason: reason.map(str::to_owned),
    }))
}
