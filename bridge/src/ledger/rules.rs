//! The ledger's arithmetic: what an entry says, that it balances, how it hangs on the one before.
//! Append-only, double entry, hash-chained; bodies hold opaque ids only, never names of people.
mod canonical;
mod commission;
mod points;
mod quick;

pub use commission::{
    Change, Commission, Moved, PayoutFailed, PayoutPart, Pot, RuleRef, WriteOff, account,
};

pub use canonical::canonical;
pub use points::{Points, PointsBack, points_account};

use std::collections::BTreeMap;

use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash before the first entry: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A set of accounts that balances by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Book {
    /// Feeds the boards.
    Credit,
    Commission,
    Points,
}

impl Book {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Commission => "commission",
            Self::Points => "points",
        }
    }
}

/// One line of an entry: an account gains (positive) or gives (negative) minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub account: String,
    pub minor: i64,
    pub currency: Currency,
}

/// A partner's part of a sale, in the sale's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditShare {
    pub partner: PartnerId,
    pub minor: i64,
}

/// The credit of one sale: to whom, for which client, in which industry, on which day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub sale: SaleId,
    pub client: ClientId,
    /// Slug.
    pub industry: Option<String>,
    #[serde(with = "schema::period::day")]
    pub on: Date,
    pub currency: Currency,
    pub shares: Vec<CreditShare>,
}

impl Credit {
    /// `market:{industry or none} → credit:{partner}`, one line per share.
    fn postings(&self) -> Vec<Posting> {
        let currency = self.currency;
        let total = self.shares.iter().fold(0_i64, |sum, share| sum.saturating_add(share.minor));
        let market = format!("market:{}", self.industry.as_deref().unwrap_or("none"));
        let given = Posting { account: market, minor: total.saturating_neg(), currency };
        let taken = self.shares.iter().map(|share| Posting {
            account: credit_account(share.partner),
            minor: share.minor,
            currency,
        });
        std::iter::once(given).chain(taken).collect()
    }
}

/// A negative entry, and which one it takes back from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// `seq` of the entry taken back from.
    pub reverses: i64,
    /// The same credit with negative shares: what is taken.
    #[serde(flatten)]
    pub credit: Credit,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryBody {
    SaleApproved(Credit),
    SaleVoided(Reversal),
    SaleRefunded(Reversal),
    /// Lost by a dispute: taken back as a refund is.
    SaleDisputed(Reversal),
    /// A sale's commission for one partner, when it is approved.
    CommissionEarned(Commission),
    /// What a refund, a void, a reached tier or a correction makes of it.
    CommissionAdjusted(Commission),
    /// The hold is over.
    CommissionReleased(Commission),
    DisputeOpened(Commission),
    DisputeWon(Commission),
    DisputeLost(Commission),
    PayoutLocked(PayoutPart),
    PayoutPaid(PayoutPart),
    PayoutFailed(PayoutFailed),
    BalanceWrittenOff(WriteOff),
    PointsGiven(Points),
    PointsTaken(PointsBack),
}

/// An entry's body with the circumstances that the hash must cover as well: a posting time moved
/// afterwards would move a sale into another period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// When the ledger took it, epoch milliseconds.
    pub at: i64,
    pub source: String,
    pub source_id: String,
    #[serde(flatten)]
    pub body: EntryBody,
}

impl EntryBody {
    #[must_use]
    pub fn sale_approved(credit: &Credit) -> Self {
        Self::SaleApproved(credit.clone())
    }

    /// The negative of a sale's credit; `reverses` is the `seq` that gave it.
    #[must_use]
    pub fn sale_voided(credit: &Credit, reverses: i64) -> Self {
        let mut credit = credit.clone();
        for share in &mut credit.shares {
            share.minor = share.minor.saturating_neg();
        }
        Self::SaleVoided(Reversal { reverses, credit })
    }

    /// As a refund, for a dispute that was lost.
    #[must_use]
    pub const fn sale_disputed(credit: Credit, reverses: i64) -> Self {
        Self::SaleDisputed(Reversal { reverses, credit })
    }

    /// A part of a sale's credit taken back; the shares say what each gets, mostly negative.
    #[must_use]
    pub const fn sale_refunded(credit: Credit, reverses: i64) -> Self {
        Self::SaleRefunded(Reversal { reverses, credit })
    }

    #[must_use]
    pub const fn book(&self) -> Book {
        match self {
            Self::PointsGiven(_) | Self::PointsTaken(_) => Book::Points,
            _ if self.credit().is_some() => Book::Credit,
            _ => Book::Commission,
        }
    }

    /// The credit given (positive shares) or taken back (negative); none in the other books.
    #[must_use]
    pub const fn credit(&self) -> Option<&Credit> {
        match self {
            Self::SaleApproved(credit) => Some(credit),
            Self::SaleVoided(reversal)
            | Self::SaleRefunded(reversal)
            | Self::SaleDisputed(reversal) => Some(&reversal.credit),
            _ => None,
        }
    }

