//! Cards about boards and a partner's own standing.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::money::Money;
use crate::period::{Period, PeriodKind};
use crate::state::StandingRow;
use crate::status::Visibility;
use crate::wire::words;

use super::PartnerRef;

/// Which board: what it counts, when, and for whom. The same fields as in room state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoardRef {
    pub metric: Metric,
    pub period_kind: PeriodKind,
    pub period: Period,
    /// `program`, the slug of an industry, or `organizations` where these are the rows.
    pub scope: String,
    /// ISO 4217 code for money, else the metric's own name.
    pub unit: String,
    /// Decimals of the unit; 0 for counts, 3 for penetration (thousandths of a client).
    pub exponent: u8,
    /// First instant, epoch milliseconds; 0 for all time.
    pub from: i64,
    /// First instant after it, epoch milliseconds; 2^53 − 1 for all time.
    pub to: i64,
}

words! {
    /// Of whom a board is, where not of all.
    Selection, "selection" {
        /// Partners in their first 90 days, ranked among themselves.
        Newcomers = "newcomers",
        /// By what was gained on the same days of the period before.
        Improved = "improved",
        /// The people of one organization, by what they sold while they were of it.
        Team = "team",
    }
}

/// Where one partner stands on one board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnStanding {
    pub score: i64,
    /// Competition rank; absent below 0, and while nobody has a score. At 0 only its owner sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// How many have a score above 0, as the board's `participants`.
    pub of: u32,
    /// 100 × others at or below ÷ others, floored, among all active partners; from five on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// Ranks won (positive) or lost since the baseline; absent for a newcomer.
    #[serde(default, rename = "move", skip_serializing_if = "Option::is_none")]
    pub moved: Option<i64>,
    /// Whether others see this standing with the name, without it, or not at all.
    pub visibility: Visibility,
}

/// A leaderboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Board {
    #[serde(flatten)]
    pub board: BoardRef,
    /// Absent for the board of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// How far the industries are entered; on boards of penetration, where targets are set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
    /// IANA zone in which the period was counted.
    pub timezone: String,
    pub standings: Vec<StandingRow>,
    /// How many partners have a score above 0.
    pub participants: i64,
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Where the asking partner stands; where the rows are organizations, the partner's organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub you: Option<OwnStanding>,
    /// The last ledger entry that the board includes.
    pub ledger_seq: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
}

/// Clients won in the last twelve months, of the accounts to be won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    pub clients: i64,
    pub targets: i64,
    pub penetration_bps: i64,
}

/// How a partner's clients lie over the industries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpreadView {
    /// Industries with a client.
    pub industries: u32,
    /// Concentration: the sum of squared parts in basis points; 10 000 is all in one industry.
    pub hhi_bps: i64,
    /// As many equal industries would be as concentrated, times 100.
    pub effective_x100: i64,
}

/// A partner's own standings, totals, trend and badges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub partner: PartnerRef,
    pub visibility: Visibility,
    pub standings: Vec<MyStanding>,
    /// Net credit of all time.
    pub credited: Money,
    /// Distinct clients of all time with net credit.
    pub clients: i64,
    /// Claims that wait for review, and their sum.
    pub open_claims: i64,
    pub open: Money,
    /// Net credit of the last months, oldest first, the present one last.
    pub trend: Vec<TrendPoint>,
    /// Absent without a client in any industry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<SpreadView>,
    /// Ids, the highest level of each alone.
    pub badges: Vec<String>,
    /// The level of each badge.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub badge_levels: BTreeMap<String, u32>,
    /// Name of the tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// One a currency; in a chat of two only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commission: Vec<crate::card::BalanceView>,
    /// Points that were given.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub points: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Where I stand on one board, with those next to me.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MyStanding {
    #[serde(flatten)]
    pub board: BoardRef,
    pub you: OwnStanding,
    /// Those right above, by rank.
    pub above: Vec<StandingRow>,
    /// Those right below, by rank.
    pub below: Vec<StandingRow>,
}

/// One period of a trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    pub period: Period,
    pub credited: Money,
}
