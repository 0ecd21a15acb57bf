//! Cards about boards and a partner's own standing.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::money::Money;
use crate::period::{Period, PeriodKind};
use crate::state::StandingRow;
use crate::status::Visibility;

use super::PartnerRef;

/// Which board: what it counts, when, and for whom. The same fields as in room state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoardRef {
    pub metric: Metric,
    pub period_kind: PeriodKind,
    pub period: Period,
    /// `program`, or the slug of an industry.
    pub scope: String,
    /// ISO 4217 code for money, else the metric's own name.
    pub unit: String,
    /// Decimals of the unit; 0 for counts.
    pub exponent: u8,
    /// First instant, epoch milliseconds; 0 for all time.
    pub from: i64,
    /// First instant after it, epoch milliseconds; 2^53 − 1 for all time.
    pub to: i64,
}

/// Where one partner stands on one board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnStanding {
    pub score: i64,
    /// Competition rank; absent without a score above 0.
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
    /// IANA zone in which the period was counted.
    pub timezone: String,
    pub standings: Vec<StandingRow>,
    /// How many partners have a score above 0.
    pub participants: i64,
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Where the asking partner stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub you: Option<OwnStanding>,
    /// The last ledger entry that the board includes.
    pub ledger_seq: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
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
    /// Slugs.
    pub badges: Vec<String>,
    /// One a currency; in a chat of two only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commission: Vec<crate::card::BalanceView>,
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
