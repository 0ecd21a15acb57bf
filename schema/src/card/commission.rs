//! Cards about commission. Only in a partner's own chat and in the control room.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::card::PartnerRef;
use crate::ids::{PartnerId, PayoutNumber, SaleNumber};
use crate::money::Money;
use crate::period::Period;
use crate::wire::words;

/// A commission rule as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleView {
    pub name: String,
    /// Which rule, in the order in which they were made: what ledger entries name.
    pub rule: i64,
    pub version: i64,
    /// Local day from which this version counts.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub from: Date,
    /// What it says, as a sentence; absent when this version ends the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    pub priority: i64,
    /// User id.
    pub made_by: String,
    /// Epoch milliseconds.
    pub made_at: i64,
}

/// Commission rules, or the versions of one, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rules {
    pub rules: Vec<RuleView>,
}

/// A rule that did not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleNot {
    pub name: String,
    pub version: i64,
    pub why: String,
}

/// What a partner earns of a sale, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EarnedView {
    pub partner: PartnerId,
    /// The rule that applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleView>,
    /// The part of the sale that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission: Option<Money>,
    /// Of the commission, what is in dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Money>,
    /// From when on it is payable, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payable_at: Option<i64>,
    pub not: Vec<RuleNot>,
}

/// Why a sale earns what it earns; of a trial there is no sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleExplained {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
    /// Whether it is pinned; else what would come out now.
    pub pinned: bool,
    pub earned: Vec<EarnedView>,
}

/// A partner's commission in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BalanceView {
    /// Waits for the end of its hold.
    pub held: Money,
    /// Due with the next payout; below 0 it is set off against later commission.
    pub payable: Money,
    pub disputed: Money,
    /// Paid so far.
    pub paid: Money,
}

/// A change of commission on a sale by the fate of another one, of which a partner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionMoved {
    pub sale: SaleNumber,
    /// Negative where commission is taken back.
    pub change: Money,
    /// What moved into dispute, or out of it.
    pub disputed: Money,
}

/// A line of a statement: one entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementLine {
    pub ledger_seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    /// What happened, as the ledger's source says it: `commission.earned`, `payout.locked`, …
    pub event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// How the rule pays.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rate: String,
    /// The part of the sale that the rule was applied to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Money>,
    /// The change of what is owed.
    pub amount: Money,
    /// What moved into dispute, or out of it.
    pub disputed: Money,
}

/// A partner's account in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountView {
    pub opening: Money,
    pub closing: Money,
    /// How the closing balance lies.
    pub payable: Money,
    pub held: Money,
    pub disputed: Money,
    /// The newest, oldest first.
    pub lines: Vec<StatementLine>,
    /// How many there are in all.
    pub count: i64,
}

/// A partner's statement of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    pub period: Period,
    /// Whether the month is not over.
    pub open: bool,
    pub accounts: Vec<AccountView>,
}

words! {
    /// How far a payout is.
    PayoutStatus, "payout status" {
        Prepared = "prepared",
        Locked = "locked",
        Paid = "paid",
    }
}

/// What a payout pays to a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutPartView {
    pub partner: PartnerRef,
    pub amount: Money,
    /// SHA-256 of the frozen statement, lower-case hex; once locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Why it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A payout: what is owed to whom, and how far it is. The money moves outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payout {
    pub number: PayoutNumber,
    pub status: PayoutStatus,
    /// What was payable at the end of this local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub until: Date,
    /// As shown.
    pub parts: Vec<PayoutPartView>,
    /// How many there are in all.
    pub count: i64,
    /// One a currency; what came back is not in it.
    pub totals: Vec<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A partner's part of a payout that went out, or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionPaid {
    pub payout: PayoutNumber,
    pub amount: Money,
    /// It came back and is payable again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// The transfer's reference, or why it came back.
    pub words: String,
}
