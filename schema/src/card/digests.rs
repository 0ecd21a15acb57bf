//! Cards of the weekly digests: of a room, and of one partner.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::period::Period;
use crate::state::StandingRow;
use crate::wire::words;

use super::{BadgeView, GoalView, OwnStanding, PartnerRef};

/// The week that ended, of the program or of one industry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    pub period: Period,
    /// `program`, or the slug of an industry.
    pub scope: String,
    /// What moved, against the week before.
    pub moved: WeekMoved,
    /// The first of the week's revenue.
    pub standings: Vec<StandingRow>,
    /// How many stand on that board.
    pub participants: i64,
    /// Who won the most ranks against the week before; their rank, and how far they moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub climber: Option<StandingRow>,
    /// Playbooks that were published for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub playbooks: Vec<DigestPlaybook>,
    /// The open goal that is nearest to its target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Box<GoalView>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<DigestSuggestion>,
}

/// A partner's own week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnDigest {
    pub partner: PartnerRef,
    pub period: Period,
    /// On the week's board of revenue; `move` is against the week before.
    pub you: OwnStanding,
    pub moved: WeekMoved,
    /// To whoever stands above on the board of this month's revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_next: Option<Money>,
    /// Earned in the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<BadgeView>,
    /// Of the open goals that they have given to, the one that is nearest to its target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Box<GoalView>>,
    /// What they have given to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<i64>,
    /// Claims in review.
    pub open_claims: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<DigestSuggestion>,
}

/// A week's figures beside those of the week before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeekMoved {
    pub revenue: Money,
    pub revenue_before: Money,
    /// New clients.
    pub clients: i64,
    pub clients_before: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DigestPlaybook {
    pub slug: String,
    pub title: String,
}

words! {
    /// What a digest suggests.
    SuggestionKind, "suggestion kind" {
        /// To use a playbook: the most used one of the week.
        Playbook = "playbook",
        /// To enter an industry in which nobody has won a client yet.
        Industry = "industry",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DigestSuggestion {
    pub what: SuggestionKind,
    /// Of the playbook or the industry.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Decided claims of the week that named the playbook, and how many of them count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<i64>,
}
