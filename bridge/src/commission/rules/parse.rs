//! From the words of a rule to its numbers, strictly.
use super::{BPS_MAX, HOLD_DAYS_MAX, MONTHS_MAX, PRIORITY_MAX, TIERS_MAX, Tier};
use crate::platform::refusal::{Code, Refusal};
use schema::money::{Currency, Money};

const NAME_CHARS_MAX: usize = 40;
const EXAMPLE: &str = "rule add dental-plus --percent 12.5 --industry dental";

fn refused(sentence: impl Into<String>) -> Refusal {
    Refusal::new(Code::Usage, sentence.into()).example(EXAMPLE)
}

/// A rule's name: small letters, digits and hyphens.
///
/// # Errors
/// When it has other signs, or too many.
pub fn name(text: &str) -> Result<String, Refusal> {
    let name = text.to_lowercase();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if plain && starts && name.len() <= NAME_CHARS_MAX {
        return Ok(name);
    }
    Err(refused(format!(
        "A rule's name has small letters, digits and hyphens, at most {NAME_CHARS_MAX}."
    )))
}

/// `12`, `12.5` or `12.50 %` as basis points.
///
/// # Errors
/// When it is no percentage from 0 to 100 with at most two decimals.
pub fn percent(text: &str) -> Result<i64, Refusal> {
    let no = || refused("A percentage lies from 0 to 100, with at most two decimals.");
    let plain = text.trim().trim_end_matches('%').trim_end();
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 2 || whole.len() > 3 {
        return Err(no());
    }
    let bps: i64 = format!("{whole}{decimals:0<2}").parse().map_err(|_| no())?;
    if bps > BPS_MAX { Err(no()) } else { Ok(bps) }
}

/// An amount of the program's currency, perhaps with `/month` behind it.
///
/// # Errors
/// When it is no amount above 0.
pub fn amount(text: &str, own: Currency) -> Result<i64, Refusal> {
    let plain = text.trim().trim_end_matches("/month").trim_end();
    let money = Money::parse_amount(plain, own);
    money.map(|money| money.minor).map_err(|_| {
        Refusal::new(
            Code::Amount,
            format!("An amount of a rule is in {own}, above 0, with a dot before the decimals."),
        )
        .example("rule add start --percent 10 --cap 500/month --bonus-first 50")
    })
}

/// `0:10%, 10000:15%`: rising bounds from 0, each with its rate.
///
/// # Errors
/// When it is no list of tiers.
pub fn tiers(text: &str, own: Currency) -> Result<Vec<Tier>, Refusal> {
    let example = "rule add ladder --tiers \"0:10%, 10000:15%\" --kind marginal";
    let no = |sentence: &str| Refusal::new(Code::Usage, sentence.to_owned()).example(example);
    let mut found: Vec<Tier> = Vec::new();
    for part in text.split(',') {
        let (from, rate) = part
            .split_once(':')
            .ok_or_else(|| no("A tier is written amount:percent, the next after a comma."))?;
        let from = match from.trim() {
            "0" => 0,
            other => amount(other, own).map_err(|refusal| refusal.example(example))?,
        };
        let bps = percent(rate).map_err(|refusal| refusal.example(example))?;
        if found.last().map_or(from != 0, |last| from <= last.from) {
            return Err(no("The first tier begins at 0, and each next one higher."));
        }
        found.push(Tier { from, bps });
    }
    if found.len() > TIERS_MAX {
        return Err(no(&format!("A rule has at most {TIERS_MAX} tiers.")));
    }
    Ok(found)
}

fn whole(text: &str, (least, most): (i64, i64), what: &str) -> Result<i64, Refusal> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && (least..=most).contains(number))
        .ok_or_else(|| refused(format!("{what} is a whole number from {least} to {most}.")))
}

/// # Errors
/// When it is no whole number within its bounds.
pub fn days(text: &str) -> Result<i64, Refusal> {
    whole(text, (0, HOLD_DAYS_MAX), "A hold in days")
}

/// # Errors
/// When it is no whole number within its bounds.
pub fn months(text: &str) -> Result<i64, Refusal> {
    whole(text, (1, MONTHS_MAX), "The number of months")
}

/// # Errors
/// When it is no whole number within its bounds.
pub fn priority(text: &str) -> Result<i64, Refusal> {
    whole(text, (0, PRIORITY_MAX), "A priority")
}
