//! Cards about sales. Names of clients stand only in the claimant's own replies and in the control
//! room.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, ConflictNumber, PartnerId, SaleId, SaleNumber};
use crate::money::Money;
use crate::period::Period;
use crate::status::SaleStatus;
use crate::wire::words;

/// A partner as others may name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerRef {
    pub id: PartnerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub name: String,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientRef {
    pub id: ClientId,
    pub name: String,
}

/// A partner's part of a shared sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShareView {
    pub partner: PartnerRef,
    pub weight: u32,
    /// Their part of the whole amount; parts add up to it exactly.
    pub amount: Money,
    /// When they said yes to it, epoch milliseconds; the claimant need not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<i64>,
    /// When they said no, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_at: Option<i64>,
    /// The manager by whose word it counts without theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden_by: Option<String>,
}

words! {
    /// Why a sale counts for less than it was.
    AdjustmentKind, "adjustment" {
        Refund = "refund",
        /// Lost to a dispute.
        Dispute = "dispute",
    }
}

/// A part of an approved sale that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustmentView {
    pub adjustment: AdjustmentKind,
    pub amount: Money,
    pub reason: String,
    /// User id.
    pub by: String,
    /// Epoch milliseconds.
    pub at: i64,
    /// The ledger entry that took it back.
    pub ledger_seq: i64,
}

/// A sale with all that this reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleView {
    pub id: SaleId,
    pub number: SaleNumber,
    pub status: SaleStatus,
    /// The claimant.
    pub partner: PartnerRef,
    pub amount: Money,
    /// Only where the reader may know it: in a chat of two, in the control room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientRef>,
    /// Slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Effective local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub on: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Slug of the playbook that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
    /// Whether a win may name the client.
    pub public: bool,
    /// Epoch milliseconds.
    pub claimed_at: i64,
    /// User id of the manager who claimed it for the partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
    /// When it was approved, rejected or withdrawn, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
    /// User ids of those who approved or rejected it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<String>,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<i64>,
    /// User id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_by: Option<String>,
    /// Why it was rejected or voided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ledger entry that gave the credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_seq: Option<i64>,
    /// What is left of the amount, where some of it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Money>,
    /// Of an approved sale in another currency than the program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<crate::card::ExchangeView>,
    /// Of a shared sale, in the order named; not in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ShareView>,
    /// Oldest first; not in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentView>,
    /// What of it is in dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Money>,
    /// What reviewers should look at; for the team only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<ReviewFlag>,
    /// The month that it counts in, where it came too late for its own; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<Period>,
    /// The sale that it puts right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<SaleNumber>,
}

words! {
    /// What just happened to a sale.
    SaleEvent, "sale event" {
        Shown = "shown",
        Claimed = "claimed",
        Edited = "edited",
        Approved = "approved",
        /// One of two needed approvals.
        Seconded = "seconded",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Voided = "voided",
        /// A co-seller is asked to confirm their part.
        Asked = "asked",
        Confirmed = "confirmed",
        Declined = "declined",
        Refunded = "refunded",
        /// A client disputes it: its commission is set aside.
        Disputed = "disputed",
        DisputeWon = "dispute_won",
        DisputeLost = "dispute_lost",
        /// A manager ruled on its client, which another partner had registered.
        Ruled = "ruled",
    }
}

/// One sale, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sale {
    pub event: SaleEvent,
    pub sale: Box<SaleView>,
    /// Whether it counts in a later period than the one of its day, which had closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// A list of sales, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sales {
    /// The period asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The status asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SaleStatus>,
    /// The partner asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerRef>,
    /// The rows shown.
    pub sales: Vec<SaleView>,
    /// How many there are in all.
    pub count: i64,
    /// The sum of the approved ones among all: of the reader's own parts in a partner's list.
    pub approved: Money,
}

words! {
    /// How far a review is.
    ReviewStatus, "review status" {
        Open = "open",
        /// Somebody pressed ❌ and owes the reason, as a reply to the card.
        ReasonWanted = "reason_wanted",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What a reviewer should look at before deciding.
    FlagKind, "review flag" {
        /// The same client and amount within 30 days.
        Duplicate = "duplicate",
        /// A client with a similar name exists.
        SimilarClient = "similar_client",
        /// One of the sellers seems to sell to their own organization.
        OwnOrganization = "own_organization",
        /// The effective day lies in a closed period or is old.
        Backdated = "backdated",
        /// Two different reviewers are needed.
        TwoReviewers = "two_reviewers",
        /// Its currency has no exchange rate yet.
        NoRate = "no_rate",
        /// Much of what a seller sold in the last 90 days was taken back.
        RefundRate = "refund_rate",
        /// A new partner's first sale, and a large one.
        FirstSale = "first_sale",
        /// Another partner has registered this client: a manager must rule first.
        Protected = "protected",
        /// The same, and a manager has ruled.
        Ruled = "ruled",
    }
}

/// One thing to look at, with the sales, the client or the seller it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewFlag {
    pub flag: FlagKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sales: Vec<SaleNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    /// How much of `of` was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Money>,
    /// What was approved in the time looked at, or the amount that is exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Money>,
    /// Of `protected` and `ruled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictNumber>,
}

impl ReviewFlag {
    /// A flag that is about nothing beside the claim itself.
    #[must_use]
    pub const fn new(flag: FlagKind) -> Self {
        Self {
            flag,
            sales: Vec::new(),
            client: None,
            partner: None,
            taken: None,
            of: None,
            conflict: None,
        }
    }
}

/// Something in the control room that ✅ approves and ❌ rejects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    pub status: ReviewStatus,
    pub subject: ReviewSubject,
    /// Different reviewers needed.
    pub needed: u8,
    /// User ids of those who approved so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<String>,
    /// User id of the one who rejected, or who owes the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<ReviewFlag>,
}

/// What a review decides on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReviewSubject {
    Sale { sale: Box<SaleView> },
    Application { application: Application },
    Playbook { playbook: Box<super::PlaybookView> },
}

/// A person who wants to become a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// The id that they will have as a partner.
    pub partner: PartnerId,
    pub user_id: String,
    /// What they wrote.
    pub text: String,
    /// Epoch milliseconds.
    pub applied_at: i64,
}
