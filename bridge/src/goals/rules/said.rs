//! From the words of `goal set` to a goal that is valid.
use jiff::ToSpan;
use jiff::civil::Date;
use schema::ids::GoalNumber;
use schema::metric::Metric;
use schema::money::{Currency, Money};

use super::{
    BACK_DAYS_MAX, CLIENTS_MAX, REASON_CHARS_MAX, SPAN_DAYS_MAX, TITLE_CHARS_MAX, no_such_goal,
};
use crate::platform::refusal::{Code, Refusal};
use crate::sales::claim;

pub(super) const EXAMPLE: &str = "goal set \"Autumn push\" revenue 50000 --until 2027-03-31";

/// The words, as they were said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    pub title: Option<&'a str>,
    pub metric: Option<&'a str>,
    pub target: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub from: Option<&'a str>,
    pub until: Option<&'a str>,
    /// Whether industries stand against each other: then a target may be left out.
    pub challenge: bool,
}

/// A goal in values that are valid by their types; where it counts is not told here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub title: String,
    pub metric: Metric,
    /// Minor units for money, else a count.
    pub target: Option<i64>,
    pub from: Date,
    pub to: Date,
}

fn refused(code: Code, sentence: impl Into<String>) -> Refusal {
    Refusal::new(code, sentence).example(EXAMPLE)
}

/// # Errors
/// With the code and sentence for what is wrong. `own`: the program's currency.
pub fn wanted(said: Said<'_>, own: Currency, today: Date) -> Result<Wanted, Refusal> {
    let title = title(said.title.unwrap_or_default())?;
    let metric = metric(said.metric.unwrap_or_default())?;
    let target = match said.target {
        Some(text) if metric.is_money() => Some(amount(text, said.currency, own)?),
        Some(text) => Some(count(text, said.currency)?),
        None if said.challenge => None,
        None => {
            return Err(refused(
                Code::Usage,
                "How much is to be reached? Say it after the metric.",
            ));
        }
    };
    let (from, to) = days(said.from, said.until, today)?;
    Ok(Wanted { title, metric, target, from, to })
}

fn title(text: &str) -> Result<String, Refusal> {
    let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(refused(Code::Usage, "A goal needs a title; put it in quotes."));
    }
    if title.chars().count() > TITLE_CHARS_MAX {
        let sentence = format!("A goal's title has at most {TITLE_CHARS_MAX} characters.");
        return Err(refused(Code::Long, sentence));
    }
    Ok(title)
}

/// # Errors
/// When no goal can be set on it.
pub fn metric(text: &str) -> Result<Metric, Refusal> {
    match text.parse() {
        Ok(metric @ (Metric::Revenue | Metric::Clients)) => Ok(metric),
        Ok(other) => {
            let sentence = format!("A goal counts revenue or clients; {other} has boards only.");
            Err(refused(Code::Usage, sentence))
        }
        Err(_) => {
            let sentence = "A goal counts revenue or clients, said after its title in quotes.";
            Err(refused(Code::Usage, sentence))
        }
    }
}

fn amount(text: &str, currency: Option<&str>, own: Currency) -> Result<i64, Refusal> {
    if currency.is_some_and(|code| !code.eq_ignore_ascii_case(own.code())) {
        let sentence = format!("A goal counts in the program's currency, {own}.");
        return Err(refused(Code::Currency, sentence));
    }
    let money = Money::parse_amount(text, own).map_err(|_| {
        let sentence = format!(
            "A target is an amount above 0 without separators, such as 50000 or {}.",
            Money::new(5_000_050, own).plain()
        );
        refused(Code::Amount, sentence)
    })?;
    Ok(money.minor)
}

fn count(text: &str, currency: Option<&str>) -> Result<i64, Refusal> {
    let example = "goal set \"Forty doors\" clients 40 --until 2027-03-31";
    let bad = |sentence: String| Err(Refusal::new(Code::Amount, sentence).example(example));
    if currency.is_some() {
        return bad("Clients are counted; they have no currency.".to_owned());
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(count) if digits && (1..=CLIENTS_MAX).contains(&count) => Ok(count),
        _ => bad(format!("A target of clients is a whole number from 1 to {CLIENTS_MAX}.")),
    }
}

fn days(from: Option<&str>, until: Option<&str>, today: Date) -> Result<(Date, Date), Refusal> {
    let day = |text: &str| claim::day(text, today).map_err(|refusal| refusal.example(EXAMPLE));
    let Some(until) = until else {
        return Err(refused(Code::Date, "Until when? Say its last day with --until."));
    };
    let (from, to) = (from.map_or(Ok(today), day)?, day(until)?);
    if to < today {
        return Err(refused(Code::Date, format!("{to} is over; a goal ends today or later.")));
    }
    if to < from {
        return Err(refused(Code::Date, format!("It would end on {to}, before it begins.")));
    }
    if from < after(today, -BACK_DAYS_MAX) {
        let sentence = format!("A goal begins at most {BACK_DAYS_MAX} days ago.");
        return Err(refused(Code::Date, sentence));
    }
    if to >= after(from, SPAN_DAYS_MAX) {
        let sentence = format!("A goal lasts at most {SPAN_DAYS_MAX} days.");
        return Err(refused(Code::Date, sentence));
    }
    Ok((from, to))
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.clamp(-SPAN_DAYS_MAX, SPAN_DAYS_MAX).days())
}

/// # Errors
/// `E-REF` when the text is no goal's number.
pub fn number(text: &str) -> Result<GoalNumber, Refusal> {
    text.parse().map_err(|_| no_such_goal())
}

/// Why a goal is ended by hand; it need not be said.
///
/// # Errors
/// When it is too long.
pub fn reason(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > REASON_CHARS_MAX) {
        let sentence = format!("A reason has at most {REASON_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example("goal end G-1 the fair is off"));
    }
    Ok(text.map(str::to_owned))
}
