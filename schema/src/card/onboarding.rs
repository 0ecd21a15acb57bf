//! Cards of what a person who came into an organization is asked.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::words;

words! {
    /// What is asked for.
    OnboardingStep, "onboarding step" {
        Servers = "servers",
        Industries = "industries",
        People = "people",
    }
}

words! {
    /// Where the questions stand.
    OnboardingEvent, "onboarding event" {
        Step = "step",
        Done = "done",
        Cancelled = "cancelled",
    }
}

/// A question to a person who came into an organization, or the end of the questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Onboarding {
    pub event: OnboardingEvent,
    /// The organization's short name.
    pub organization: String,
    /// What is asked for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<OnboardingStep>,
    /// The organization's declared homeservers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// Homeservers that wait for a manager.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<String>,
    /// Short names of the industries to choose from, in the order of their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Short names of the person's industries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub industries: Vec<String>,
    /// User ids of those who are invited and have not answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invited: Vec<String>,
}
