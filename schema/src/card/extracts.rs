//! The card of an extract: what the boards of partners who show their names have gained and lost since
//! the extract before. Added up from the first one on, extracts make the boards again, on any server
//! that has the room, without the program's database.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PartnerId;
use crate::period::Period;

/// What the first link hangs on.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One link of the chain of extracts. Its text is hashed as canonical JSON: keys in order, no spaces,
/// integers only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Extract {
    /// From 1, without a gap.
    pub n: i64,
    /// The last ledger entry that the extract before includes; 0 before the first one.
    pub since: i64,
    /// The last ledger entry that is included.
    pub ledger_seq: i64,
    /// That entry's hash.
    pub ledger_hash: String,
    /// When it was made, epoch milliseconds.
    pub at: i64,
    /// Changes of scores; those that count in the same periods stand together.
    pub moves: Vec<Moves>,
    /// Partners told of before who show no name any more: from here on their scores are not told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<PartnerId>,
    /// Partners who had been withheld and show their name again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<PartnerId>,
    /// State keys of boards that had moved and did not yet show it at this moment; `*` for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moving: Vec<String>,
    /// Whether all is told up to `ledger_seq`; else the next extract goes on.
    pub whole: bool,
    /// `hash` of the extract before; 64 zeros before the first one.
    pub prev: String,
    /// SHA-256 in hex of this card's canonical text without this field.
    pub hash: String,
}

/// Changes that count in each of some periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moves {
    pub periods: Vec<Period>,
    pub rows: Vec<Move>,
}

/// What one partner's scores have gained (positive) or lost on the boards of one scope. Breadth is not
/// told: it is the number of industries with revenue above 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    pub partner: PartnerId,
    /// Slug; absent for the boards of the whole program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Minor units of the program's currency.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revenue: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clients: i64,
    /// Thousandths of a client.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub penetration: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub help: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}
