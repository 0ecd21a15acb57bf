//! Cards of the wins room: what is celebrated, stories that partners tell, and case studies. A client is
//! named only where the claim said `--public`, or the client agreed.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PartnerId, StoryNumber};
use crate::money::{Currency, Money};
use crate::wire::words;

words! {
    /// How the wins room shows the amounts of a partner's sales.
    Amounts, "amounts" {
        Exact = "exact",
        /// A size only, such as €10k+.
        Band = "band",
        Nothing = "none",
    }
}

/// Somebody as others may know them: without id and user id where they are not public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Winner {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// The size of an amount, in whole units of its currency: `from` or more, below `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SizeBand {
    pub currency: Currency,
    pub from: i64,
    pub to: i64,
}

/// A sale as the wins room may show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleWin {
    /// In the order named on the claim; nobody who is hidden.
    pub partners: Vec<Winner>,
    /// Slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// The parts of the partners shown, in the program's currency, where all of them show amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The same as a size, where none of them hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<SizeBand>,
    /// Only of a claim with `--public`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Slug of the playbook that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
    /// Effective local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub on: Date,
}

/// One thing that is celebrated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CelebrationLine {
    pub text: String,
    /// It is no longer so; the text says it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_back: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Box<SaleWin>>,
}

/// What is celebrated in one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Celebration {
    pub lines: Vec<CelebrationLine>,
    /// How many more this message stands for.
    pub more: i64,
}

words! {
    /// What just happened to a story told with `!win`.
    WinEvent, "win event" {
        Told = "told",
        Edited = "edited",
        TakenBack = "taken_back",
    }
}

/// A story that a partner has told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Win {
    pub event: WinEvent,
    pub partner: Winner,
    /// Absent once it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The teller's own approved sale that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Box<SaleWin>>,
    /// Epoch milliseconds.
    pub told_at: i64,
}

words! {
    /// A part of a case study, in the order in which its author is asked.
    StoryPart, "part of a case study" {
        Situation = "situation",
        Approach = "approach",
        Result = "result",
        Numbers = "numbers",
        Quote = "quote",
    }
}

words! {
    /// Where a case study stands: `draft → review → published | rejected`, and from each to an end.
    StoryStatus, "case study status" {
        Draft = "draft",
        Review = "review",
        Published = "published",
        Rejected = "rejected",
        /// Given up by its author, or by time.
        Closed = "closed",
        /// Taken down after it was published.
        Retired = "retired",
        /// Its words are deleted.
        Erased = "erased",
    }
}

words! {
    /// What just happened to a case study.
    StoryEvent, "case study event" {
        Shown = "shown",
        Asked = "asked",
        Reminded = "reminded",
        Submitted = "submitted",
        Published = "published",
        Rejected = "rejected",
        Closed = "closed",
        Retired = "retired",
        Erased = "erased",
    }
}

/// The words of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryText {
    pub part: StoryPart,
    pub text: String,
}

/// A case study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryView {
    pub number: StoryNumber,
    pub status: StoryStatus,
    pub author: Winner,
    /// Slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Slug of the playbook that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<String>,
    /// Only with the client's consent, as the author says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// When it was published, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<i64>,
}

/// One case study, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Story {
    pub event: StoryEvent,
    pub story: Box<StoryView>,
    /// The part that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<StoryPart>,
    /// The words that this message holds; the others may stand in its thread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<StoryText>,
    /// Why it was turned down or taken down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Published case studies, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stories {
    /// Slug that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub stories: Vec<StoryView>,
    /// How many there are in all.
    pub count: i64,
}
