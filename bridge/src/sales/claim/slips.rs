//! What was wrong with an amount or a currency, and the person's own line put right: an example that
//! is read as something else than they meant would be somebody's money.
use super::symbol_of;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use schema::money::{AmountError, CLAIM_MINOR_MAX, Currency, CurrencyError, Money};

/// A longer client is not repeated in an example.
const CLIENT_SHOWN_MAX: usize = 40;

/// A claim's line with these words; without a client it has one of ours.
pub fn line(amount: &str, currency: &str, client: &str) -> String {
    let fits = (1..=CLIENT_SHOWN_MAX).contains(&client.chars().count());
    let client = if fits { foreign(client) } else { "Acme".to_owned() };
    format!("sale add {amount} {currency} {client}")
}

/// A currency's sign stands in the amount: `$100`.
pub fn sign_in(amount: &str, next: Option<&str>, client: &str, own: Currency) -> Refusal {
    let question = match symbol_of(amount) {
        Some('$') => "Which dollar? Write the currency's three letters after the amount.",
        Some('£') => "Which pound? Write the currency's three letters after the amount.",
        _ => "Write the currency's three letters after the amount, not its sign.",
    };
    // `$100 Acme Ltd`: what looked like the currency is a part of the name.
    let named = next.and_then(|next| Currency::parse(next).ok());
    let whole = match (named, next) {
        (None, Some(next)) => format!("{next} {client}"),
        _ => client.to_owned(),
    };
    let currency = named.or_else(|| meant_by(symbol_of(amount))).unwrap_or(own);
    let amount = usable(&without_signs(amount), currency).unwrap_or_else(|| "100".to_owned());
    Refusal::new(Code::Currency, question).example(line(&amount, currency.code(), whole.trim()))
}

fn without_signs(amount: &str) -> String {
    amount.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'')).collect()
}

/// The one currency that a sign stands for.
fn meant_by(sign: Option<char>) -> Option<Currency> {
    let code = match sign? {
        '€' => "EUR",
        '₹' => "INR",
        '₽' => "RUB",
        '₩' => "KRW",
        '₺' => "TRY",
        '₴' => "UAH",
        '₫' => "VND",
        '₪' => "ILS",
        _ => return None,
    };
    Currency::parse(code).ok()
}

/// The amount as it must be written: as it is, or the first of what it may have meant.
fn usable(amount: &str, currency: Currency) -> Option<String> {
    let fits = |text: &String| Money::parse_amount(text, currency).is_ok();
    std::iter::once(amount.to_owned()).chain(readings(amount, currency)).find(fits)
}

pub fn not_an_amount(text: &str, error: AmountError, currency: Currency, client: &str) -> Refusal {
    let code = currency.code();
    let said = |sentence: String, amount: &str| {
        Refusal::new(Code::Amount, sentence).example(line(amount, code, client))
    };
    match error {
        AmountError::NotPositive => said(
            "The amount must be above 0; to take a sale back use `sale void`.".to_owned(),
            &usable(text.trim_start_matches(['-', '−']), currency).unwrap_or("100".to_owned()),
        ),
        AmountError::Scale { exponent } => match readings(text, currency).as_slice() {
            [first, ..] => said(asked(&readings(text, currency)), first),
            [] if exponent == 0 => {
                said(format!("{code} has no decimals; write a whole number."), "100")
            }
            [] => said(format!("{code} has at most {exponent} decimals."), "100.5"),
        },
        AmountError::Separator => match readings(text, currency).as_slice() {
            [] => {
                said("No separators, please; a dot comes before the decimals.".to_owned(), "1000")
            }
            all => said(asked(all), &all[0]),
        },
        AmountError::Symbol(_) => sign_in(text, Some(code), client, currency),
        AmountError::TooLarge => {
            let most = Money::new(CLAIM_MINOR_MAX, currency).plain();
            said(format!("That is more than a claim may be: at most {most} {code}."), "1000")
        }
        AmountError::Form => match readings(text, currency).as_slice() {
            [first, ..] => said(asked(&readings(text, currency)), first),
            [] => said("An amount is digits 0–9 with a dot before the decimals.".to_owned(), {
                if currency.exponent() == 0 { "1000" } else { "1000.50" }
            }),
        },
    }
}

fn asked(readings: &[String]) -> String {
    format!("{}? No separators, please; a dot comes before the decimals.", readings.join(" or "))
}

const MARKS: [char; 8] = ['.', ',', '\'', '’', '_', '٬', '·', ' '];

/// What an amount with separators may have meant: one reading where its form tells, two where three
/// digits follow a single comma or dot, none where it is not written as amounts are.
fn readings(text: &str, currency: Currency) -> Vec<String> {
    let groups: Vec<&str> = text.split(MARKS).collect();
    let marks: Vec<char> = text.chars().filter(|c| MARKS.contains(c)).collect();
    let plain = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let (Some(last), true) = (marks.last(), groups.iter().all(plain)) else {
        return Vec::new();
    };
    let (tail, head) = match groups.split_last() {
        Some((tail, head)) if !head.is_empty() => (*tail, head),
        _ => return Vec::new(),
    };
    let thousands = |groups: &[&str]| {
        groups.first().is_some_and(|first| first.len() <= 3 && !first.starts_with('0'))
            && groups.iter().skip(1).all(|group| group.len() == 3)
    };
    let single = marks.iter().filter(|mark| *mark == last).count() == 1;
    let decimals = usize::from(currency.exponent());
    let mut found = Vec::new();
    if thousands(&groups) && (marks.len() == 1 || marks.iter().all(|mark| mark == last)) {
        found.push(groups.concat());
    }
    let decimal_mark = matches!(last, '.' | ',') && single;
    if decimal_mark && (head.len() == 1 || thousands(head)) {
        let whole = head.concat();
        let short = tail.len() <= decimals;
        let padded = tail.len() == 3 && decimals == 2 && tail.ends_with('0');
        if short || padded {
            found.push(format!("{whole}.{}", if short { tail } else { &tail[..2] }));
        }
    }
    found.retain(|text| Money::parse_amount(text, currency).is_ok());
    found
}

/// The three words of a claim as they were said.
type Said<'a> = (&'a str, &'a str, &'a str);

pub fn not_a_currency(
    (amount, text, client): Said<'_>,
    error: CurrencyError,
    own: Currency,
) -> Refusal {
    let shown = foreign(&text.chars().take(12).collect::<String>());
    let mut meant = own;
    let sentence = match error {
        CurrencyError::LookAlike(letter) => format!(
            "{shown} has a letter that only looks like A–Z (U+{:04X}); type the three letters anew.",
            u32::from(letter)
        ),
        CurrencyError::Symbol(sign) => {
            meant = meant_by(Some(sign)).unwrap_or(own);
            "Write the currency's three letters, not its sign.".to_owned()
        }
        CurrencyError::NotCirculating => format!("{shown} is no currency that people are paid in."),
        CurrencyError::Superseded(by) => {
            meant = Currency::parse(by.code()).unwrap_or(own);
            format!("{shown} was replaced by {}.", by.code())
        }
        CurrencyError::Unknown => {
            format!("{shown} is no currency; its three letters come right after the amount.")
        }
    };
    // `1 000 EUR Acme`: the right number is not known, and any other would be a wrong guess.
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let example =
        if digits { line("1000", own.code(), "") } else { line(amount, meant.code(), client) };
    Refusal::new(Code::Currency, sentence).example(example)
}
