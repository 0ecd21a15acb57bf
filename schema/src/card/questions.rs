//! Cards about questions and kudos.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PartnerRef;
use crate::ids::QuestionNumber;
use crate::wire::words;

words! {
    /// Where a question stands.
    QuestionStatus, "question status" {
        Open = "open",
        Answered = "answered",
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What just happened to a question.
    QuestionEvent, "question event" {
        Asked = "asked",
        Answered = "answered",
        Withdrawn = "withdrawn",
        Shown = "shown",
    }
}

/// A question as everybody in its channel may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionView {
    pub number: QuestionNumber,
    pub status: QuestionStatus,
    /// Empty once it was withdrawn.
    pub text: String,
    /// Slug; absent for one that was asked in general.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub asker: PartnerRef,
    /// Epoch milliseconds.
    pub asked_at: i64,
    /// User id of whoever gave the accepted answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// The accepted answer, an event of the question's thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_event: Option<String>,
    /// When it was answered or withdrawn, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
}

/// One question, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    pub event: QuestionEvent,
    pub question: QuestionView,
    /// User ids of those who are asked to look at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed: Vec<String>,
}

/// Open questions, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Questions {
    /// Slug that the list was narrowed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub questions: Vec<QuestionView>,
    /// How many are open in all.
    pub count: i64,
    /// Whether this is the daily message about those that wait.
    pub digest: bool,
}

words! {
    /// What just happened to kudos.
    KudosEvent, "kudos event" {
        Given = "given",
        Withdrawn = "withdrawn",
    }
}

/// Thanks of one partner to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kudos {
    pub event: KudosEvent,
    pub from: PartnerRef,
    pub to: PartnerRef,
    /// Empty once they were withdrawn.
    pub reason: String,
    /// Local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub on: Date,
}
