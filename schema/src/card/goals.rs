//! Cards about goals.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{GoalNumber, PartnerId};
use crate::metric::Metric;
use crate::state::GoalSide;
use crate::status::GoalStatus;
use crate::wire::words;

words! {
    /// Why a goal is shown.
    GoalEvent, "goal event" {
        Set = "set",
        Shown = "shown",
        /// The pinned message.
        Progress = "progress",
        /// Its time is over.
        Result = "result",
        /// By hand, before its time.
        Ended = "ended",
    }
}

/// A goal as people see it. The same fields as in room state, and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalView {
    pub number: GoalNumber,
    pub title: String,
    pub metric: Metric,
    /// `program`, the slug of an industry, `between` for a challenge, or `organization` for a goal of one
    /// organization.
    pub scope: String,
    /// ISO 4217 code for money, else the metric's own name.
    pub unit: String,
    /// Decimals of the unit; 0 for counts.
    pub exponent: u8,
    /// Minor units for money, else a plain count; what each side wants in a challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i64>,
    /// Net of refunds; in a challenge that of the side in front.
    pub progress: i64,
    /// Progress by target, floored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
    /// First instant, epoch milliseconds.
    pub from: i64,
    /// First instant after the last day, epoch milliseconds.
    pub to: i64,
    /// The last local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub until: Date,
    /// Full days after today up to the last one; absent when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// Partners with a contribution above 0 who are not hidden.
    pub contributors: i64,
    /// Everyone's equal share: minor units for money, hundredths of a count. Absent without contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equal_share: Option<i64>,
    pub status: GoalStatus,
    /// The sides of a challenge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<GoalSide>,
    /// Slugs of the sides that won a challenge, once it is over; several are tied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub winners: Vec<String>,
}

/// What one partner has given. An anonymous one has no ids; who has left is "former partner".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub name: String,
    /// Minor units for money, else how many clients; a shared client counts for each.
    pub progress: i64,
}

/// A goal with the largest contributions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    pub event: GoalEvent,
    pub goal: Box<GoalView>,
    pub contributions: Vec<Contribution>,
    /// What the asking partner has given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub you: Option<i64>,
    /// Why it was ended by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The open goals, then the last ones that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Goals {
    pub goals: Vec<GoalView>,
}
