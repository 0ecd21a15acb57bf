//! The ledger's entries: their chain, their columns, their lines.
use super::chain::{Chain, Link};
use super::lines::{self, Posting};
use super::read::Export;
use super::{Report, finding};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An entry that holds: what its text says.
#[derive(Debug)]
pub struct Entry {
    pub seq: i64,
    pub at: i64,
    pub body: Value,
}

impl Entry {
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str()
    }

    /// Whether it gives or takes credit.
    #[must_use]
    pub fn is_credit(&self) -> bool {
        let kind = self.text("kind");
        matches!(kind, Some("sale_approved" | "sale_voided" | "sale_refunded" | "sale_disputed"))
    }

    /// Partner and minor units of each part.
    pub fn shares(&self) -> impl Iterator<Item = (&str, i128)> {
        let shares = self.body["shares"].as_array().map(Vec::as_slice).unwrap_or_default();
        shares.iter().filter_map(|share| {
            Some((share["partner"].as_str()?, i128::from(share["minor"].as_i64()?)))
        })
    }
}

pub fn all(export: &Export, report: &mut Report) -> Vec<Entry> {
    let mut postings: BTreeMap<i64, Vec<Posting>> = BTreeMap::new();
    for row in export.rows("postings") {
        let (Some(seq), Some(n)) = (row.number("seq"), row.number("n")) else { continue };
        let lines = postings.entry(seq).or_default();
        if n != lines.len() as i64 + 1 {
            report.findings.push(finding("postings", Some(seq), "a line is missing or too many"));
        }
        let minor = row.number("minor").unwrap_or_default();
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        lines.push((text("account"), i128::from(minor), text("currency")));
    }
    let (mut chain, mut entries, mut sources) = (Chain::default(), Vec::new(), BTreeSet::new());
    for row in export.rows("entries") {
        let text = |name| row.text(name).unwrap_or_default();
        let seq = row.number("seq").unwrap_or_default();
        let link =
            Link { seq, prev_hash: text("prev_hash"), hash: text("hash"), body: text("body") };
        let body = match chain.take(link) {
            Ok(body) => body,
            Err(what) => {
                report.findings.push(finding("entries", Some(seq), what));
                continue;
            }
        };
        let at = row.number("at").unwrap_or_default();
        let same = body["source"] == text("source")
            && body["source_id"] == text("source_id")
            && body["at"].as_i64() == Some(at);
        let is_new = sources.insert((text("source").to_owned(), text("source_id").to_owned()));
        let entry = Entry { seq, at, body };
        let book = match entry.text("kind") {
            Some("points_given" | "points_taken") => "points",
            _ if entry.is_credit() => "credit",
            _ => "commission",
        };
        let is_of_book = text("book") == book;
        if !same || !is_new || !is_of_book {
            report.findings.push(finding("entries", Some(seq), "its columns are not its text's"));
        }
        let lines = postings.remove(&seq).unwrap_or_default();
        if let Err(what) = balanced(&entry, &lines) {
            report.findings.push(finding("postings", Some(seq), what));
        }
        entries.push(entry);
    }
    for seq in postings.into_keys() {
        report.findings.push(finding("postings", Some(seq), "they belong to no entry that holds"));
    }
    (report.seq, report.hash) = (chain.seq, chain.hash);
    entries
}

fn balanced(entry: &Entry, lines: &[Posting]) -> Result<(), String> {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for (_, minor, currency) in lines {
        *sums.entry(currency).or_default() += minor;
    }
    if let Some((currency, sum)) = sums.into_iter().find(|(_, sum)| *sum != 0) {
        return Err(format!("its lines in {currency} sum to {sum}"));
    }
    let said = lines::of(entry).ok_or("its kind is not known, or a field is missing")?;
    if lines != said {
        return Err("its lines are not what its text says".to_owned());
    }
    Ok(())
}
