//! What a row of an import must say, and what may become of it. Pure.
mod file;

pub use file::{Record, read};

use crate::platform::text::{cell, is_invisible};
use crate::sales::{claim, rules as sales};
use jiff::civil::Date;
use schema::ids::SaleNumber;
use schema::money::{Currency, Money, Rate};
use schema::period::Period;

/// Rows of one file.
pub const ROWS_MAX: usize = 100_000;
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
pub const EXTERNAL_ID_CHARS_MAX: usize = 100;
/// Of a text in what a person reads about a row.
pub const SHOWN_CHARS_MAX: usize = 60;

/// A column of the file: its name, whether it must be there, and what it holds.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub needed: bool,
    pub says: &'static str,
}

const fn column(name: &'static str, needed: bool, says: &'static str) -> Column {
    Column { name, needed, says }
}

/// The columns, in the order of [`Record`]'s fields; in a file they may stand in any order.
pub const COLUMNS: [Column; 9] = [
    column("external_id", true, "the sale's id in the system that it comes from; each only once"),
    column("partner", true, "the user id of the partner who made it, `@user:server`"),
    column("client", true, "the client's name or domain"),
    column("amount", true, "what it was worth: digits, a dot before the decimals"),
    column("currency", true, "ISO 4217 code"),
    column("on", true, "the day of the sale, `YYYY-MM-DD`, as far back as the program's start"),
    column("industry", false, "the short name of an industry of the program"),
    column("note", false, "a few words, for the sale's own page"),
    column(
        "rate",
        false,
        "what one unit of the currency was worth in the program's; without it the rate counts that \
         `!rate set` gave for the day",
    ),
];

/// A row whose words are values; what only the database knows is not looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub external_id: String,
    /// User id.
    pub partner: String,
    pub client: String,
    pub amount: Money,
    pub on: Date,
    pub industry: Option<String>,
    pub note: Option<String>,
    pub rate: Option<Rate>,
}

/// What the program says that a row must fit.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub currency: Currency,
    pub today: Date,
    pub started_on: Date,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A new sale.
    New,
    /// A new sale of a period that is closed: it counts in the open one.
    Late(Period),
    /// The same was brought in before.
    Known(SaleNumber),
    /// The same stands in an earlier line.
    Again(u64),
    /// Nothing is written while there is one of these: one clear sentence.
    Wrong(String),
}

/// A row and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub line: u64,
    /// As a person may read it.
    pub what: String,
    pub fate: Fate,
}

/// # Errors
/// The sentence for what is wrong.
pub fn row(record: &Record, bounds: Bounds) -> Result<Row, String> {
    let [external_id, partner, client, amount, currency, on, industry, note, rate] = &record.words;
    let filled =
        |text: &str| Some(cell::unguarded(text).to_owned()).filter(|text| !text.is_empty());
    let external_id =
        filled(external_id).ok_or("external_id is empty; it tells the sale again.")?;
    if external_id.chars().count() > EXTERNAL_ID_CHARS_MAX {
        return Err(format!("external_id has at most {EXTERNAL_ID_CHARS_MAX} characters."));
    }
    let partner = filled(partner).ok_or("partner is empty; write a user id, @user:server.")?;
    let words =
        claim::Words { amount: filled(amount), currency: filled(currency), client: filled(client) };
    for (name, word) in
        [("amount", &words.amount), ("currency", &words.currency), ("client", &words.client)]
    {
        if word.is_none() {
            return Err(format!("{name} is empty."));
        }
    }
    let (amount, client) =
        claim::amount_and_client(&words, bounds.currency).map_err(|refusal| refusal.sentence)?;
    let on = day(on)?;
    sales::effective_day(on, bounds.today, bounds.started_on, true)
        .map_err(|refusal| refusal.sentence)?;
    Ok(Row {
        line: record.line,
        external_id,
        partner,
        client,
        amount,
        on,
        industry: filled(industry),
        note: claim::note(filled(note)).map_err(|refusal| refusal.sentence)?,
        rate: exact_rate(filled(rate).as_deref(), amount.currency, bounds.currency)?,
    })
}

fn day(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10;
    let day = text.parse().ok().filter(|_| shape);
    day.ok_or_else(|| "on is a day, written YYYY-MM-DD.".to_owned())
}

fn exact_rate(
    text: Option<&str>,
    currency: Currency,
    own: Currency,
) -> Result<Option<Rate>, String> {
    match text {
        None => Ok(None),
        Some(_) if currency == own => {
            Err(format!("{own} is the program's own currency; leave its rate empty."))
        }
        Some(text) => text.parse().map(Some).map_err(|error: schema::money::RateError| {
            format!("rate: {error}; a dot comes before the decimals.")
        }),
    }
}

impl Row {
    /// What two rows of one external id must agree in, whoever wrote the file.
    #[must_use]
    pub fn content(&self) -> String {
        let rate = self.rate.map(|rate| rate.to_string());
        serde_json::json!([
            self.partner,
            sales::client_key(&self.client),
            self.amount.minor,
            self.amount.currency.code(),
            self.on.to_string(),
            self.industry,
            self.note,
            rate,
        ])
        .to_string()
    }

    /// For a person: whose, how much, to whom, when.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "{} · {} · {} · {} · {}",
            shown(&self.external_id),
            shown(&self.partner),
            self.amount,
            shown(&self.client),
            self.on
        )
    }
}

/// Text of a file for a terminal: nothing that steers it, and not too long.
#[must_use]
pub fn shown(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_control() && !is_invisible(*c));
    seen.take(SHOWN_CHARS_MAX).collect()
}

impl Fate {
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self, Self::New | Self::Late(_))
    }

    #[must_use]
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }
}

/// The same external id with other words.
#[must_use]
pub fn conflict(number: SaleNumber) -> String {
    format!(
        "this external_id was brought in before as {number}, with other words; reverse that batch \
         first, or give the sale another id."
    )
}

/// As [`conflict`], within the file.
#[must_use]
pub fn conflict_in_file(line: u64) -> String {
    format!("this external_id stands in line {line} with other words.")
}

#[cfg(test)]
mod tests;
