//! Cards about seasons: periods that were closed, with results that do not change any more. Names are
//! what others may read of a partner when the card is made.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::period::{Period, PeriodKind};
use crate::state::StandingRow;

use super::{BoardRef, RewardWon};

/// The first places of a board's final result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FinalBoard {
    #[serde(flatten)]
    pub board: BoardRef,
    pub standings: Vec<StandingRow>,
    /// How many partners, or organizations, are ranked.
    pub participants: i64,
    #[serde(rename = "final")]
    pub is_final: bool,
}

/// A period was closed: its results are final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Season {
    pub period: Period,
    pub period_kind: PeriodKind,
    /// First instant, epoch milliseconds.
    pub from: i64,
    /// First instant after it, epoch milliseconds.
    pub to: i64,
    /// IANA zone in which the period was counted.
    pub timezone: String,
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The program's boards, with their first three places; then those of organizations (`scope` is
    /// `organizations`).
    pub boards: Vec<FinalBoard>,
    /// How many boards were frozen, those of industries and of organizations among them.
    pub count: i64,
    pub rewards: Vec<RewardWon>,
    /// Epoch milliseconds.
    pub closed_at: i64,
    /// The ledger's last entry when it was closed.
    pub ledger_seq: i64,
    /// That entry's hash.
    pub ledger_hash: String,
    /// SHA-256 of the final result, lower-case hex.
    pub hash: String,
}

/// A closed period in a list: the first three places of one of its boards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeasonView {
    pub period: Period,
    pub period_kind: PeriodKind,
    /// Epoch milliseconds.
    pub closed_at: i64,
    /// What `standings` counts.
    pub metric: Metric,
    pub standings: Vec<StandingRow>,
    /// The first three places of the organizations, by revenue where they have any, else by clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<StandingRow>,
    /// SHA-256 of the final result, lower-case hex.
    pub hash: String,
}

/// Closed periods, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seasons {
    pub seasons: Vec<SeasonView>,
    /// How many there are in all.
    pub count: i64,
    /// Periods that are over and can be closed now; for the team.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closable: Vec<Period>,
}

/// The pinned message of the leaderboard room: the newest closed periods of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HallOfFame {
    pub seasons: Vec<SeasonView>,
}
