//! From the words of a claim to a valid one. Pure: what is wrong becomes one sentence.
use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::money::{AmountError, Currency, CurrencyError, Money};

pub const CLIENT_CHARS_MAX: usize = 200;
pub const NOTE_CHARS_MAX: usize = 500;
const EXAMPLE: &str = "sale add 1000 EUR Acme --industry dental";
const USAGE: &str = "sale add <amount> <currency> <client> [--industry slug] [--on YYYY-MM-DD] [--with \"@user 2\"] [--playbook name] [--note \"…\"] [--public]";

/// What a person claims, in values that are valid by their types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub amount: Money,
    pub client: String,
    pub industry: Option<String>,
    pub on: Date,
    pub note: Option<String>,
    pub public: bool,
    /// Slug of the playbook that was used.
    pub playbook: Option<String>,
    /// Who has which part, in the order named; the claimant is among them.
    pub parts: Vec<ClaimPart>,
}

/// A partner and their whole weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPart {
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
    pub weight: u32,
}

/// Reads `<amount> <currency> <client…>`.
///
/// # Errors
/// With the code and sentence for what is wrong.
pub fn amount_and_client(words: &str) -> Result<(Money, String), Refusal> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let (amount, currency) = match *words.as_slice() {
        [] => return Err(usage("A claim needs an amount, a currency and a client.")),
        [amount, ..] if symbol_of(amount).is_some() => return Err(which(amount)),
        [amount] => {
            return Err(usage("A claim needs an amount, a currency and a client.")
                .example(format!("sale add {amount} EUR Acme")));
        }
        [amount, currency, ..] => (amount, currency),
    };
    if looks_like_currency(amount) && currency.starts_with(|c: char| c.is_ascii_digit()) {
        let rest = words[2..].join(" ");
        return Err(usage("The amount comes first, then the currency.")
            .example(format!("sale add {currency} {amount} {rest}").trim().to_owned()));
    }
    // A wrong amount is told before a wrong currency: it is what the eye compares first.
    let code = Currency::parse(currency).map_err(|error| not_a_currency(currency, error));
    let probe = code.as_ref().copied().unwrap_or_else(|_| fallback_currency());
    let money =
        Money::parse_amount(amount, probe).map_err(|error| not_an_amount(amount, error, probe));
    let money = match (money, code) {
        (Ok(money), Ok(_)) => money,
        (Err(refusal), _) => return Err(refusal),
        (_, Err(refusal)) => return Err(refusal),
    };
    let client = words[2..].join(" ");
    if client.is_empty() {
        return Err(usage("Who is the client? Their name comes after the currency.")
            .example(format!("sale add {amount} {currency} Acme")));
    }
    if client.chars().count() > CLIENT_CHARS_MAX {
        let sentence = format!("A client's name has at most {CLIENT_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(EXAMPLE));
    }
    Ok((money, client))
}

/// Reads an amount of a known currency.
///
/// # Errors
/// With the sentence for what is wrong.
pub fn amount(text: &str, currency: Currency) -> Result<Money, Refusal> {
    Money::parse_amount(text, currency).map_err(|error| {
        not_an_amount(text, error, currency).example("sale refund S-1 200 one seat returned")
    })
}

/// # Errors
/// When the note is too long.
pub fn note(text: Option<String>) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.chars().count() > NOTE_CHARS_MAX => {
            let sentence = format!("A note has at most {NOTE_CHARS_MAX} characters.");
            Err(Refusal::new(Code::Long, sentence)
                .example("sale add 1000 EUR Acme --note \"two sites\""))
        }
        other => Ok(other.filter(|text| !text.trim().is_empty())),
    }
}

/// Reads `YYYY-MM-DD`, `today` or `yesterday`.
///
/// # Errors
/// When it is none of these.
pub fn day(text: &str, today: Date) -> Result<Date, Refusal> {
    let refused = || {
        Refusal::new(Code::Date, "A day is written YYYY-MM-DD, or today, or yesterday.")
            .example(format!("sale add 1000 EUR Acme --on {today}"))
    };
    match text.to_ascii_lowercase().as_str() {
        "today" => Ok(today),
        "yesterday" => today.yesterday().map_err(|_| refused()),
        text => {
            let shape = text.len() == 10
                && text.bytes().enumerate().all(|(at, byte)| {
                    if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
                });
            if shape { text.parse().map_err(|_| refused()) } else { Err(refused()) }
        }
    }
}

fn usage(sentence: &str) -> Refusal {
    Refusal::new(Code::Usage, sentence).usage(USAGE).example(EXAMPLE)
}

fn fallback_currency() -> Currency {
    // Any currency with two decimals: only used to say what is wrong with the amount.
    match Currency::parse("EUR") {
        Ok(currency) => currency,
        Err(_) => unreachable!("EUR is a currency in circulation"),
    }
}

fn looks_like_currency(text: &str) -> bool {
    Currency::parse(text).is_ok()
}

fn symbol_of(text: &str) -> Option<char> {
    let symbol =
        |c: &char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₩' | '₺' | '₴' | '₫' | '₪');
    text.chars().find(symbol)
}