    /// The entry's lines; they sum to zero.
    #[must_use]
    pub fn postings(&self) -> Vec<Posting> {
        match self {
            Self::SaleApproved(credit) => credit.postings(),
            Self::SaleVoided(reversal)
            | Self::SaleRefunded(reversal)
            | Self::SaleDisputed(reversal) => reversal.credit.postings(),
            Self::CommissionEarned(commission)
            | Self::CommissionAdjusted(commission)
            | Self::CommissionReleased(commission)
            | Self::DisputeOpened(commission)
            | Self::DisputeWon(commission)
            | Self::DisputeLost(commission) => commission.postings(),
            Self::PayoutLocked(part) => part.locked(),
            Self::PayoutPaid(part) => part.paid(),
            Self::PayoutFailed(failed) => failed.postings(),
            Self::BalanceWrittenOff(off) => off.postings(),
            Self::PointsGiven(points) => points.postings(),
            Self::PointsTaken(back) => back.points.postings(),
        }
    }

    /// What the entry says, alone: keys sorted, no spaces, integers only.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(self)
    }

    /// What is stored and hashed: the body with its time and source, canonical.
    #[must_use]
    pub fn sealed(&self, at: i64, source: &str, source_id: &str) -> String {
        let (source, source_id) = (source.to_owned(), source_id.to_owned());
        canonical(&Sealed { at, source, source_id, body: self.clone() })
    }
}

/// The account that holds a partner's credit.
#[must_use]
pub fn credit_account(partner: PartnerId) -> String {
    format!("credit:{partner}")
}

impl Sealed {
    /// Reads a stored body.
    ///
    /// # Errors
    /// Where the text is not one.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        quick::read(text).map_or_else(|| serde_json::from_str(text), Ok)
    }
}

/// An entry whose postings do not sum to zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("postings in {currency} sum to {sum}, not to zero")]
pub struct Unbalanced {
    pub currency: Currency,
    pub sum: i128,
}

/// # Errors
/// Names the first currency whose postings do not sum to zero.
pub fn check_balanced(postings: &[Posting]) -> Result<(), Unbalanced> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.currency).or_default() += i128::from(posting.minor);
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((currency, sum)) => Err(Unbalanced { currency, sum }),
        None => Ok(()),
    }
}

/// `sha256(prev ‖ "\n" ‖ body)` in lower-case hex.
#[must_use]
pub fn hash(prev: &str, body: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(prev.as_bytes());
    digest.update(b"\n");
    digest.update(body.as_bytes());
    hex::encode(digest.finalize())
}

/// What the same `(source, source_id)` once more means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Not seen before: an entry is written.
    Posted,
    /// Seen with the same content: nothing is written, the answer is the first one's.
    Replayed,
    /// Seen with other content: nothing is written, and an alarm.
    Conflict,
}

/// Compares a new input with what its source was posted as, if it was.
#[must_use]
pub fn replay(stored: Option<&EntryBody>, new: &EntryBody) -> Replay {
    match stored {
        None => Replay::Posted,
        Some(stored) if stored == new => Replay::Replayed,
        Some(_) => Replay::Conflict,
    }
}

/// A stored entry, as far as the chain needs it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub seq: i64,
    pub prev_hash: &'a str,
    pub hash: &'a str,
    /// The sealed body.
    pub body: &'a str,
}

/// The last good entry of a chain: its `seq` and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("an entry is missing before it")]
    Gap,
    #[error("it does not hang on the entry before it")]
    Chain,
    #[error("its body is not the one that was hashed")]
    Hash,
    #[error("its body is not a canonical entry")]
    Body,
    #[error("its postings do not sum to zero")]
    Unbalanced,
}

impl Head {
    /// The head of an empty ledger.
    #[must_use]
    pub fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }

    /// Takes the next entry, and what it says.
    ///
    /// # Errors
    /// What is wrong with it; the head stays where it was.
    pub fn take(&mut self, link: Link<'_>) -> Result<Sealed, Broken> {
        self.read(link).map(|(sealed, _)| sealed)
    }

    /// As `take`, with the postings that it says.
    ///
    /// # Errors
    /// As `take`.
    pub fn read(&mut self, link: Link<'_>) -> Result<(Sealed, Vec<Posting>), Broken> {
        if link.seq != self.seq + 1 {
            return Err(Broken::Gap);
        }
        if link.prev_hash != self.hash {
            return Err(Broken::Chain);
        }
        if hash(link.prev_hash, link.body) != link.hash {
            return Err(Broken::Hash);
        }
        let sealed = Sealed::read(link.body).map_err(|_| Broken::Body)?;
        if quick::text(&sealed).unwrap_or_else(|| canonical(&sealed)) != link.body {
            return Err(Broken::Body);
        }
        let postings = sealed.body.postings();
        check_balanced(&postings).map_err(|_| Broken::Unbalanced)?;
        *self = Self { seq: link.seq, hash: link.hash.to_owned() };
        Ok((sealed, postings))
    }
}

/// Walks a ledger from its first entry; the head, or the first bad `seq` and what is wrong there.
///
/// # Errors
/// The `seq` that a good ledger would have next, where the walk stopped.
pub fn verify<'a>(links: impl IntoIterator<Item = Link<'a>>) -> Result<Head, (i64, Broken)> {
    let mut head = Head::genesis();
    for link in links {
        head.take(link).map_err(|broken| (head.seq + 1, broken))?;
    }
    Ok(head)
}

#[cfg(test)]
mod tests;
