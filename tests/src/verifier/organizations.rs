//! Organizations' boards from the entries and the memberships: an entry is read as if each part were the
//! organization's to which the partner belonged on the sale's day; parts of nobody's, and of who does not
//! stand with their name, are left out. Then the boards are those of partners.
use super::boards::{Doubled, Key, replay};
use super::calendar::{Calendar, Day, day};
use super::entries::Entry;
use super::read::{Export, MANIFEST, Row};
use super::{Report, finding};
use crate::Outcome;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Metric, period, industry (empty for the program) and organization, with the score.
pub type Totals = BTreeMap<Key, i128>;

/// Who belonged where: organization, first day, the day after the last.
#[derive(Debug, Clone, Default)]
pub struct Memberships {
    pub spans: BTreeMap<String, Vec<(String, Day, Option<Day>)>>,
    /// Who is not public, or is suspended.
    pub unnamed: BTreeSet<String>,
}

impl Memberships {
    fn of(&self, partner: &str, on: Day) -> Option<&str> {
        if self.unnamed.contains(partner) {
            return None;
        }
        let spans = self.spans.get(partner)?;
        let own = spans.iter().find(|(_, from, to)| *from <= on && to.is_none_or(|to| on < to));
        own.map(|(organization, ..)| organization.as_str())
    }
}

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let calendar = match calendar(export) {
        Ok(calendar) => calendar,
        Err(error) => return report.findings.push(finding(MANIFEST, None, error.to_string())),
    };
    let memberships = memberships(export, report);
    let counted: BTreeMap<&str, i64> = export
        .rows("organizations")
        .filter_map(|row| Some((row.text("organization")?, row.number("counted_seq")?)))
        .collect();
    let heads: BTreeSet<i64> = counted.values().copied().collect();
    for head in heads {
        let upto = entries.iter().filter(|entry| entry.seq <= head);
        let totals = totals(upto, &memberships, &calendar).into_iter();
        let own = totals.filter(|(key, _)| counted.get(key.3.as_str()) == Some(&head));
        report.organizations.extend(own);
    }
    compare(export, &counted, report);
}

pub fn calendar(export: &Export) -> Outcome<Calendar> {
    let manifest = &export.manifest;
    let text = |name: &str| manifest[name].as_str().unwrap_or_default();
    let grace = manifest["grace_days"].as_i64().unwrap_or_default();
    Calendar::new(text("timezone"), text("week_start"), grace)
}

pub fn memberships(export: &Export, report: &mut Report) -> Memberships {
    let mut all = Memberships::default();
    for (number, row) in (1..).zip(export.rows("memberships")) {
        let span = |row: Row<'_>| {
            let to = match row.text("to") {
                Some(text) => Some(day(text)?),
                None => None,
            };
            Some((row.text("organization")?.to_owned(), day(row.text("from")?)?, to))
        };
        match span(row).zip(row.text("partner")) {
            Some((span, partner)) => all.spans.entry(partner.to_owned()).or_default().push(span),
            None => report.findings.push(finding("memberships", Some(number), "it is not whole")),
        }
    }
    for row in export.rows("partners") {
        if row.text("visibility") != Some("public") || row.number("suspended_at").is_some() {
            all.unnamed.extend(row.text("id").map(str::to_owned));
        }
    }
    all
}

/// Every score that is not 0.
pub fn totals<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    memberships: &Memberships,
    calendar: &Calendar,
) -> Totals {
    let entries: Vec<Entry> =
        entries.filter_map(|entry| of_organizations(entry, memberships)).collect();
    let (boards, _) = replay(&entries, calendar, &Doubled::new());
    let counts = |key: &Key| ["revenue", "clients"].contains(&key.0.as_str());
    let boards = boards.into_iter().filter(|(key, _)| counts(key));
    boards.map(|(key, (score, _))| (key, score)).collect()
}

/// The entry with organizations in place of partners.
fn of_organizations(entry: &Entry, memberships: &Memberships) -> Option<Entry> {
    let on = entry.text("on").and_then(day)?;
    let shares: Vec<Value> = entry
        .shares()
        .filter_map(|(partner, minor)| {
            let minor = i64::try_from(minor).ok()?;
            Some(json!({ "partner": memberships.of(partner, on)?, "minor": minor }))
        })
        .collect();
    let mut body = entry.body.clone();
    body["shares"] = Value::Array(shares);
    Some(Entry { seq: entry.seq, at: entry.at, body })
}

fn compare(export: &Export, counted: &BTreeMap<&str, i64>, report: &mut Report) {
    let file = "organization_standings";
    let mut missing = report.organizations.clone();
    for (number, row) in (1..).zip(export.rows(file)) {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        let key = (text("metric"), text("period"), text("industry"), text("organization"));
        if !counted.contains_key(key.3.as_str()) {
            continue;
        }
        let (stored, replayed) = (row.number("score").map(i128::from), missing.remove(&key));
        if stored != replayed {
            let what = format!("{key:?} is {stored:?}, the entries make {replayed:?}");
            report.findings.push(finding(file, Some(number), what));
        }
    }
    for (key, score) in missing {
        let what = format!("{key:?} is missing, the entries make {score:?}");
        report.findings.push(finding(file, None, what));
    }
}
