//! Cards of the control room: rooms, industries, audit, ledger, health, quarantine, alerts.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::RoomRole;
use crate::wire::words;

/// A message to everybody, in the announcements room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announcement {
    pub text: String,
    /// Whether it mentions the whole room.
    pub notify: bool,
    /// Epoch milliseconds.
    pub announced_at: i64,
}

words! {
    /// How bad a finding is.
    Severity, "severity" {
        Info = "info",
        Warning = "warning",
        Error = "error",
    }
}

/// Something to know or to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// A stable word: `power_levels`, `not_joined`, `state_differs`, …
    pub id: String,
    pub severity: Severity,
    /// For a person.
    pub sentence: String,
    /// The way to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// The program tells the control room of trouble that nobody asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    #[serde(flatten)]
    pub finding: Finding,
    /// The room it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// The event it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Epoch milliseconds.
    pub raised_at: i64,
}

/// A managed room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoomView {
    pub role: RoomRole,
    /// Slug of the industry whose channel this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub name: String,
    /// Absent while the room is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    pub alias: String,
    /// Room version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub findings: Vec<Finding>,
}

/// The rooms as they should be, and where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rooms {
    /// Whether a repair was asked for and has begun.
    pub repairing: bool,
    pub rooms: Vec<RoomView>,
}

/// An industry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndustryView {
    pub slug: String,
    pub name: String,
    /// Room id of the channel; absent while it is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// Distinct clients with net credit.
    pub clients: i64,
    /// Accounts to be won, where a manager has set a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<i64>,
    /// Day from which the targets count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets_from: Option<String>,
    /// Distinct clients of the last twelve months; only with targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<i64>,
    /// `won` by `targets`, in basis points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penetration_bps: Option<i64>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
}

words! {
    /// What just happened to industries.
    IndustryEvent, "industry event" {
        Shown = "shown",
        Added = "added",
        Targeted = "targeted",
        Closed = "closed",
        Unchanged = "unchanged",
    }
}

/// The industries; after a change only the one it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Industries {
    pub event: IndustryEvent,
    pub industries: Vec<IndustryView>,
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionView {
    /// Its number; later lines have higher ones.
    pub seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    /// User id of the one who asked, or `program`.
    pub actor: String,
    /// A stable word: `sale.approve`, `partner.suspend`, …
    pub action: String,
    /// What it was done to: an id, a slug, a user id, a sale number.
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// User id of the one who confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
}

/// Who did what, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    pub actions: Vec<ActionView>,
    /// How many there are in all.
    pub count: i64,
}

/// The ledger's hash chain, checked from the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ledger {
    pub ok: bool,
    /// Entries checked.
    pub entries: i64,
    /// Hash of the last good entry.
    pub hash: String,
    /// The first entry that does not verify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_seq: Option<i64>,
    /// What is wrong with it, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// An event that could not be processed and waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InboxItem {
    /// The number that `inbox retry` and `inbox drop` take.
    pub n: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Epoch milliseconds.
    pub received_at: i64,
    pub attempts: i64,
    /// A stable word: `poison`, `unreadable`, `conflict`, …
    pub reason: String,
}

/// Quarantined events, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inbox {
    pub items: Vec<InboxItem>,
    /// How many there are in all.
    pub count: i64,
}

/// The program's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// Name of the program.
    pub program: String,
    /// Version of `partnerspace`.
    pub version: String,
    /// Epoch milliseconds.
    pub started_at: i64,
    /// `Synapse 1.163.2`; absent while unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homeserver: Option<String>,
    /// `sqlite` or `postgres`.
    pub database: String,
    pub schema_version: i64,
    /// Approved partners.
    pub partners: i64,
    /// Claims that wait for review.
    pub open_claims: i64,
    pub ledger_seq: i64,
    pub ledger_hash: String,
    pub inbox: QueueView,
    pub outbox: QueueView,
    /// Age of the last canary that came back, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_age_ms: Option<i64>,
    pub findings: Vec<Finding>,
}

/// A queue's fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueueView {
    pub waiting: i64,
    /// Age of the oldest that waits, in milliseconds; 0 when none does.
    pub lag_ms: i64,
    /// Quarantined inputs, parked sends.
    pub dead: i64,
}
