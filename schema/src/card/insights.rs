//! The card of the monthly post about what moved between industries.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::period::Period;

/// What moved between industries in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Insights {
    pub period: Period,
    /// Playbooks with a first won sale in an industry they were not written for.
    pub moved: Vec<MovedPlaybook>,
    pub answers: AnswersAcross,
    /// The most used templates.
    pub templates: Vec<TemplateUses>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MovedPlaybook {
    pub slug: String,
    pub title: String,
    /// Slugs of the industries it was written for.
    pub from: Vec<String>,
    /// Slug.
    pub to: String,
    /// Sales won there in the month.
    pub won: i64,
}

/// Accepted answers of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswersAcross {
    pub answered: i64,
    /// From partners who do not sell in the question's industry.
    pub across: i64,
    /// The busiest ways.
    pub routes: Vec<AnswersRoute>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswersRoute {
    /// The answering partners' industry, a slug.
    pub from: String,
    /// The questions' industry, a slug.
    pub to: String,
    pub answers: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateUses {
    pub slug: String,
    pub title: String,
    /// How often it was filled in.
    pub uses: i64,
    /// By how many partners.
    pub partners: i64,
}
