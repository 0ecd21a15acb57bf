//! Cards that any command may answer with: help, refusals, faults, confirmations, hints.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ConfirmationId, SaleNumber};
use crate::status::Role;

/// What this person may do here; or one command with its examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Help {
    /// The role that the list is for.
    pub role: Role,
    /// Whether the list is of the control room's commands.
    pub control: bool,
    /// The one command asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    pub commands: Vec<HelpCommand>,
}

/// One command of a help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelpCommand {
    /// The heading it stands under.
    pub group: String,
    /// Its words, without the prefix: `sale add`.
    pub name: String,
    /// One line: `sale add <amount> <currency> <client…>`.
    pub usage: String,
    pub summary: String,
    /// Lines that work as they are, without the prefix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// A command was refused and left no fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// `E-USAGE`, `E-UNKNOWN`, `E-AMOUNT`, `E-CURRENCY`, `E-CHARS`, `E-LONG`, `E-DATE`, `E-REF`,
    /// `E-AUTH`, `E-ROOM`, `E-DUP`, `E-LATE`, `E-RATE` or `E-CONFIRM`.
    pub code: String,
    /// What to do about it, for a person.
    pub sentence: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// One line that works, without the prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The sale that it is about, as in "already void".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
}

/// Something is broken on our side; the operator finds it by the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    pub reference: String,
}

/// A command that destroys or costs waits for ✅ or `yes` of the person who gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirm {
    pub id: ConfirmationId,
    /// The only person whose yes counts.
    pub user_id: String,
    /// The command as it was understood, without the prefix.
    pub command: String,
    /// What will happen, exactly.
    pub effect: String,
    /// The sale that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
    /// Epoch milliseconds.
    pub expires_at: i64,
}

/// Something was done, or was left as it is, that has no card of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// A stable word: `announced`, `canceled`, `inbox_retried`, `inbox_dropped`, `unchanged`, …
    pub what: String,
    /// For a person.
    pub sentence: String,
    /// What it was done to: an id, a slug, a user id, a sale number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A way out for somebody who cannot be served as they ask: an encrypted chat, a full-width `！`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hint {
    /// A stable word: `encrypted`, `full_width_prefix`, `slow_down`, `busy`, …
    pub what: String,
    /// For a person.
    pub sentence: String,
}
