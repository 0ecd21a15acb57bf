//! What is paid to whom, and what may be done with a payout.
use super::store::{PartRow, PayoutRow};
use crate::platform::refusal::{Code, Refusal};
use schema::card::PayoutStatus;
use schema::ids::PayoutNumber;
use schema::money::Currency;
use sha2::{Digest, Sha256};

pub const REFERENCE_CHARS_MAX: usize = 100;

/// A payout with its parts.
#[derive(Debug, Clone)]
pub struct Whole {
    pub payout: PayoutRow,
    pub parts: Vec<PartRow>,
    /// What would be due to partners who are suspended; told when it is prepared.
    pub waiting: Vec<PartRow>,
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// A partner's payable balance in a currency: at the end of the day asked for, and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    pub currency: Currency,
    pub then: i64,
    pub now: i64,
    /// Nothing is paid to who is suspended; it stays payable until they are let in again, or leave.
    pub is_suspended: bool,
}

/// What of it is paid: never more than is still there. Below the minimum (of the program's currency)
/// it waits for the next payout; a negative balance is carried forward.
#[must_use]
pub fn due(balance: Balance, own: Currency, minimum: i64) -> Option<i64> {
    let minor = balance.then.min(balance.now);
    let enough = if balance.currency == own { minimum.max(1) } else { 1 };
    (minor >= enough).then_some(minor)
}

impl PayoutRow {
    #[must_use]
    pub const fn status(&self) -> PayoutStatus {
        if self.paid_at.is_some() {
            PayoutStatus::Paid
        } else if self.locked_at.is_some() {
            PayoutStatus::Locked
        } else {
            PayoutStatus::Prepared
        }
    }
}

#[must_use]
pub fn no_such_payout() -> Refusal {
    Refusal::new(Code::Ref, "There is no payout of this number.").example("payout prepare")
}

/// # Errors
/// When the payout is not as far as the step asks, or further.
pub fn follows(payout: &PayoutRow, wanted: PayoutStatus) -> Result<(), Refusal> {
    let number = payout.number;
    let refused = |code, sentence: String, example: String| {
        Err(Refusal::new(code, sentence).example(example))
    };
    match (payout.status(), wanted) {
        (status, wanted) if status == wanted => Ok(()),
        (PayoutStatus::Prepared, _) => refused(
            Code::Usage,
            format!("{number} is not locked yet."),
            format!("payout lock {number}"),
        ),
        (PayoutStatus::Locked, _) => refused(
            Code::Dup,
            format!("{number} is locked already."),
            format!("payout show {number}"),
        ),
        (PayoutStatus::Paid, _) => refused(
            Code::Dup,
            format!("{number} is paid already."),
            format!("payout show {number}"),
        ),
    }
}

/// # Errors
/// When balances moved since it was prepared: nothing is locked that is not there.
pub fn still_fits(
    number: PayoutNumber,
    before: &[PartRow],
    now: &[PartRow],
) -> Result<(), Refusal> {
    let key = |part: &PartRow| (part.partner, part.currency.code(), part.minor);
    if before.iter().map(key).eq(now.iter().map(key)) {
        return Ok(());
    }
    let sentence = format!("Balances have moved since {number} was prepared; prepare a new one.");
    Err(Refusal::new(Code::Dup, sentence).example("payout prepare"))
}

/// # Errors
/// When it is missing or too long.
pub fn reference(text: &str) -> Result<(), Refusal> {
    let example = "payout paid P-1 bank transfer 2026-12-01";
    match text.trim().chars().count() {
        0 => Err(Refusal::new(Code::Usage, "Which transfer was it? Its reference comes last.")
            .example(example)),
        count if count > REFERENCE_CHARS_MAX => {
            let sentence = format!("A reference has at most {REFERENCE_CHARS_MAX} characters.");
            Err(Refusal::new(Code::Long, sentence).example(example))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_waits_and_a_debt_is_carried() {
        let (eur, usd) = (Currency::parse("EUR").unwrap(), Currency::parse("USD").unwrap());
        let balance = |currency, then, now| Balance { currency, then, now, is_suspended: false };
        assert_eq!(due(balance(eur, 12_000, 12_000), eur, 2_000), Some(12_000));
        assert_eq!(due(balance(eur, 1_999, 1_999), eur, 2_000), None);
        assert_eq!(due(balance(eur, 2_000, 2_500), eur, 2_000), Some(2_000));
        assert_eq!(due(balance(eur, 12_000, -7_000), eur, 0), None);
        assert_eq!(due(balance(eur, 0, 500), eur, 0), None);
        assert_eq!(due(balance(usd, 1, 1), eur, 2_000), Some(1));
    }

    #[test]
    fn a_reference_is_there_and_short() {
        assert!(reference("X").is_ok() && reference(" ").is_err());
        assert!(reference(&"x".repeat(100)).is_ok() && reference(&"x".repeat(101)).is_err());
    }
}