fn which(amount: &str) -> Refusal {
    let digits: String = amount.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (question, code) = match symbol_of(amount) {
        Some('$') => ("Which dollar? Write the currency's three letters after the amount.", "USD"),
        Some('€') => {
            ("Write the currency's three letters after the amount, not its sign.", "EUR")
        }
        Some('£') => ("Which pound? Write the currency's three letters after the amount.", "GBP"),
        _ => ("Write the currency's three letters after the amount, not its sign.", "JPY"),
    };
    let digits = if digits.is_empty() { "100".to_owned() } else { digits };
    Refusal::new(Code::Currency, question).example(format!("sale add {digits} {code} Acme"))
}

fn not_an_amount(text: &str, error: AmountError, currency: Currency) -> Refusal {
    let code = currency.code();
    let refusal = |sentence: String| Refusal::new(Code::Amount, sentence);
    match error {
        AmountError::NotPositive => {
            refusal("The amount must be above 0; to take a sale back use !sale void.".to_owned())
                .example(format!("sale add 100 {code} Acme"))
        }
        AmountError::Scale { exponent: 0 } => {
            refusal(format!("{code} has no decimals; write a whole number."))
                .example(format!("sale add 100 {code} Acme"))
        }
        AmountError::Scale { exponent } => {
            refusal(format!("{code} has at most {exponent} decimals."))
                .example(format!("sale add 100.5 {code} Acme"))
        }
        AmountError::Separator => {
            let (whole, decimal) = readings(text);
            refusal(format!(
                "{whole} or {decimal}? No separators, please; a dot comes before the decimals."
            ))
            .example(format!("sale add {whole} {code} Acme"))
        }
        AmountError::Symbol(_) => which(text),
        AmountError::TooLarge => refusal(
            "That is more than a claim may be (10,000,000,000,000 with two decimals).".to_owned(),
        )
        .example(format!("sale add 1000 {code} Acme")),
        AmountError::Form => {
            refusal("An amount is digits 0–9 with a dot before the decimals.".to_owned())
                .example(format!("sale add 1000.50 {code} Acme"))
        }
    }
}

/// The two things that `1,000` may have meant.
fn readings(text: &str) -> (String, String) {
    let digits: String =
        text.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(20).collect();
    let parts: Vec<&str> = text.split([',', '\'', '_', '’']).collect();
    let decimal = match parts.as_slice() {
        [whole, rest] if !rest.contains('.') => {
            format!("{whole}.{}", rest.chars().take(2).collect::<String>())
        }
        _ => format!("{digits}.00"),
    };
    (digits, decimal)
}

fn not_a_currency(text: &str, error: CurrencyError) -> Refusal {
    let shown = crate::platform::text::foreign(&text.chars().take(12).collect::<String>());
    let sentence = match error {
        CurrencyError::LookAlike(letter) => format!(
            "{shown} has a letter that only looks like A–Z (U+{:04X}); type the three letters anew.",
            u32::from(letter)
        ),
        CurrencyError::Symbol(_) => "Write the currency's three letters, not its sign.".to_owned(),
        CurrencyError::NotCirculating => format!("{shown} is no currency that people are paid in."),
        CurrencyError::Superseded(by) => format!("{shown} was replaced by {}.", by.code()),
        CurrencyError::Unknown => {
            format!("{shown} is no currency; its three letters come right after the amount.")
        }
    };
    Refusal::new(Code::Currency, sentence).example(EXAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(line: &str) -> Option<Code> {
        amount_and_client(line).err().map(|refusal| refusal.code)
    }

    #[test]
    fn wrong_amounts_and_currencies_have_their_codes() {
        let cases = [
            ("", Code::Usage),
            ("-100 EUR Acme", Code::Amount),
            ("-0 EUR Acme", Code::Amount),
            ("0.001 EUR Acme", Code::Amount),
            ("100.5 JPY Acme", Code::Amount),
            ("1,000 EUR Acme", Code::Amount),
            ("1 000 EUR Acme", Code::Currency),
            ("NaN EUR Acme", Code::Amount),
            ("$100 Acme", Code::Currency),
            ("100 USDT Acme", Code::Currency),
            ("EUR 100 Acme", Code::Usage),
            ("100 EUR", Code::Usage),
        ];
        for (line, code) in cases {
            assert_eq!(code_of(line), Some(code), "{line}");
        }
        assert_eq!(code_of("1000.50 EUR Acme Ltd"), None);
    }

    #[test]
    fn the_corrected_line_is_offered() {
        let refusal = amount_and_client("EUR 100 Acme").unwrap_err();
        assert_eq!(refusal.example.as_deref(), Some("sale add 100 EUR Acme"));
        let refusal = amount_and_client("1,000 EUR Acme").unwrap_err();
        assert!(refusal.sentence.starts_with("1000 or 1.00?"), "{}", refusal.sentence);
    }

    #[test]
    fn days_are_strict() {
        let today = jiff::civil::date(2026, 11, 24);
        assert_eq!(day("2026-11-20", today).unwrap(), jiff::civil::date(2026, 11, 20));
        assert_eq!(day("Yesterday", today).unwrap(), jiff::civil::date(2026, 11, 23));
        for text in ["31/12/2026", "2026-3-1", "2026-03-29T02:30", "2026-02-30", "tomorrow"] {
            assert_eq!(day(text, today).unwrap_err().code, Code::Date, "{text}");
        }
    }
}
