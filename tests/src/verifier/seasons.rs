//! Closed periods: the hash of each final result from its rows, its scores against the entries (nothing
//! counts in a period any more once it is closed), and that points were given for what was earned.
use super::entries::Entry;
use super::read::{Export, Row, hex};
use super::{Report, finding};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let mut places: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in export.rows("final_standings") {
        places.entry(row.text("period").unwrap_or_default()).or_default().push(row);
    }
    for (number, season) in (1..).zip(export.rows("seasons")) {
        let period = season.text("period").unwrap_or_default();
        let own = places.remove(period).unwrap_or_default();
        if season.text("hash") != Some(result_hash(season, &own).as_str()) {
            let what = format!("{period}: its hash is not that of its places");
            report.findings.push(finding("seasons", Some(number), what));
        }
        let boards: BTreeSet<_> =
            own.iter().map(|row| (row.text("metric"), row.text("industry"))).collect();
        let entry = entries.iter().find(|entry| Some(entry.seq) == season.number("ledger_seq"));
        let counted = season.number("boards") == i64::try_from(boards.len()).ok();
        let closed_at = season.number("closed_at");
        if !counted || entry.is_some_and(|entry| Some(entry.at) > closed_at) {
            let what = format!("{period}: its columns do not fit its places or the ledger");
            report.findings.push(finding("seasons", Some(number), what));
        }
        for row in own {
            compare(row, report);
        }
    }
    if let Some(period) = places.keys().next() {
        let what = format!("{period} has places and was not closed");
        report.findings.push(finding("final_standings", None, what));
    }
    rewards(export, entries, report);
}

/// The board of a period is what it was at the close: by now the entries make the same.
fn compare(row: Row<'_>, report: &mut Report) {
    let text = |name| row.text(name).unwrap_or_default().to_owned();
    let key = (text("metric"), text("period"), text("industry"), text("partner"));
    // Other metrics are not of credit alone.
    if !matches!(key.0.as_str(), "revenue" | "clients") {
        return;
    }
    let told = row.number("score").map(i128::from).zip(row.number("reached_at"));
    let made = report.boards.get(&key).copied();
    if told != made {
        let what = format!("{key:?} is {told:?}, the entries make {made:?}");
        report.findings.push(finding("final_standings", row.number("place"), what));
    }
}

/// As the page for auditors says it: a line for the period, then one for each place, by industry,
/// metric and place.
fn result_hash(season: Row<'_>, places: &[Row<'_>]) -> String {
    let word = |row: Row<'_>, name| row.text(name).unwrap_or("-").to_owned();
    let number = |row: Row<'_>, name| row.number(name).map_or("-".to_owned(), |n| n.to_string());
    let mut text = format!(
        "{} {} {} {} {} {}\n",
        word(season, "period"),
        number(season, "from"),
        number(season, "to"),
        word(season, "timezone"),
        number(season, "ledger_seq"),
        word(season, "ledger_hash"),
    );
    let mut rows: Vec<Row<'_>> = places.to_vec();
    rows.sort_by_key(|row| {
        (
            row.text("industry").unwrap_or_default().to_owned(),
            word(*row, "metric"),
            row.number("place"),
        )
    });
    for row in rows {
        text.push_str(&format!(
            "{} {} {} {} {} {}\n",
            word(row, "metric"),
            word(row, "industry"),
            word(row, "partner"),
            number(row, "rank"),
            number(row, "score"),
            number(row, "reached_at"),
        ));
    }
    hex(&Sha256::digest(text.as_bytes()))
}

/// Points that were earned are in the ledger, to the same partner, and the other way round.
fn rewards(export: &Export, entries: &[Entry], report: &mut Report) {
    let given = entries.iter().filter(|entry| entry.text("kind") == Some("points_given"));
    let given = given.filter(|entry| entry.text("reason") == Some("reward"));
    let mut given: BTreeMap<i64, (Option<&str>, Option<i64>)> = given
        .map(|entry| (entry.seq, (entry.text("partner"), entry.body["points"].as_i64())))
        .collect();
    for (number, row) in (1..).zip(export.rows("rewards")) {
        let entry = row.number("entry_seq").and_then(|seq| given.remove(&seq));
        let told = row.number("points").map(|points| (row.text("partner"), Some(points)));
        if entry != told {
            let what = format!("it is {told:?}, the ledger has {entry:?}");
            report.findings.push(finding("rewards", Some(number), what));
        }
    }
    if let Some(seq) = given.keys().next() {
        report.findings.push(finding(
            "rewards",
            Some(*seq),
            "points were given for nothing earned",
        ));
    }
}
