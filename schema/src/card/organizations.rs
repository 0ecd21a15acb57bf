//! Cards about partners' firms and their people.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TermsView;
use crate::ids::PartnerId;
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
