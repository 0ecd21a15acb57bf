//! A playbook's line in the library's index.
use ruma::events::macros::EventContent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PartnerId;
use crate::playbook::PlaybookStatus;

pub type PlaybookState = PlaybookContent;

/// A playbook of the library. In the Space, state key the slug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, EventContent)]
#[ruma_event(type = "agency.siso.partners.playbook", kind = State, state_key_type = String)]
pub struct PlaybookContent {
    /// Schema version.
    pub v: u8,
    /// Empty while it is taken down.
    pub title: String,
    /// Empty while it is taken down.
    pub summary: String,
    /// Slugs; none for a playbook that fits all.
    pub industries: Vec<String>,
    /// `published`, `retired` or `taken_down`.
    pub status: PlaybookStatus,
    /// The version that partners read; it begins at 1.
    pub version: i64,
    /// Whose words it holds, at most 20.
    pub authors: Vec<PlaybookAuthor>,
    /// Where the text is; absent while it is taken down, and after it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<PlaybookBody>,
    /// Decided claims that named it.
    pub uses: i64,
    /// Those of them that were approved, and are neither void nor refunded in full.
    pub won: i64,
    /// The mean of the ratings from 1 to 5, times 100; 0 when there is none.
    pub rating_x100: i64,
    /// How many have rated it.
    pub ratings: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
}

/// Somebody whose words a playbook holds. Who has left is "former partner", without ids; so is a
/// partner who is not public "a partner".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookAuthor {
    /// Stable opaque id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub name: String,
}

/// Where a playbook's text is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookBody {
    /// The playbooks room.
    pub room_id: String,
    /// The root message; the messages in its thread hold the text in parts.
    pub event_id: String,
    /// Of the whole text's UTF-8 bytes, in hex.
    pub sha256: String,
}
