//! What a rate is, and what is refused.
use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use schema::money::{Currency, Money, Rate};

/// A rate as it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    pub currency: Currency,
    pub rate: Rate,
    pub from: Date,
    pub set_by: String,
    pub set_at: i64,
}

/// How an amount was converted: with which rate, and what it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    pub rate: Rate,
    pub from: Date,
    pub reporting: Money,
}

const EXAMPLE: &str = "rate set USD 0.92";

/// # Errors
/// When the text is no currency, or the program's own.
pub fn currency(text: &str, own: Currency) -> Result<Currency, Refusal> {
    let refused = |sentence: String| Refusal::new(Code::Currency, sentence).example(EXAMPLE);
    let shown = crate::platform::text::foreign(&text.chars().take(12).collect::<String>());
    let currency = Currency::parse(text)
        .map_err(|_| refused(format!("{shown} is no currency that people are paid in.")))?;
    if currency == own {
        return Err(refused(format!("{own} is the program's own currency; it needs no rate.")));
    }
    Ok(currency)
}

/// # Errors
/// When the text is no exact decimal above 0.
pub fn rate(text: &str) -> Result<Rate, Refusal> {
    text.parse().map_err(|error: schema::money::RateError| {
        Refusal::new(Code::Amount, format!("{error}; a dot comes before the decimals."))
            .example(EXAMPLE)
    })
}

#[must_use]
pub fn missing(currency: Currency) -> Refusal {
    let sentence = format!("missing rate for {currency}; a manager can set it with `rate set`.");
    Refusal::new(Code::Currency, sentence).example(format!("rate set {currency} 0.5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_currencies_and_exact_decimals_are_taken() {
        let own = Currency::parse("EUR").unwrap();
        assert!(currency("myr", own).is_ok());
        for wrong in ["EUR", "XTS", "", "dollars"] {
            assert_eq!(currency(wrong, own).unwrap_err().code, Code::Currency, "{wrong}");
        }
        assert_eq!(rate("0.006130").unwrap().to_string(), "0.006130");
        for wrong in ["0", "-1", "1,5", "1e3", ".5", "1.", "", "0.1234567890123"] {
            assert_eq!(rate(wrong).unwrap_err().code, Code::Amount, "{wrong}");
        }
    }
}
