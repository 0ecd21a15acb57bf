//! What a commission rule says, which one applies, and what it makes of a partner's part of a sale.
mod choice;
mod parse;
mod terms;

pub use choice::{Choice, Sold, Why, choose, in_force, months_since};
pub use parse::{amount, days, months, name, percent, priority, tiers};
pub use terms::{Held, Member, Month, Pinned, Place, Terms, change, slab};

use crate::ledger::rules::RuleRef;
use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use schema::ids::PartnerId;
use serde::{Deserialize, Serialize};

pub const TIERS_MAX: usize = 20;
pub const HOLD_DAYS_MAX: i64 = 3_650;
pub const MONTHS_MAX: i64 = 1_200;
pub const PRIORITY_MAX: i64 = 1_000_000;
/// 100 % in basis points.
pub const BPS_MAX: i64 = 10_000;

/// From this amount on (minor units of the program's currency), this rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    pub from: i64,
    pub bps: i64,
}

/// How a rule pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pay {
    /// Basis points of the part.
    Percent(i64),
    /// Minor units a sale, shared as the sale is.
    Flat(i64),
    /// Each tier's rate for what lies within it, over the month.
    Marginal(Vec<Tier>),
    /// The reached tier's rate for the whole month.
    Slab(Vec<Tier>),
}

/// What a version of a rule says. Amounts are in the program's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub pay: Pay,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    /// The higher goes first.
    pub priority: i64,
    /// At most so much a partner and month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
    /// Only for so many months from the partner's first sale to the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<i64>,
    /// On top of the partner's first sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bonus_first: Option<i64>,
    /// Full local days until it is payable; at once where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_days: Option<i64>,
}

impl Body {
    /// How many of a sale's properties it asks for.
    #[must_use]
    pub fn specificity(&self) -> usize {
        usize::from(self.industry.is_some()) + usize::from(self.partner.is_some())
    }

    /// Whether it works with amounts of the program's currency; a plain percentage pays in the sale's.
    #[must_use]
    pub fn has_amounts(&self) -> bool {
        !matches!(self.pay, Pay::Percent(_)) || self.cap.is_some() || self.bonus_first.is_some()
    }
}

/// A rule as it stands from a day on; without a body it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub rule: RuleRef,
    pub name: String,
    pub body: Option<Body>,
    pub from: Date,
    pub made_by: String,
    pub made_at: i64,
}

#[must_use]
pub fn no_such_rule(name: &str) -> Refusal {
    let shown = crate::platform::text::foreign(&name.chars().take(40).collect::<String>());
    Refusal::new(Code::Ref, format!("There is no rule called {shown}; `rule list` has them all."))
        .example("rule list")
}

#[cfg(test)]
mod tests;
