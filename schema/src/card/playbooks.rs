//! Cards of the library. Titles and texts are people's words, exactly as they were saved.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::playbook::PlaybookStatus;
use crate::state::PlaybookAuthor;
use crate::wire::words;

words! {
    /// What just happened to a playbook.
    PlaybookEvent, "playbook event" {
        Shown = "shown",
        Saved = "saved",
        Published = "published",
        Rejected = "rejected",
        Rated = "rated",
        Filled = "filled",
        Retired = "retired",
        TakenDown = "taken_down",
        Restored = "restored",
        /// Asked whether it still holds.
        Stale = "stale",
        Kept = "kept",
    }
}

/// A playbook without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookView {
    pub slug: String,
    pub title: String,
    /// Empty in lists.
    pub summary: String,
    /// Slugs.
    pub industries: Vec<String>,
    pub tags: Vec<String>,
    pub status: PlaybookStatus,
    pub version: i64,
    pub authors: Vec<PlaybookAuthor>,
    /// Names of its fill-in fields, in the order of the text.
    pub fields: Vec<String>,
    /// Of the text's UTF-8 bytes, in hex.
    pub sha256: String,
    /// The text's length in bytes.
    pub bytes: i64,
    pub uses: i64,
    pub won: i64,
    pub rating_x100: i64,
    pub ratings: i64,
}

/// One playbook, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Playbook {
    pub event: PlaybookEvent,
    pub playbook: PlaybookView,
    /// Why it was rejected, retired or taken down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A part of a playbook's text, exactly as it was saved: the parts of a thread, joined in order
/// with nothing between them, are the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookPart {
    pub slug: String,
    pub version: i64,
    /// From 1.
    pub part: u32,
    /// How many there are.
    pub parts: u32,
    pub text: String,
    /// Of the whole text.
    pub sha256: String,
}

/// Playbooks, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Playbooks {
    /// The industry asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// The rows shown.
    pub playbooks: Vec<PlaybookView>,
    /// How many there are in all.
    pub count: i64,
}

/// The playbooks that fit some words, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybooksFound {
    /// What was looked for.
    pub words: String,
    /// The industry that they are for; absent when all were looked through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub playbooks: Vec<PlaybookView>,
}

/// A version of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookVersion {
    pub version: i64,
    pub sha256: String,
    pub bytes: i64,
    /// Epoch milliseconds.
    pub saved_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected_at: Option<i64>,
    /// When its text was erased; the hash stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<i64>,
}

/// The versions of a playbook, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookHistory {
    pub slug: String,
    pub versions: Vec<PlaybookVersion>,
    pub count: i64,
}

/// How two versions of a playbook differ, in lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookDiff {
    pub slug: String,
    pub from: i64,
    pub to: i64,
    pub added: i64,
    pub removed: i64,
}

/// Somebody says that a playbook should not stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookReport {
    pub slug: String,
    /// Who says so.
    pub user_id: String,
    pub reason: String,
    /// Epoch milliseconds.
    pub reported_at: i64,
}
