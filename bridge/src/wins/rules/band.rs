//! The size of an amount, so that a win can be told without its amount: 100, 500, 1k, 5k, 10k … whole
//! units of the currency.
use schema::card::SizeBand;
use schema::money::Money;

/// The first bound; below it there is one band.
const FIRST: i64 = 100;

/// `None` of nothing, or of less.
#[must_use]
pub fn band(amount: Money) -> Option<SizeBand> {
    if amount.minor <= 0 {
        return None;
    }
    let unit = 10_i64.checked_pow(u32::from(amount.currency.exponent()))?;
    let whole = amount.minor / unit;
    let (mut from, mut to, mut factor) = (0, FIRST, 5);
    while whole >= to {
        (from, to) = (to, to.checked_mul(factor)?);
        factor = if factor == 5 { 2 } else { 5 };
    }
    Some(SizeBand { currency: amount.currency, from, to })
}

/// `€10k+`, `under €100`.
#[must_use]
pub fn band_text(band: &SizeBand) -> String {
    let unit = 10_i64.pow(u32::from(band.currency.exponent()));
    let money = |short: i64| Money::new(short.saturating_mul(unit), band.currency);
    if band.from == 0 {
        return format!("under {}", money(band.to));
    }
    let sizes = [(1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k"), (1, "")];
    let size = sizes.iter().find(|(size, _)| band.from >= *size);
    let (size, sign) = size.copied().unwrap_or((1, ""));
    format!("{}{sign}+", money(band.from / size))
}
