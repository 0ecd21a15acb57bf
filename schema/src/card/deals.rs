//! Cards about registered deals. Names of clients stand only in chats of two and in the control
//! room; a rival is named to nobody but the team, and to each other where a ruling lets two share.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientRef, PartnerRef};
use crate::ids::{ConflictNumber, DealId, DealNumber, SaleNumber};
use crate::money::Money;
use crate::wire::words;

words! {
    /// Where a registered deal stands: `open → won | dropped | lost | ended`; a rival's begins as
    /// `contested`, and a ruling makes it `open` or `lost`.
    DealStatus, "deal status" {
        /// The client is protected.
        Open = "open",
        /// Another partner was first; the team rules.
        Contested = "contested",
        /// A claim of its partner on the client stands.
        Won = "won",
        Dropped = "dropped",
        /// By a ruling.
        Lost = "lost",
        /// The time is over.
        Ended = "ended",
    }
}

words! {
    /// What just happened to a registered deal.
    DealEvent, "deal event" {
        Shown = "shown",
        Registered = "registered",
        /// A rival named the same client; or this is the rival's.
        Contested = "contested",
        Extended = "extended",
        Won = "won",
        Dropped = "dropped",
        /// Its end is near.
        Reminded = "reminded",
        Ended = "ended",
        /// A ruling left or made it its partner's.
        Kept = "kept",
        /// A ruling gave the client to another partner.
        Lost = "lost",
        /// A ruling gave the client to two.
        Shared = "shared",
        /// A ruling left the client to all.
        Freed = "freed",
    }
}

words! {
    /// How a conflict about a client is decided.
    RulingKind, "ruling" {
        /// Who was first keeps the client.
        First = "first",
        /// The protection moves to the second.
        Second = "second",
        /// Both sell it together.
        Shares = "shares",
        /// The client is open to all.
        None = "none",
    }
}

/// One of two who sell a client together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealShare {
    pub partner: PartnerRef,
    pub weight: u32,
}

/// A registered deal as this reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealView {
    pub id: DealId,
    pub number: DealNumber,
    pub status: DealStatus,
    pub partner: PartnerRef,
    /// Only where the reader may know it: in a chat of two, in the control room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientRef>,
    /// Slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Epoch milliseconds.
    pub registered_at: i64,
    /// The last local day of the protection; absent while it is contested.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe_day")]
    #[schemars(with = "Option<String>")]
    pub through: Option<Date>,
    /// The instant at which the protection is over, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<i64>,
    /// When it was extended, epoch milliseconds; once is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_at: Option<i64>,
    /// The claim that won it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
    /// Why it was extended or dropped, or what the team said when it ruled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where a ruling gave the client to two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<DealShare>,
    /// Conflicts that wait for a ruling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<ConflictNumber>,
}

/// One registered deal, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deal {
    pub event: DealEvent,
    pub deal: Box<DealView>,
}

/// A list of registered deals, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deals {
    /// The status asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DealStatus>,
    /// The partner asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerRef>,
    /// The rows shown.
    pub deals: Vec<DealView>,
    /// How many there are in all.
    pub count: i64,
}

/// How a conflict was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulingView {
    pub ruling: RulingKind,
    /// Of the first and the second, where they share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<u32>,
    pub reason: String,
    /// User id; the bot's own where the conflict ended by itself.
    pub by: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// A client that a second partner names while it is protected for the first: for the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    pub number: ConflictNumber,
    /// What protects the client.
    pub first: Box<DealView>,
    /// Whose the second is.
    pub rival: PartnerRef,
    /// The second registration, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<DealNumber>,
    /// The claim, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleNumber>,
    /// Its amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Epoch milliseconds.
    pub opened_at: i64,
    /// Absent while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<RulingView>,
}

/// A day that may be absent, as `YYYY-MM-DD`.
mod maybe_day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => crate::period::day::serialize(day, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
