//! Cards about rewards: what can be won, and who has won it. Prizes may be read by all.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::RewardNumber;
use crate::metric::Metric;
use crate::money::Money;
use crate::period::{Period, PeriodKind};
use crate::wire::words;

use super::PartnerRef;

words! {
    /// What became of a reward.
    RewardEvent, "reward event" {
        Earned = "earned",
        Fulfilled = "fulfilled",
        Revoked = "revoked",
    }
}

/// Something to win at each close of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RewardView {
    pub title: String,
    pub metric: Metric,
    pub period_kind: PeriodKind,
    /// Slug, where it is of one industry's board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// The best rank that wins it, mostly 1.
    pub rank_from: u32,
    /// The last rank that wins it.
    pub rank_to: u32,
    /// What it is, in the team's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// By rank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prizes: Vec<Money>,
    /// Points for each rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
    /// It is for periods that end after this day begins.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub from: Date,
    /// When it was ended, epoch milliseconds: periods that were over by then still earn it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

/// A reward that somebody earned when a period was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RewardWon {
    pub number: RewardNumber,
    pub title: String,
    pub period: Period,
    pub metric: Metric,
    /// `program`, or the slug of an industry.
    pub scope: String,
    pub rank: u32,
    /// Absent for a partner who stands anonymously.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerRef>,
    /// As it may be read where the card stands.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is paid outside; of tied ranks the equal part of their prizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What the ledger has added to the partner's points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
    /// Whether the team has still to hand it over.
    pub open: bool,
    /// How it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilled_at: Option<i64>,
    /// When it was taken back with its points, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_because: Option<String>,
}

/// A reward was earned, handed over or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reward {
    pub event: RewardEvent,
    #[serde(flatten)]
    pub reward: RewardWon,
}

/// What can be won; what waits to be handed over, or in a chat of two what one has won oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rewards {
    pub rewards: Vec<RewardView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub won: Vec<RewardWon>,
    /// The asking partner's points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
}
