//! Numbers as an axis says them: short, and never more exact than they are.
use schema::money::{Currency, thousands};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Minor units of a currency.
    Money(Currency),
}

/// Thousands, millions, …: from which size on, and their letter.
const LETTERS: [(u64, &str); 5] = [
    (1_000_000_000_000_000, "Q"),
    (1_000_000_000_000, "T"),
    (1_000_000_000, "B"),
    (1_000_000, "M"),
    (1_000, "k"),
];

impl Unit {
    /// `0`, `950`, `12.4k`, `−€1.2M`; cut off, not rounded up, after one decimal.
    #[must_use]
    pub fn short(&self, value: i64) -> String {
        let sign = if value < 0 { "−" } else { "" };
        let (head, scale) = match self {
            Self::Count => (String::new(), 1),
            Self::Money(currency) => {
                let head = currency.symbol().map_or_else(|| format!("{currency} "), str::to_owned);
                (head, 10_u64.pow(u32::from(currency.exponent())))
            }
        };
        let (whole, rest) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
        format!("{sign}{head}{}", short(whole, rest * 10 / scale))
    }
}

fn short(whole: u64, tenth: u64) -> String {
    match LETTERS.iter().find(|(size, _)| whole >= *size) {
        Some((size, letter)) => {
            let (units, tenth) = (whole / size, whole % size / (size / 10));
            let decimal =
                if tenth == 0 || units >= 100 { String::new() } else { format!(".{tenth}") };
            format!("{}{decimal}{letter}", thousands(units))
        }
        None if tenth > 0 && whole < 10 => format!("{whole}.{tenth}"),
        None => whole.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let euro = Unit::Money(Currency::parse("EUR").unwrap());
        let yen = Unit::Money(Currency::parse("JPY").unwrap());
        let franc = Unit::Money(Currency::parse("CHF").unwrap());
        for (unit, value, said) in [
            (euro, 0, "€0"),
            (euro, 50, "€0.5"),
            (euro, 95_099, "€950"),
            (euro, 1_249_999, "€12.4k"),
            (euro, -120_000_000, "−€1.2M"),
            (euro, 99_999_999, "€999k"),
            (euro, i64::MAX, "€92.2Q"),
            (yen, 12_400, "¥12.4k"),
            (franc, 100_000, "CHF 1k"),
            (Unit::Count, 7, "7"),
            (Unit::Count, -1_000, "−1k"),
            (Unit::Count, i64::MIN, "−9,223Q"),
        ] {
            assert_eq!(unit.short(value), said);
        }
    }
}
