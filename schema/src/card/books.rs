//! Cards about the books: the ledger's head, and sales that were brought in from elsewhere.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::BatchNumber;
use crate::money::Money;

/// The last entry of the ledger, told once a day when it has moved: whoever keeps it can see later
/// that nothing before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerHead {
    pub seq: i64,
    /// SHA-256 in hex: of the entry before, and of this one's text.
    pub hash: String,
    /// When the ledger took it, epoch milliseconds.
    pub at: i64,
}

/// Sales were brought in from elsewhere, or such a batch was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    pub batch: BatchNumber,
    /// Whether it was taken back.
    pub reversed: bool,
    /// How many sales were brought in, or taken back.
    pub sales: i64,
    /// To how many partners they belong.
    pub partners: i64,
    /// What they add to the boards, or take from them, in the program's currency.
    pub total: Money,
    /// Why it was taken back, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
