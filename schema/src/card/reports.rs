//! The card of a report to the team.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::period::Period;

use super::TrendPoint;

/// How the program does in a time, as known when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    pub period: Period,
    /// Not over yet.
    pub open: bool,
    /// What it is compared with; absent for all time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Period>,
    pub funnel: ReportFunnel,
    pub partners: ReportPartners,
    /// Net, as the boards count it.
    pub revenue: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_before: Option<Money>,
    /// Clients whose first sale is of the time.
    pub clients: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients_before: Option<i64>,
    /// By revenue, the largest first; only those with something to tell.
    pub industries: Vec<ReportIndustry>,
    /// Of all open industries with targets together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penetration: Option<ReportPenetration>,
    pub refunds: ReportRefunds,
    pub reviews: ReportReviews,
    /// The best by their smoothed rate of wins.
    pub playbooks: Vec<ReportPlaybook>,
    /// Revenue of the times that lead to this one, oldest first.
    pub trend: Vec<TrendPoint>,
}

/// Partners who applied in the time: how far they have come until now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportFunnel {
    pub applied: i64,
    pub approved: i64,
    /// With one sale that counts, or more.
    pub first_sale: i64,
    /// With two, or more.
    pub repeat: i64,
}

/// Partners at the end of the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPartners {
    /// With a sale in the last 90 days.
    pub active: i64,
    /// Approved in the last 90 days, without a sale in them.
    pub waiting: i64,
    /// All others.
    pub dormant: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportIndustry {
    /// Absent for what belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    pub revenue: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_before: Option<Money>,
    /// Clients whose first sale in the industry is of the time.
    pub clients: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients_before: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penetration: Option<ReportPenetration>,
}

/// Clients of the last twelve months among the accounts to be won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPenetration {
    pub won: i64,
    pub accounts: i64,
    /// Hundredths of a percent.
    pub bps: i64,
}

/// What was taken back of the sales of the time by refunds, lost disputes and voids, until now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportRefunds {
    pub sales: i64,
    /// Sales of which something was taken back.
    pub touched: i64,
    pub credited: Money,
    pub taken: Money,
    /// Hundredths of a percent; absent where nothing was sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bps: Option<i64>,
}

/// Claims that were decided in the time, and how long they had waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportReviews {
    pub decided: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_ms: Option<i64>,
    /// Nine of ten were decided within this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPlaybook {
    pub slug: String,
    pub title: String,
    /// Claims that name it and were decided in the time.
    pub uses: i64,
    /// Those of them that count.
    pub won: i64,
}
