//! Message cards: every bot message that shows data carries the same data here, under one content
//! key, so that no program needs to parse text. One struct per card; the list below is the contract.
mod badges;
mod basics;
mod boards;
mod books;
mod commission;
mod control;
mod deals;
mod digests;
mod extracts;
mod goals;
mod insights;
mod mentorship;
mod onboarding;
mod organizations;
mod people;
mod playbooks;
mod questions;
mod rates;
mod reports;
mod rewards;
mod sales;
mod seasons;
mod servers;
mod terms;
mod wins;

pub use badges::*;
pub use basics::*;
pub use boards::*;
pub use books::*;
pub use commission::*;
pub use control::*;
pub use deals::*;
pub use digests::*;
pub use extracts::*;
pub use goals::*;
pub use insights::*;
pub use mentorship::*;
pub use onboarding::*;
pub use organizations::*;
pub use people::*;
pub use playbooks::*;
pub use questions::*;
pub use rates::*;
pub use reports::*;
pub use rewards::*;
pub use sales::*;
pub use seasons::*;
pub use servers::*;
pub use terms::*;
pub use wins::*;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

/// The content key that holds the card.
pub const KEY: &str = "agency.siso.partners.card";

/// The version that `v` carries now.
pub const VERSION: u8 = 1;

/// Declares the enum and the list of its schemas from one list of structs.
macro_rules! cards {
    ($( $name:ident = $kind:literal, )+) => {
        /// What a message shows, by `kind`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind")]
        pub enum Card {
            $( #[serde(rename = $kind)] $name($name), )+
        }

        impl Card {
            /// The wire name of the kind.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self {
                    $( Self::$name(_) => $kind, )+
                }
            }
        }

        $(
            impl From<$name> for Card {
                fn from(card: $name) -> Self {
                    Self::$name(card)
                }
            }
        )+

        /// Every kind with the JSON Schema of its fields (beside `v` and `kind`).
        pub(crate) fn schemas() -> Vec<(&'static str, Schema)> {
            vec![$( ($kind, schema_for!($name)), )+]
        }
    };
}

cards! {
    Alert = "alert",
    Announcement = "announcement",
    Applied = "applied",
    Audit = "audit",
    Badge = "badge",
    BadgePreview = "badge_preview",
    Badges = "badges",
    Board = "board",
    Celebration = "celebration",
    CommissionMoved = "commission_moved",
    CommissionPaid = "commission_paid",
    Confirm = "confirm",
    Conflict = "conflict",
    Deal = "deal",
    Deals = "deals",
    Digest = "digest",
    Done = "done",
    Extract = "extract",
    Fault = "fault",
    Goal = "goal",
    Goals = "goals",
    HallOfFame = "hall_of_fame",
    Help = "help",
    Hint = "hint",
    Import = "import",
    Inbox = "inbox",
    Industries = "industries",
    Insights = "insights",
    Kudos = "kudos",
    Ledger = "ledger",
    LedgerHead = "ledger_head",
    Me = "me",
    MentorFeedback = "mentor_feedback",
    MentorOffer = "mentor_offer",
    Mentors = "mentors",
    Mentorship = "mentorship",
    Mentorships = "mentorships",
    Onboarding = "onboarding",
    Organization = "organization",
    Organizations = "organizations",
    OwnDigest = "own_digest",
    Partner = "partner",
    Partners = "partners",
    Payout = "payout",
    Playbook = "playbook",
    PlaybookDiff = "playbook_diff",
    PlaybookHistory = "playbook_history",
    PlaybookPart = "playbook_part",
    PlaybookReport = "playbook_report",
    Playbooks = "playbooks",
    PlaybooksFound = "playbooks_found",
    Profile = "profile",
    Question = "question",
    Questions = "questions",
    Rates = "rates",
    Refusal = "refusal",
    Report = "report",
    Review = "review",
    Reward = "reward",
    Rewards = "rewards",
    Roles = "roles",
    Rooms = "rooms",
    RuleExplained = "rule_explained",
    Rules = "rules",
    Sale = "sale",
    Sales = "sales",
    Season = "season",
    Seasons = "seasons",
    ServerCheck = "server_check",
    ServersNamed = "servers_named",
    Statement = "statement",
    Status = "status",
    Stories = "stories",
    Story = "story",
    Team = "team",
    TeamNumbers = "team_numbers",
    TeamStatement = "team_statement",
    Terms = "terms",
    TermsList = "terms_list",
    Tier = "tier",
    Tiers = "tiers",
    Welcome = "welcome",
    Win = "win",
}

/// A card as it stands in the message's content: `{v, kind, …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// Schema version.
    pub v: u8,
    #[serde(flatten)]
    pub card: Card,
}

impl From<Card> for Envelope {
    fn from(card: Card) -> Self {
        Self { v: VERSION, card }
    }
}

#[cfg(test)]
mod tests;
