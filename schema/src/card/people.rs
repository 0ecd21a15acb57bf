//! Cards about people: applications, partners, profiles, roles, the welcome.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Amounts;
use crate::ids::PartnerId;
use crate::status::{Enrollment, Reach, Role, Visibility};
use crate::wire::words;

/// An application has arrived and waits for the control room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Applied {
    /// The id that they will have as a partner.
    pub partner: PartnerId,
    /// Epoch milliseconds.
    pub applied_at: i64,
}

/// The first message in the bot's own direct chat with a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Welcome {
    /// Name of the program.
    pub program: String,
    /// Room id of the Space.
    pub space: String,
    /// The partner greeted; absent for somebody who is not one yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    /// Commands to begin with, without the prefix.
    pub commands: Vec<String>,
}

/// A partner as the control room sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerView {
    pub id: PartnerId,
    pub user_id: String,
    pub name: String,
    pub enrollment: Enrollment,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Slugs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub industries: Vec<String>,
    pub visibility: Visibility,
    /// When they were approved, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// When the enrollment last changed, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<i64>,
    /// Why it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Name of the tier that they are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Their badges by id, each with its level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub badges: BTreeMap<String, u32>,
    /// Whether they are in the Space, or what keeps them out; where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<ReachView>,
}

/// Whether a person is in the Space, or what keeps them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReachView {
    pub reach: Reach,
    /// Since when something keeps them out, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

words! {
    /// What just happened to a partner.
    PartnerEvent, "partner event" {
        Shown = "shown",
        Added = "added",
        Approved = "approved",
        Rejected = "rejected",
        Suspended = "suspended",
        Reinstated = "reinstated",
        Removed = "removed",
        Invited = "invited",
        Unchanged = "unchanged",
    }
}

/// One partner, and what just happened to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Partner {
    pub event: PartnerEvent,
    pub partner: PartnerView,
}

/// The partners of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Partners {
    pub partners: Vec<PartnerView>,
    /// How many there are in all.
    pub count: i64,
}

/// A partner's own settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    pub id: PartnerId,
    pub user_id: String,
    pub name: String,
    pub visibility: Visibility,
    /// How the wins room shows the amounts of their sales.
    pub amounts: Amounts,
    /// Whether they have a weekly digest in their chat with the bot.
    pub digest: bool,
    /// IANA zone for the partner's own reminders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Slugs.
    pub industries: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// When the partner was approved, epoch milliseconds.
    pub since: i64,
    /// The names of the fields that this command changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

/// A role that a person holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleGrant {
    pub user_id: String,
    pub role: Role,
    /// User id; absent for owners, who stand in the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<i64>,
}

words! {
    /// What just happened to roles.
    RoleEvent, "role event" {
        Shown = "shown",
        Granted = "granted",
        Revoked = "revoked",
        Unchanged = "unchanged",
    }
}

/// Who may do what; after a grant or revocation only the role it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Roles {
    pub event: RoleEvent,
    pub roles: Vec<RoleGrant>,
}
