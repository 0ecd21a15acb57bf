//! Money: `i64` minor units and an ISO 4217 currency. Integer arithmetic only, every step checked.
mod currency;
mod parse;
mod ratio;

pub use currency::{Currency, CurrencyError};
pub use parse::AmountError;
pub use ratio::{Rate, RateError, bps, split};

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest integer that JSON on Matrix may carry (2^53 − 1), both signs.
pub const WIRE_MAX: i64 = 9_007_199_254_740_991;

/// The largest claim, in minor units.
pub const CLAIM_MINOR_MAX: i64 = 1_000_000_000_000_000;

/// The result would not fit, or would not fit the wire; refuse and alert, never wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("arithmetic overflow")]
pub struct Overflow;

/// An amount: minor units (cents, yen, fils) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// An amount: integer minor units, the ISO 4217 code, and how many decimals the currency has.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Money")]
struct Wire {
    /// Integer minor units; 100.50 EUR is 10050.
    minor: i64,
    /// ISO 4217 code.
    currency: Currency,
    /// Decimals of the currency: `minor / 10^exponent` is the amount in major units.
    exponent: u8,
}

impl From<Money> for Wire {
    fn from(money: Money) -> Self {
        let Money { minor, currency } = money;
        Self { minor, currency, exponent: currency.exponent() }
    }
}

impl TryFrom<Wire> for Money {
    type Error = CurrencyError;

    fn try_from(wire: Wire) -> Result<Self, CurrencyError> {
        if wire.exponent == wire.currency.exponent() {
            Ok(Self { minor: wire.minor, currency: wire.currency })
        } else {
            Err(CurrencyError::Unknown)
        }
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Wire::json_schema(generator)
    }
}

impl Money {
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum, where both are of one currency and it fits.
    ///
    /// # Errors
    /// `Overflow` where the currencies differ or the sum does not fit `i64`.
    pub fn checked_add(self, other: Self) -> Result<Self, Overflow> {
        let minor = self.minor.checked_add(other.minor).ok_or(Overflow)?;
        self.same(other, minor)
    }

    /// The difference, as `checked_add`.
    ///
    /// # Errors
    /// `Overflow` where the currencies differ or the difference does not fit `i64`.
    pub fn checked_sub(self, other: Self) -> Result<Self, Overflow> {
        let minor = self.minor.checked_sub(other.minor).ok_or(Overflow)?;
        self.same(other, minor)
    }

    /// The negative.
    ///
    /// # Errors
    /// `Overflow` for `i64::MIN`.
    pub fn checked_neg(self) -> Result<Self, Overflow> {
        Ok(Self { minor: self.minor.checked_neg().ok_or(Overflow)?, ..self })
    }

    fn same(self, other: Self, minor: i64) -> Result<Self, Overflow> {
        if self.currency == other.currency { Ok(Self { minor, ..self }) } else { Err(Overflow) }
    }

    /// The amount as a command takes it: `1000.50`, `1200` (no separators, no code).
    #[must_use]
    pub fn plain(self) -> String {
        let (whole, decimals) = self.parts();
        let sign = if self.minor < 0 { "-" } else { "" };
        if decimals.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{decimals}")
        }
    }

    /// Whole units, and the decimals unless all are zero.
    fn parts(self) -> (u64, String) {
        let exponent = usize::from(self.currency.exponent());
        let magnitude = self.minor.unsigned_abs();
        let scale = 10_u64.pow(u32::from(self.currency.exponent()));
        let fraction = magnitude % scale;
        let decimals = if fraction == 0 { String::new() } else { format!("{fraction:0exponent$}") };
        (magnitude / scale, decimals)
    }
}

impl fmt::Display for Money {
    /// For people: `€92,400`, `CHF 1,000.50`, `¥1,200`, `−€5.25`. Only symbols that mean one
    /// currency stand in for the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = self.parts();
        if self.minor < 0 {
            f.write_str("−")?;
        }
        match self.currency.symbol() {
            Some(symbol) => f.write_str(symbol)?,
            None => write!(f, "{} ", self.currency)?,
        }
        f.write_str(&thousands(whole))?;
        if decimals.is_empty() { Ok(()) } else { write!(f, ".{decimals}") }
    }
}

/// A count with commas between thousands: `12,400`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
