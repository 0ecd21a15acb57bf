//! The card of a look at another homeserver.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::wire::words;

words! {
    /// How a look at another homeserver stands.
    CheckStatus, "check status" {
        /// It was asked for; the answer follows.
        Asked = "asked",
        /// The server can take part.
        Fine = "fine",
        /// It can take part, and something is to be mended.
        Mend = "mend",
        /// It cannot take part as it is.
        Broken = "broken",
    }
}

/// What was found out about another homeserver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerCheck {
    pub status: CheckStatus,
    /// Its name: the part of user ids after the colon.
    pub server: String,
    /// Its software as it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// When it was looked at, epoch milliseconds; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<i64>,
    /// What is right (`info`), what is to be mended (`warning`), what keeps it out (`error`).
    pub findings: Vec<Finding>,
}
