//! Cards about exchange rates.
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Rate};

/// A rate and from when on it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RateView {
    /// One unit of this currency …
    pub currency: Currency,
    /// … is this much of the program's.
    pub rate: Rate,
    /// Local day.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub from: Date,
    /// User id.
    pub set_by: String,
    /// Epoch milliseconds.
    pub set_at: i64,
}

/// The exchange rates that count now, or the one just set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// The program's currency, in which boards count.
    pub reporting: Currency,
    pub rates: Vec<RateView>,
}

/// How a sale's amount was converted, once, when it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeView {
    pub rate: Rate,
    /// The day from which the rate counted.
    #[serde(with = "crate::period::day")]
    #[schemars(with = "String")]
    pub from: Date,
    /// The whole amount in the program's currency.
    pub reporting: crate::money::Money,
}
