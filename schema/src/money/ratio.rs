//! Parts of an amount: percentages, splits, exchange. Rounded once, half away from zero.
use std::fmt;
use std::str::FromStr;

use super::{Currency, Money, Overflow};
use crate::wire::as_text;

/// `basis_points` hundredths of a percent of `minor`, rounded half away from zero.
///
/// # Errors
/// `Overflow` where the result does not fit `i64`.
pub fn bps(minor: i64, basis_points: i64) -> Result<i64, Overflow> {
    let product = i128::from(minor) * i128::from(basis_points);
    i64::try_from(div_round(product, 10_000)).map_err(|_| Overflow)
}

/// Half away from zero; `divisor` is above 0.
fn div_round(value: i128, divisor: i128) -> i128 {
    let magnitude = value.unsigned_abs();
    let divisor = divisor.unsigned_abs();
    let quotient = magnitude / divisor;
    let up = u128::from(magnitude % divisor >= divisor.div_ceil(2));
    // Both are at most 2^127 / 2: the quotient of a product of two i64 fits with room.
    let rounded = i128::try_from(quotient + up).unwrap_or(i128::MAX);
    if value < 0 { -rounded } else { rounded }
}

/// Splits `minor` by integer weights: each gets its exact share rounded towards zero, what is left
/// goes one by one to the largest remainders, ties to the earlier. Sign-symmetric; the shares add
/// up exactly. `None` where there is no weight above 0.
#[must_use]
pub fn split<W: Copy + Into<u64>>(minor: i64, weights: &[W]) -> Option<Vec<i64>> {
    let weights: Vec<u128> = weights.iter().map(|w| u128::from((*w).into())).collect();
    let total: u128 = weights.iter().sum();
    if total == 0 {
        return None;
    }
    let magnitude = u128::from(minor.unsigned_abs());
    let exact = |weight: &u128| magnitude * weight;
    let mut shares: Vec<u128> = weights.iter().map(|w| exact(w) / total).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(exact(&weights[index]) % total));
    let left = magnitude - shares.iter().sum::<u128>();
    for &index in order.iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[index] += 1;
    }
    let signed = |share| {
        let share = i128::try_from(share).unwrap_or(i128::MAX);
        i64::try_from(if minor < 0 { -share } else { share }).ok()
    };
    shares.into_iter().map(signed).collect()
}

impl Money {
    /// `split` of this amount.
    #[must_use]
    pub fn split(self, weights: &[u32]) -> Option<Vec<Self>> {
        let shares = split(self.minor, weights)?;
        Some(shares.into_iter().map(|minor| Self { minor, ..self }).collect())
    }
}

/// An exchange rate: reporting units per one foreign unit, an exact decimal above 0 with at most
/// twelve decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    digits: u64,
    scale: u32,
}

/// A text that is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a decimal above 0, with at most 18 digits and 12 decimals")]
pub struct RateError;

impl Rate {
    /// The amount in the `reporting` currency, rounded once, half away from zero.
    ///
    /// # Errors
    /// `Overflow` where the result does not fit `i64`.
    pub fn convert(self, money: Money, reporting: Currency) -> Result<Money, Overflow> {
        let power = |n: u32| 10_i128.checked_pow(n).ok_or(Overflow);
        let product = i128::from(money.minor) * i128::from(self.digits);
        let up = power(u32::from(reporting.exponent()))?;
        let down = power(self.scale + u32::from(money.currency.exponent()))?;
        let scaled = product.checked_mul(up).ok_or(Overflow)?;
        let minor = i64::try_from(div_round(scaled, down)).map_err(|_| Overflow)?;
        Ok(Money { minor, currency: reporting })
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{decimals}");
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let dangling = whole.is_empty() || (text.contains('.') && decimals.is_empty());
        if !plain || dangling || digits.len() > 18 || decimals.len() > 12 {
            return Err(RateError);
        }
        let scale = u32::try_from(decimals.len()).map_err(|_| RateError)?;
        match digits.parse() {
            Ok(digits) if digits > 0 => Ok(Self { digits, scale }),
            _ => Err(RateError),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits, width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        f.write_str(whole)?;
        if decimals.is_empty() { Ok(()) } else { write!(f, ".{decimals}") }
    }
}

as_text!(Rate, "Rate", "An exact decimal above 0", r"^[0-9]+(\.[0-9]{1,12})?$");
