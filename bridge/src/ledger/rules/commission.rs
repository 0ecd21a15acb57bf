//! What the commission book says: commission earned and corrected, holds that end, disputes, payouts.
//! Every body carries changes of a partner's accounts; the other side of each is fixed by its kind.
use super::{EntryBody, Posting};
use schema::ids::{PartnerId, SaleId};
use schema::money::Currency;
use serde::{Deserialize, Serialize};

/// A version of a commission rule; its name is no matter of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRef {
    /// Which rule, in the order in which they were made.
    pub rule: i64,
    pub version: i64,
}

/// A change of a partner's three accounts, minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub held: i64,
    pub payable: i64,
    pub disputed: i64,
}

impl Change {
    /// What it changes of all that is owed. `None` on overflow.
    #[must_use]
    pub fn total(self) -> Option<i64> {
        self.held.checked_add(self.payable)?.checked_add(self.disputed)
    }
}

/// Commission of one partner on one sale: a line, and what an event makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    pub sale: SaleId,
    pub partner: PartnerId,
    #[serde(flatten)]
    pub rule: RuleRef,
    pub currency: Currency,
    /// The partner's part of the sale after the event, minor units: what the rule is applied to.
    pub base: i64,
    #[serde(flatten)]
    pub change: Change,
    /// `seq` of the entry that this one follows from: the sale's, a refund's.
    pub follows: i64,
}

/// A partner's part of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutPart {
    /// The payout's number.
    pub payout: i64,
    pub partner: PartnerId,
    pub currency: Currency,
    /// Above 0.
    pub minor: i64,
    /// Of the frozen statement: SHA-256 of its canonical JSON, lower-case hex.
    pub statement: String,
}

/// A payout's part that came back, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFailed {
    #[serde(flatten)]
    pub part: PayoutPart,
    /// Whether it had been marked as paid.
    pub was_paid: bool,
    /// `seq` of the entry that is taken back.
    pub reverses: i64,
}

/// A negative balance of a partner who left, given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOff {
    pub partner: PartnerId,
    pub currency: Currency,
    /// Above 0.
    pub minor: i64,
}

/// What an entry changes for a partner: a line of their statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub partner: PartnerId,
    pub sale: Option<SaleId>,
    pub payout: Option<i64>,
    pub currency: Currency,
    /// The part of the sale after it, minor units.
    pub base: i64,
    pub change: Change,
}

impl Moved {
    fn of_payout(part: &PayoutPart, payable: i64) -> Self {
        let change = Change { payable, ..Change::default() };
        let (partner, currency) = (part.partner, part.currency);
        Self { partner, sale: None, payout: Some(part.payout), currency, base: 0, change }
    }
}

impl EntryBody {
    /// What it changes for a partner in the commission book; nothing where money only goes on its way.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        match self {
            Self::SaleApproved(_)
            | Self::SaleVoided(_)
            | Self::SaleRefunded(_)
            | Self::SaleDisputed(_)
            | Self::PayoutPaid(_)
            | Self::PointsGiven(_)
            | Self::PointsTaken(_) => None,
            Self::CommissionEarned(commission)
            | Self::CommissionAdjusted(commission)
            | Self::CommissionReleased(commission)
            | Self::DisputeOpened(commission)
            | Self::DisputeWon(commission)
            | Self::DisputeLost(commission) => Some(Moved {
                partner: commission.partner,
                sale: Some(commission.sale),
                payout: None,
                currency: commission.currency,
                base: commission.base,
                change: commission.change,
            }),
            Self::PayoutLocked(part) => Some(Moved::of_payout(part, part.minor.saturating_neg())),
            Self::PayoutFailed(failed) => Some(Moved::of_payout(&failed.part, failed.part.minor)),
            Self::BalanceWrittenOff(off) => Some(Moved {
                partner: off.partner,
                sale: None,
                payout: None,
                currency: off.currency,
                base: 0,
                change: Change { payable: off.minor, ..Change::default() },
            }),
        }
    }
}

/// The accounts of a partner in the commission book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pot {
    Held,
    Payable,
    Disputed,
}

#[must_use]
pub fn account(partner: PartnerId, pot: Pot) -> String {
    let pot = match pot {
        Pot::Held => "held",
        Pot::Payable => "payable",
        Pot::Disputed => "disputed",
    };
    format!("partner:{partner}:{pot}")
}

fn line(account: impl Into<String>, minor: i64, currency: Currency) -> Posting {
    Posting { account: account.into(), minor, currency }
}

/// Lines of nothing are left out: an entry of 0 has none.
fn lines(all: impl IntoIterator<Item = Posting>) -> Vec<Posting> {
    all.into_iter().filter(|posting| posting.minor != 0).collect()
}

impl Commission {
    /// `expense:commission` against the partner's accounts.
    pub(super) fn postings(&self) -> Vec<Posting> {
        let Change { held, payable, disputed } = self.change;
        let total = held.saturating_add(payable).saturating_add(disputed);
        let own = |pot, minor| line(account(self.partner, pot), minor, self.currency);
        lines([
            line("expense:commission", total.saturating_neg(), self.currency),
            own(Pot::Held, held),
            own(Pot::Payable, payable),
            own(Pot::Disputed, disputed),
        ])
    }
}

impl PayoutPart {
    fn between(&self, from: String, to: String) -> Vec<Posting> {
        vec![
            line(from, self.minor.saturating_neg(), self.currency),
            line(to, self.minor, self.currency),
        ]
    }

    fn payable(&self) -> String {
        account(self.partner, Pot::Payable)
    }

    fn account(&self) -> String {
        format!("payout:{}", self.payout)
    }

    pub(super) fn locked(&self) -> Vec<Posting> {
        self.between(self.payable(), self.account())
    }

    pub(super) fn paid(&self) -> Vec<Posting> {
        self.between(self.account(), "external".to_owned())
    }
}

impl PayoutFailed {
    pub(super) fn postings(&self) -> Vec<Posting> {
        let from = if self.was_paid { "external".to_owned() } else { self.part.account() };
        self.part.between(from, self.part.payable())
    }
}

impl WriteOff {
    pub(super) fn postings(&self) -> Vec<Posting> {
        let minor = self.minor;
        vec![
            line("loss", minor.saturating_neg(), self.currency),
            line(account(self.partner, Pot::Payable), minor, self.currency),
        ]
    }
}
