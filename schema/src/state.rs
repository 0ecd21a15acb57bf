//! Room state: what every member's server holds and any program may read. One struct per event
//! type; integers only; the bot is the only sender. The room data lives in the Space.
use std::collections::BTreeMap;

use ruma::events::EmptyStateKey;
use ruma::events::macros::EventContent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::money::WIRE_MAX;
use crate::period::{Period, PeriodKind, WeekStart};
use crate::status::RoomRole;

mod goal;
mod playbook;

pub use goal::*;
pub use playbook::*;

/// The version that `v` carries now.
pub const VERSION: u8 = 1;

/// No event of ours is larger than this, in bytes of JSON content.
pub const CONTENT_BYTES_MAX: usize = 48 * 1024;

/// At most so many rows stand on a board in room state.
pub const STANDINGS_MAX: usize = 100;

// ruma's derive wants names that end in `Content` and makes event types of the rest (`Program`,
// `OriginalProgram`, `SyncProgram`, …); these are the names that the program uses.
pub type ProgramState = ProgramContent;
pub type RoomState = RoomContent;
pub type LeaderboardState = LeaderboardContent;
pub type IndustryState = IndustryContent;
pub type ProfileState = ProfileContent;

/// The `scope` of a board that covers the whole program; others name an industry's slug.
pub const SCOPE_PROGRAM: &str = "program";

/// The `scope` of a board whose rows are organizations; no industry is called so.
pub const SCOPE_ORGANIZATIONS: &str = "organizations";

/// The program: its name, currency, calendar and rooms. In the Space, state key empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.program", kind = State, state_key_type = EmptyStateKey)]
pub struct ProgramContent {
    /// Schema version.
    pub v: u8,
    pub name: String,
    /// ISO 4217 code of the reporting currency.
    pub currency: String,
    /// IANA zone in which days and periods are counted.
    pub timezone: String,
    pub week_start: WeekStart,
    /// Room role, or industry slug for a channel, to room id.
    pub rooms: BTreeMap<String, String>,
}

/// What a room is for. In each managed room, once, state key empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.room", kind = State, state_key_type = EmptyStateKey)]
pub struct RoomContent {
    /// Schema version.
    pub v: u8,
    /// Room id of the Space.
    pub program: String,
    pub role: RoomRole,
    /// Slug of the industry whose channel this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Short name of the organization whose room this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

/// One row of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandingRow {
    /// Competition rank: 1, 2, 2, 4.
    pub rank: u32,
    /// Stable opaque id; empty for a partner who stands anonymously. Of an organization its short name.
    pub partner: String,
    /// Matrix user id; absent for a partner who stands anonymously, and for an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub name: String,
    /// Minor units for money, else a plain count; above 0.
    pub score: i64,
    /// Ranks won (positive) or lost since the baseline; absent for a newcomer.
    #[serde(default, rename = "move", skip_serializing_if = "Option::is_none")]
    pub moved: Option<i64>,
    /// True for a newcomer: not on the baseline.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
}

/// A board. In the Space; state key `<metric>.<period kind>` or `<metric>.<period kind>.<industry>`, and
/// `<metric>.<period kind>.organizations` for one whose rows are organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.leaderboard", kind = State, state_key_type = String)]
pub struct LeaderboardContent {
    /// Schema version.
    pub v: u8,
    pub metric: Metric,
    pub period_kind: PeriodKind,
    pub period: Period,
    /// `program`, the slug of an industry, or `organizations` where these are the rows.
    pub scope: String,
    /// ISO 4217 code for money, else the metric's own name.
    pub unit: String,
    /// Decimals of the unit; 0 for counts.
    pub exponent: u8,
    /// First instant of the period, epoch milliseconds; 0 for all time.
    pub from: i64,
    /// First instant after the period, epoch milliseconds; 2^53 − 1 for all time.
    pub to: i64,
    /// IANA zone in which the period was counted.
    pub timezone: String,
    /// The first rows, at most 100, by rank.
    pub standings: Vec<StandingRow>,
    /// How many partners have a score above 0 and are not hidden; of organizations, how many have one.
    pub participants: i64,
    /// Whether the period is closed and this will not change any more.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The last ledger entry that the board includes.
    pub ledger_seq: i64,
    /// That entry's hash.
    pub ledger_hash: String,
    /// Epoch milliseconds.
    pub updated_at: i64,
}

impl LeaderboardContent {
    /// The state key: `revenue.month`, `revenue.month.dental`.
    #[must_use]
    pub fn key(&self) -> String {
        let scope = Some(self.scope.as_str()).filter(|scope| *scope != SCOPE_PROGRAM);
        board_state_key(self.metric, self.period_kind, scope)
    }

    /// The industry's slug, where the scope is one.
    #[must_use]
    pub fn industry(&self) -> Option<&str> {
        let named = ![SCOPE_PROGRAM, SCOPE_ORGANIZATIONS].contains(&self.scope.as_str());
        named.then_some(self.scope.as_str())
    }

    /// Leaves the first rows that fit an event of ours.
    pub fn fit(&mut self) {
        self.standings.truncate(STANDINGS_MAX);
        while bytes(self) > CONTENT_BYTES_MAX && !self.standings.is_empty() {
            self.standings.truncate(self.standings.len() * 9 / 10);
        }
    }

    /// Whether two contents differ in more than the time they were made.
    #[must_use]
    pub fn same_but_time(&self, other: &Self) -> bool {
        let mut other = other.clone();
        other.updated_at = self.updated_at;
        *self == other
    }
}

/// The state key of a board; the scope where it is not the program's.
#[must_use]
pub fn board_state_key(metric: Metric, kind: PeriodKind, scope: Option<&str>) -> String {
    scope.map_or_else(|| format!("{metric}.{kind}"), |slug| format!("{metric}.{kind}.{slug}"))
}

/// The `from` and `to` of a board for the bounds of its period.
#[must_use]
pub const fn wire_bounds(bounds: Option<(i64, i64)>) -> (i64, i64) {
    match bounds {
        Some(bounds) => bounds,
        None => (0, WIRE_MAX),
    }
}

fn bytes<T: Serialize>(content: &T) -> usize {
    serde_json::to_vec(content).map_or(usize::MAX, |json| json.len())
}

/// An industry and its channel. In the Space, state key the slug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.industry", kind = State, state_key_type = String)]
pub struct IndustryContent {
    /// Schema version.
    pub v: u8,
    pub name: String,
    /// Room id of the channel; empty while it is being made.
    pub room: String,
    /// Distinct clients with net credit above 0.
    pub clients: i64,
    /// Target accounts, where a manager has set a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<i64>,
    /// Clients of the last twelve months by targets, in basis points; absent without targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penetration_bps: Option<i64>,
}

/// A partner's public profile. In the Space, state key the partner id. A partner who is not
/// public has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.profile", kind = State, state_key_type = String)]
pub struct ProfileContent {
    /// Schema version.
    pub v: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub name: String,
    /// Name of the partner's organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Name of the tier, where they are in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Ids, each once.
    pub badges: Vec<String>,
    /// The level of each badge; 1 is the first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub badge_levels: BTreeMap<String, u32>,
    /// Slugs.
    pub industries: Vec<String>,
    /// Whether the partner offers to mentor others.
    pub mentoring: bool,
    /// When the partner was approved, epoch milliseconds.
    pub since: i64,
}

#[cfg(test)]
mod tests;
