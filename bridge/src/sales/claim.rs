//! From the words of a claim to a valid one. Pure: what is wrong becomes one sentence.
mod slips;

use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::money::{Currency, Money};

pub const CLIENT_CHARS_MAX: usize = 200;
pub const NOTE_CHARS_MAX: usize = 500;
const EXAMPLE: &str = "sale add 1000 EUR Acme --industry dental";
/// As the grammar has it; a test compares them.
pub const USAGE: &str = "sale add <amount> <currency> <client…> [--industry slug] [--on YYYY-MM-DD] [--playbook short-name] [--note text] [--with @user weight] [--public]";

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

/// The words of a claim, as they were said.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub amount: Option<String>,
    pub currency: Option<String>,
    pub client: Option<String>,
}

/// Reads `<amount> <currency> <client…>`; what is wrong is told with the person's own words put
/// right. `own`: the program's currency.
///
/// # Errors
/// With the code and sentence for what is wrong.
pub fn amount_and_client(words: &Words, own: Currency) -> Result<(Money, String), Refusal> {
    let client = words.client.as_deref().unwrap_or_default();
    let client = client.split_whitespace().collect::<Vec<_>>().join(" ");
    let missing = "A claim needs an amount, a currency and a client.";
    let (amount, currency) = match (words.amount.as_deref(), words.currency.as_deref()) {
        (None, _) => return Err(usage(missing)),
        (Some(amount), currency) if symbol_of(amount).is_some() => {
            return Err(slips::sign_in(amount, currency, &client, own));
        }
        (Some(amount), None) => {
            return Err(usage(missing).example(slips::line(amount, own.code(), "")));
        }
        (Some(amount), Some(currency)) => (amount, currency),
    };
    if looks_like_currency(amount) && currency.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(usage("The amount comes first, then the currency.")
            .example(slips::line(currency, amount, &client)));
    }
    // A wrong amount is told before a wrong currency: it is what the eye compares first.
    let code = Currency::parse(currency)
        .map_err(|error| slips::not_a_currency((amount, currency, &client), error, own));
    let probe = code.as_ref().copied().unwrap_or(own);
    let money = Money::parse_amount(amount, probe)
        .map_err(|error| slips::not_an_amount(amount, error, probe, &client))?;
    code?;
    if client.is_empty() {
        return Err(usage("Who is the client? Their name comes after the currency.")
            .example(slips::line(amount, currency, "")));
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
        slips::not_an_amount(text, error, currency, "")
            .example("sale refund S-1 200 one seat returned")
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

fn looks_like_currency(text: &str) -> bool {
    Currency::parse(text).is_ok()
}

fn symbol_of(text: &str) -> Option<char> {
    let symbol =
        |c: &char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₩' | '₺' | '₴' | '₫' | '₪');
    text.chars().find(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(Money, String), Refusal> {
        let mut words = line.splitn(3, ' ').filter(|word| !word.is_empty()).map(str::to_owned);
        let words = Words { amount: words.next(), currency: words.next(), client: words.next() };
        amount_and_client(&words, Currency::parse("EUR").unwrap())
    }

    fn code_of(line: &str) -> Option<Code> {
        read(line).err().map(|refusal| refusal.code)
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
        for (said, begins, example) in [
            ("EUR 100 Acme", "The amount comes first", "100 EUR Acme"),
            ("1,000 EUR Comma", "1000 or 1.00?", "1000 EUR Comma"),
            ("1.000 EUR Comma", "1000 or 1.00?", "1000 EUR Comma"),
            ("12,50 EUR Comma Ltd", "12.50? ", "12.50 EUR Comma Ltd"),
            ("12,5 EUR Comma", "12.5? ", "12.5 EUR Comma"),
            ("1.000,50 EUR Comma", "1000.50? ", "1000.50 EUR Comma"),
            ("1,000.50 EUR Comma", "1000.50? ", "1000.50 EUR Comma"),
            ("1'000.50 CHF Comma", "1000.50? ", "1000.50 CHF Comma"),
            ("1_000 EUR Comma", "1000? ", "1000 EUR Comma"),
            ("1.000.000 EUR Comma", "1000000? ", "1000000 EUR Comma"),
            ("1,000 JPY Comma", "1000? ", "1000 JPY Comma"),
            ("1,000 KWD Comma", "1000 or 1.000?", "1000 KWD Comma"),
            ("12,34,56 EUR Comma", "No separators", "1000 EUR Comma"),
            ("0.001 EUR Comma", "EUR has at most 2 decimals", "100.5 EUR Comma"),
            ("$100 Comma", "Which dollar?", "100 EUR Comma"),
            ("$100 USD Comma", "Which dollar?", "100 USD Comma"),
            ("€12,50 Comma", "Write the currency's", "12.50 EUR Comma"),
            ("100 € Comma", "Write the currency's", "100 EUR Comma"),
            ("250 USDT Comma", "USDT is no currency", "250 EUR Comma"),
            ("-100 EUR Comma", "The amount must be above 0", "100 EUR Comma"),
        ] {
            let refusal = read(said).unwrap_err();
            assert!(refusal.sentence.starts_with(begins), "{said}: {}", refusal.sentence);
            let example = format!("sale add {example}");
            assert_eq!(refusal.example.as_deref(), Some(example.as_str()), "{said}");
            let again = refusal.example.unwrap_or_default().replace("sale add ", "");
            assert!(read(&again).is_ok(), "{said}: {again}");
        }
    }

    #[test]
    fn the_largest_claim_is_told_in_its_currency() {
        for (said, limit) in [
            ("9000000000000000 JPY A", "1000000000000000 JPY"),
            ("90000000000000 EUR A", "10000000000000 EUR"),
            ("9000000000000 KWD A", "1000000000000 KWD"),
        ] {
            let refusal = read(said).unwrap_err();
            assert!(refusal.sentence.contains(limit), "{}", refusal.sentence);
            assert!(read(&format!("{limit} A")).is_ok(), "{limit}");
        }
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
