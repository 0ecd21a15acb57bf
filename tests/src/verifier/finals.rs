//! Organizations in closed periods: their places are what the entries and the memberships make without those
//! who did not stand with their name when the period was closed. Ranks count those that stood on boards then.
use super::entries::Entry;
use super::organizations::{self, Memberships, Totals};
use super::read::{Export, Row};
use super::{Report, finding};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "final_organizations";

/// Metric and industry of a board.
type Board<'a> = (&'a str, &'a str);

/// What is said of organizations, by period.
pub struct Said<'a> {
    places: BTreeMap<&'a str, Vec<Row<'a>>>,
    unnamed: BTreeMap<&'a str, BTreeSet<String>>,
}

pub fn said(export: &Export) -> Said<'_> {
    let mut said = Said { places: BTreeMap::new(), unnamed: BTreeMap::new() };
    for row in export.rows(FILE) {
        said.places.entry(row.text("period").unwrap_or_default()).or_default().push(row);
    }
    for row in export.rows("final_unnamed") {
        let period = row.text("period").unwrap_or_default();
        let partner = row.text("partner").unwrap_or_default().to_owned();
        said.unnamed.entry(period).or_default().insert(partner);
    }
    said
}

impl<'a> Said<'a> {
    /// Their lines in the text of which a result has the hash: each place, then who counts for none.
    pub fn text(&self, period: &str) -> String {
        let mut rows: Vec<Row<'a>> = self.places.get(period).cloned().unwrap_or_default();
        rows.sort_by_key(|row| {
            let word = |name| row.text(name).unwrap_or_default();
            (word("industry"), word("metric"), row.number("place"))
        });
        let mut text = String::new();
        for row in rows {
            let word = |name| row.text(name).unwrap_or("-").to_owned();
            let number = |name| row.number(name).map_or_else(|| "-".to_owned(), |n| n.to_string());
            let of = [word("metric"), word("industry"), word("organization")].join(" ");
            text.push_str(&format!("organization {of} {} {}\n", number("rank"), number("score")));
        }
        for partner in self.unnamed.get(period).into_iter().flatten() {
            text.push_str(&format!("unnamed {partner}\n"));
        }
        text
    }
}

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let said = said(export);
    let Ok(calendar) = organizations::calendar(export) else { return };
    // What is wrong with them was said where the live boards are counted.
    let spans = organizations::memberships(export, &mut Report::default()).spans;
    let mut counted: BTreeMap<BTreeSet<String>, Totals> = BTreeMap::new();
    let mut closed = BTreeSet::new();
    for (number, season) in (1..).zip(export.rows("seasons")) {
        let period = season.text("period").unwrap_or_default();
        closed.insert(period);
        let places = said.places.get(period).map_or(&[][..], Vec::as_slice);
        let unnamed = said.unnamed.get(period).cloned().unwrap_or_default();
        let boards = boards(places);
        let Some(count) = season.number("organization_boards") else {
            if !places.is_empty() || !unnamed.is_empty() {
                let what = format!("{period} was closed without organizations, and has them");
                report.findings.push(finding("seasons", Some(number), what));
            }
            continue;
        };
        if i64::try_from(boards.len()) != Ok(count) {
            let what = format!("{period}: it has {} boards of organizations", boards.len());
            report.findings.push(finding("seasons", Some(number), what));
        }
        let totals = counted.entry(unnamed.clone()).or_insert_with(|| {
            let memberships = Memberships { spans: spans.clone(), unnamed };
            organizations::totals(entries.iter(), &memberships, &calendar)
        });
        scores(period, places, totals, report);
        for (board, rows) in boards {
            if let Some(what) = ranks(&rows) {
                report.findings.push(finding(FILE, None, format!("{period} {board:?}: {what}")));
            }
        }
    }
    let all = said.places.keys().chain(said.unnamed.keys());
    for period in all.collect::<BTreeSet<_>>().into_iter().filter(|one| !closed.contains(**one)) {
        let what = format!("{period} has organizations and was not closed");
        report.findings.push(finding(FILE, None, what));
    }
}

fn boards<'a>(places: &[Row<'a>]) -> BTreeMap<Board<'a>, Vec<Row<'a>>> {
    let mut boards: BTreeMap<Board<'a>, Vec<Row<'a>>> = BTreeMap::new();
    for row in places {
        let word = |name| row.text(name).unwrap_or_default();
        boards.entry((word("metric"), word("industry"))).or_default().push(*row);
    }
    for rows in boards.values_mut() {
        rows.sort_by_key(|row| row.number("place"));
    }
    boards
}

/// Every total above 0 has its place, and nothing else has one.
fn scores(period: &str, places: &[Row<'_>], totals: &Totals, report: &mut Report) {
    let mut missing: Totals = totals
        .iter()
        .filter(|(key, score)| key.1 == period && **score > 0)
        .map(|(key, score)| (key.clone(), *score))
        .collect();
    for row in places {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        let key = (text("metric"), text("period"), text("industry"), text("organization"));
        let (told, made) = (row.number("score").map(i128::from), missing.remove(&key));
        if told != made {
            let what = format!("{key:?} is {told:?}, the entries make {made:?}");
            report.findings.push(finding(FILE, row.number("place"), what));
        }
    }
    for (key, score) in missing {
        let what = format!("{key:?} is missing, the entries make {score}");
        report.findings.push(finding(FILE, None, what));
    }
}

/// Places from 1; the ranked first, each part by falling score and short name; one rank for one score.
fn ranks(rows: &[Row<'_>]) -> Option<String> {
    let order = |row: &Row<'_>| {
        let score = std::cmp::Reverse(row.number("score"));
        (
            row.number("rank").is_none(),
            score,
            row.text("organization").unwrap_or_default().to_owned(),
        )
    };
    let ranked = rows.iter().filter(|row| row.number("rank").is_some());
    let scores: Vec<Option<i64>> = ranked.map(|row| row.number("score")).collect();
    for (place, row) in (1..).zip(rows) {
        let above = scores.iter().filter(|score| **score > row.number("score")).count();
        let rank = row.number("rank");
        if rank.is_some_and(|rank| i64::try_from(above + 1) != Ok(rank)) {
            return Some(format!("place {place} has the rank {rank:?}"));
        }
        if row.number("place") != Some(place) {
            return Some(format!("place {place} is missing, or there twice"));
        }
    }
    (!rows.is_sorted_by_key(order)).then(|| "it is not in its order".to_owned())
}
