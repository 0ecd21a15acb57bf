//! Cards about mentorship. None shows a result of anybody.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PartnerRef;
use crate::ids::MentorshipId;
use crate::wire::words;

/// What a partner offers as a mentor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MentorOffer {
    /// Whether the offer stands.
    pub offered: bool,
    /// Slugs; empty for any industry.
    pub industries: Vec<String>,
    /// Mentees at a time.
    pub capacity: i64,
    /// Mentees now.
    pub mentees: i64,
}

/// Somebody who could be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MentorSuggestion {
    pub mentor: PartnerRef,
    /// Slugs that they offer; empty for any.
    pub industries: Vec<String>,
    /// Slugs that are new to the asker and not to the mentor; in a direct chat only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// Mentors who fit, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mentors {
    /// Slug that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    pub mentors: Vec<MentorSuggestion>,
}

words! {
    /// Where a mentorship stands: `asked → active → ended`, or `asked → declined | lapsed | ended`.
    MentorshipStatus, "mentorship status" {
        Asked = "asked",
        Active = "active",
        Declined = "declined",
        /// Nobody answered in time.
        Lapsed = "lapsed",
        Ended = "ended",
    }
}

words! {
    /// What just happened to a mentorship.
    MentorshipEvent, "mentorship event" {
        Asked = "asked",
        Accepted = "accepted",
        Declined = "declined",
        Lapsed = "lapsed",
        Goal = "goal",
        Logged = "logged",
        Confirmed = "confirmed",
        CheckIn = "check_in",
        Ended = "ended",
    }
}

/// A mentorship as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MentorshipView {
    pub id: MentorshipId,
    pub status: MentorshipStatus,
    pub mentor: PartnerRef,
    pub mentee: PartnerRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// Epoch milliseconds.
    pub asked_at: i64,
    /// Epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<i64>,
    /// When it ended, was declined or lapsed, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

/// One mentorship, and what just happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mentorship {
    pub event: MentorshipEvent,
    pub mentorship: Box<MentorshipView>,
    /// The note of a session, or of the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A partner's own mentorships, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mentorships {
    pub mentorships: Vec<MentorshipView>,
}

/// What one side says of a mentorship that has ended: read by the team, not by the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MentorFeedback {
    pub mentorship: MentorshipId,
    pub from: PartnerRef,
    pub about: PartnerRef,
    /// 1 to 5.
    pub score: i64,
    pub text: String,
}
