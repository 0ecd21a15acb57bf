//! Closed periods: the hash of each final result from its rows, its scores against the entries (nothing
//! counts in a period any more once it is closed), and that points were given for what was earned.
//! Organizations' scores: see `finals`.
use super::entries::Entry;
use super::read::{Export, Row, hex};
use super::{Report, finals, finding};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    let mut places: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in export.rows("final_standings") {
        places.entry(row.text("period").unwrap_or_default()).or_default().push(row);
    }
    let organizations = finals::said(export);
    for (number, season) in (1..).zip(export.rows("seasons")) {
        let period = season.text("period").unwrap_or_default();
        let own = places.remove(period).unwrap_or_default();
        let text = result_text(season, &own) + organizations.text(period).as_str();
        if season.text("hash") != Some(hex(&Sha256::digest(text.as_bytes())).as_str()) {
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
fn result_text(season: Row<'_>, places: &[Row<'_>]) -> String {
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
    text
}

/// Points that were earned are in the ledger, to the same partner, and the other way round; so is what
/// was taken back, which cites what had given it.
fn rewards(export: &Export, entries: &[Entry], report: &mut Report) {
    let (mut given, mut taken) = (of(entries, "points_given", 1), of(entries, "points_taken", -1));
    for (number, row) in (1..).zip(export.rows("rewards")) {
        let told = row.number("points").map(|points| (row.text("partner"), Some(points)));
        let gave = row.number("entry_seq");
        let entry = gave.and_then(|seq| given.remove(&seq)).map(|(told, _)| told);
        if entry != told {
            let what = format!("it is {told:?}, the ledger has {entry:?}");
            report.findings.push(finding("rewards", Some(number), what));
        }
        let is_back = row.number("revoked_at").is_some();
        let back = row.number("revoked_seq").and_then(|seq| taken.remove(&seq));
        if back != told.filter(|_| is_back).map(|told| (told, gave)) {
            let what = format!("taken back: {is_back}, the ledger has {back:?}");
            report.findings.push(finding("rewards", Some(number), what));
        }
    }
    for (seq, what) in given
        .keys()
        .map(|seq| (seq, "points were given for nothing earned"))
        .chain(taken.keys().map(|seq| (seq, "points were taken for nothing earned")))
    {
        report.findings.push(finding("rewards", Some(*seq), what));
    }
}

/// Who got how many points by an entry, and which one it takes back.
type Told<'a> = ((Option<&'a str>, Option<i64>), Option<i64>);

/// The entries of a kind about rewards, by `seq`.
fn of<'a>(entries: &'a [Entry], kind: &str, sign: i64) -> BTreeMap<i64, Told<'a>> {
    let found = entries.iter().filter(|entry| entry.text("kind") == Some(kind));
    let found = found.filter(|entry| entry.text("reason") == Some("reward"));
    found
        .map(|entry| {
            let points = entry.body["points"].as_i64().map(|points| points * sign);
            (entry.seq, ((entry.text("partner"), points), entry.body["reverses"].as_i64()))
        })
        .collect()
}
