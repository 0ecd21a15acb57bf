//! Cards about partners' firms and their people.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountView, PartnerRef, TermsView};
use crate::ids::{DealNumber, PartnerId};
use crate::money::Money;
use crate::period::Period;
use crate::status::TeamRole;
use crate::wire::words;

words! {
    /// Where an organization stands with the program.
    OrganizationStatus, "organization status" {
        Active = "active",
        Suspended = "suspended",
        Left = "left",
    }
}

/// An organization as the control room sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationView {
    pub slug: String,
    pub name: String,
    pub status: OrganizationStatus,
    /// Names of the homeservers whose people may join it.
    pub servers: Vec<String>,
    /// People in it now.
    pub members: i64,
    /// Invitations that wait for an answer.
    pub invited: i64,
    /// How many people and open invitations it may have.
    pub members_max: i64,
    /// Epoch milliseconds.
    pub since: i64,
    /// Why it is suspended or has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

words! {
    /// What just happened to an organization.
    OrganizationEvent, "organization event" {
        Shown = "shown",
        Added = "added",
        Changed = "changed",
        Unchanged = "unchanged",
        Suspended = "suspended",
        Reinstated = "reinstated",
        Removed = "removed",
    }
}

/// One organization, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organization {
    pub event: OrganizationEvent,
    pub organization: OrganizationView,
    /// Its people, leads first; with the control room's `show` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<TeamMember>,
}

/// The program's organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organizations {
    pub organizations: Vec<OrganizationView>,
    /// How many there are in all.
    pub count: i64,
}

/// A person of an organization, or one who is asked into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamMember {
    pub user_id: String,
    /// The partner; absent for somebody who is not one yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    pub name: String,
    pub role: TeamRole,
    /// Whether they still have to say yes.
    pub invited: bool,
    /// Since when they belong to it, or when they were asked, epoch milliseconds.
    pub since: i64,
}

words! {
    /// What just happened in a team.
    TeamEvent, "team event" {
        Shown = "shown",
        Invited = "invited",
        Joined = "joined",
        Declined = "declined",
        Withdrawn = "withdrawn",
        Lapsed = "lapsed",
        Changed = "changed",
        Removed = "removed",
        Left = "left",
    }
}

/// The people of an organization, for themselves; after a change only who it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    pub event: TeamEvent,
    /// The organization's short name.
    pub organization: String,
    /// What it is called.
    pub name: String,
    pub people: Vec<TeamMember>,
    /// How many people and open invitations it may have.
    pub members_max: i64,
    /// The terms that an invitation shows, where it shows any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsView>,
}

words! {
    /// Where homeservers stand that a lead has named.
    ServersStatus, "servers status" {
        Open = "open",
        Declared = "declared",
        Declined = "declined",
        Replaced = "replaced",
    }
}

/// Homeservers that a lead names for their organization: a manager decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServersNamed {
    pub status: ServersStatus,
    /// The organization's short name.
    pub organization: String,
    /// What it is called.
    pub name: String,
    pub servers: Vec<String>,
    /// User id of the lead.
    pub named_by: String,
    /// User id of the manager who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

/// What the sales of an organization's people earned, of the days on which they belonged to it; for its
/// leads alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamStatement {
    /// The organization's short name.
    pub organization: String,
    /// What it is called.
    pub name: String,
    pub period: Period,
    /// Whether the month is not over.
    pub open: bool,
    /// All together, by currency; without lines.
    pub accounts: Vec<AccountView>,
    pub members: Vec<MemberStatement>,
    /// How many members there are in all.
    pub count: i64,
}

/// One member's part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberStatement {
    pub partner: PartnerRef,
    pub accounts: Vec<AccountView>,
}

words! {
    /// Why an organization's figures are shown.
    TeamNumbersEvent, "team numbers event" {
        /// Somebody asked.
        Shown = "shown",
        /// A week is over.
        Week = "week",
    }
}

/// What an organization's people did in a time, all together: sales of the days on which they belonged to
/// it. Where one of them alone wants to be unseen, it is without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamNumbers {
    pub event: TeamNumbersEvent,
    /// The organization's short name.
    pub organization: String,
    /// What it is called.
    pub name: String,
    pub period: Period,
    pub revenue: Money,
    pub clients: i64,
    /// Claims in review.
    pub open_claims: i64,
    /// Of these, those that have one of two yeses.
    pub second_waits: i64,
    /// Clients that are protected now.
    pub deals: i64,
    /// Of these, whose end is near.
    pub ending: Vec<TeamDeal>,
    /// Commission of all together, by currency; none where fewer than two stand behind it.
    pub commission: Vec<TeamCommission>,
    /// Member by member; for leads alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<TeamFigures>,
}

/// A deal whose end is near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamDeal {
    pub number: DealNumber,
    pub client: String,
    /// The last day of its protection.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub through: Date,
}

/// Commission in one currency, as it lies now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamCommission {
    pub held: Money,
    /// What is no longer held; how much of it was paid stands in each person's own statement.
    pub released: Money,
}

/// One member's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamFigures {
    pub partner: PartnerRef,
    pub revenue: Money,
    pub clients: i64,
    pub commission: Vec<TeamCommission>,
}
