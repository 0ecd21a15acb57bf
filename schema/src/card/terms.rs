//! Cards about the program's terms and who has accepted them.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PartnerId;
use crate::wire::words;

/// A version of the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermsView {
    /// From 1 on.
    pub version: i64,
    /// Of the text's UTF-8 bytes, in hexadecimal.
    pub sha256: String,
    /// Epoch milliseconds.
    pub published_at: i64,
    /// The last day on which a claim needs no acceptance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_on: Option<String>,
}

words! {
    /// What just happened about terms.
    TermsEvent, "terms event" {
        Shown = "shown",
        Published = "published",
        Changed = "changed",
        Asked = "asked",
        Accepted = "accepted",
        Declined = "declined",
        Replaced = "replaced",
    }
}

/// A version of the terms, and what just happened about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    pub event: TermsEvent,
    pub terms: TermsView,
    /// The text, where all of it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A partner, and which version they have accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermsPerson {
    pub user_id: String,
    pub partner: PartnerId,
    pub name: String,
    /// The newest version that they have accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// When, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<i64>,
    /// The reaction or message by which they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Whether they said no to the newest version.
    #[serde(default)]
    pub declined: bool,
}

/// Who has accepted the terms, and who has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermsList {
    /// The newest version; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsView>,
    /// Active partners who have accepted the newest version.
    pub accepted: i64,
    /// Active partners.
    pub partners: i64,
    /// Those who have not accepted the newest version first; not always all.
    pub people: Vec<TermsPerson>,
}
