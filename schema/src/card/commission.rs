//! Cards about commission. Only in a partner's own chat and in the control room.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PartnerId, SaleNumber};
use crate::money::Money;

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

/// A change of commission that a partner is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionMoved {
    pub sale: SaleNumber,
    /// Negative where commission is taken back.
    pub change: Money,
    /// What moved into dispute, or out of it.
    pub disputed: Money,
    /// Words of the team.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
