//! A collective goal, or a challenge between industries or organizations.
use ruma::events::macros::EventContent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::status::GoalStatus;

pub type GoalState = GoalContent;

/// The `scope` of a challenge: its sides stand in `between`.
pub const SCOPE_BETWEEN: &str = "between";

/// The `scope` of a goal that one organization has for itself.
pub const SCOPE_ORGANIZATION: &str = "organization";

/// A goal that all pull at together. In the Space, state key its number such as `G-1`. There are at
/// most 100 numbers: after that a new goal takes the number of the one that was over first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.goal", kind = State, state_key_type = String)]
pub struct GoalContent {
    /// Schema version.
    pub v: u8,
    pub title: String,
    pub metric: Metric,
    /// Minor units for money, else a plain count; what each side wants in a challenge, absent where
    /// only the comparison counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i64>,
    /// Net of refunds, in the target's unit; in a challenge that of the side in front.
    pub progress: i64,
    /// ISO 4217 code for money, else the metric's own name.
    pub unit: String,
    /// Decimals of the unit; 0 for counts.
    pub exponent: u8,
    /// First instant, epoch milliseconds.
    pub from: i64,
    /// First instant after the last day, epoch milliseconds.
    pub to: i64,
    /// Partners with a contribution above 0 who are not hidden.
    pub contributors: i64,
    pub status: GoalStatus,
    /// `program`, the slug of an industry, `between` for a challenge, or `organization` for a goal of one
    /// organization: that is shown in its own room, and never in the Space.
    pub scope: String,
    /// The sides of a challenge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<GoalSide>,
    /// Slugs of the sides that won a challenge, once it is over; several are tied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub winners: Vec<String>,
    /// Epoch milliseconds.
    pub updated_at: i64,
}

/// One side of a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalSide {
    /// Slug of the industry; absent between organizations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Short name of the organization; absent between industries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    pub progress: i64,
}

impl GoalSide {
    /// The slug of what the side is.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.industry.as_deref().or(self.organization.as_deref()).unwrap_or_default()
    }
}
