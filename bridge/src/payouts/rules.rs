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

    fn payout(locked_at: Option<i64>, paid_at: Option<i64>) -> PayoutRow {
        PayoutRow {
            number: PayoutNumber(3),
            until: jiff::civil::date(2026, 11, 30),
            prepared_by: "@mia:x".to_owned(),
            prepared_at: 1,
            locked_at,
            paid_at,
            reference: None,
        }
    }

    #[test]
    fn each_step_follows_the_one_before() {
        use PayoutStatus::{Locked, Paid, Prepared};
        let all = [payout(None, None), payout(Some(2), None), payout(Some(2), Some(3))];
        assert_eq!(all.each_ref().map(PayoutRow::status), [Prepared, Locked, Paid]);
        let said = all.each_ref().map(|payout| {
            [Prepared, Locked, Paid].map(|wanted| {
                follows(payout, wanted).err().map(|refusal| (refusal.code, refusal.sentence))
            })
        });
        let not_yet = || Some((Code::Usage, "P-3 is not locked yet.".to_owned()));
        let locked = || Some((Code::Dup, "P-3 is locked already.".to_owned()));
        let paid = || Some((Code::Dup, "P-3 is paid already.".to_owned()));
        let wanted =
            [[None, not_yet(), not_yet()], [locked(), None, locked()], [paid(), paid(), None]];
        assert_eq!(said, wanted);
    }

    #[test]
    fn nothing_is_locked_that_has_moved() {
        let part = |partner, code, minor| PartRow {
            partner: schema::ids::PartnerId(partner),
            user: String::new(),
            name: String::new(),
            currency: Currency::parse(code).unwrap(),
            minor,
            statement: None,
            locked_seq: None,
            paid_seq: None,
            failed_seq: None,
            failed_why: None,
        };
        let before = [part(1, "EUR", 5), part(2, "USD", 7)];
        let renamed = PartRow { name: "Ana".to_owned(), ..part(1, "EUR", 5) };
        let fits = |now: &[PartRow]| still_fits(PayoutNumber(3), &before, now).is_ok();
        assert!(fits(&before) && fits(&[renamed, part(2, "USD", 7)]));
        assert!(!fits(&[part(1, "EUR", 5)]) && !fits(&[part(1, "EUR", 5), part(2, "USD", 8)]));
        assert!(!fits(&[part(1, "EUR", 5), part(2, "EUR", 7)]));
        assert!(!fits(&[part(3, "EUR", 5), part(2, "USD", 7)]));
    }

    #[test]
    fn a_statements_hash_is_sha_256() {
        let wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), wanted);
    }

    #[test]
    fn a_reference_is_there_and_short() {
        assert!(reference("X").is_ok() && reference(" ").is_err());
        assert!(reference(&"x".repeat(100)).is_ok() && reference(&"x".repeat(101)).is_err());
    }
}
