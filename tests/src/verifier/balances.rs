//! Balances from the lines: of every account; of partners against their statements; of each sale's
//! credit against its parts and what was taken back.
use super::entries::Entry;
use super::read::Export;
use super::{Report, finding};
use std::collections::BTreeMap;

pub fn all(export: &Export, entries: &[Entry], report: &mut Report) {
    for row in export.rows("postings") {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        let minor = i128::from(row.number("minor").unwrap_or_default());
        *report.balances.entry((text("account"), text("currency"))).or_default() += minor;
    }
    let total: i128 = report.balances.values().sum();
    if total != 0 {
        report.findings.push(finding("postings", None, format!("all accounts sum to {total}")));
    }
    partners(export, report);
    statements(export, entries, report);
    sales(export, entries, report);
}

/// Accounts name partners that there are.
fn partners(export: &Export, report: &mut Report) {
    let known: Vec<&str> = export.rows("partners").filter_map(|row| row.text("id")).collect();
    let strange = report.balances.keys().find(|(account, _)| {
        let of = ["credit:", "partner:", "points:"];
        let id = of.iter().find_map(|book| account.strip_prefix(book));
        id.is_some_and(|id| !known.contains(&id.split(':').next().unwrap_or_default()))
    });
    if let Some((account, _)) = strange {
        let what = format!("the ledger has {account}, whose partner is missing");
        report.findings.push(finding("partners", None, what));
    }
}

/// The statement's lines are the lines of partners' own accounts, one by one.
fn statements(export: &Export, entries: &[Entry], report: &mut Report) {
    let by_seq: BTreeMap<i64, &Entry> = entries.iter().map(|entry| (entry.seq, entry)).collect();
    let own = export
        .rows("postings")
        .filter(|row| row.text("account").is_some_and(|account| account.starts_with("partner:")));
    let mut lines = export.rows("statements");
    for row in own {
        let seq = row.number("seq").unwrap_or_default();
        let same = lines.next().is_some_and(|line| {
            let entry = by_seq.get(&seq);
            let account = row.text("account").unwrap_or_default();
            line.number("seq") == Some(seq)
                && line.text("account") == Some(account)
                && line.text("partner") == account.split(':').nth(1)
                && line.number("minor") == row.number("minor")
                && line.text("currency") == row.text("currency")
                && line.number("at") == entry.map(|entry| entry.at)
                && line.text("kind") == entry.and_then(|entry| entry.text("kind"))
                && line.text("sale") == entry.and_then(|entry| entry.text("sale"))
        });
        if !same {
            report.findings.push(finding("statements", Some(seq), "it is not the ledger's line"));
            return;
        }
    }
    if let Some(line) = lines.next() {
        let what = "it is in no entry of the ledger";
        report.findings.push(finding("statements", line.number("seq"), what));
    }
}

/// What each partner holds of a sale: by sale and partner.
type Credit<'a> = BTreeMap<(&'a str, &'a str), i128>;

fn sales(export: &Export, entries: &[Entry], report: &mut Report) {
    let mut posted = Credit::new();
    for entry in entries.iter().filter(|entry| entry.is_credit()) {
        for (partner, minor) in entry.shares() {
            *posted.entry((entry.text("sale").unwrap_or_default(), partner)).or_default() += minor;
        }
    }
    posted.retain(|_, minor| *minor != 0);
    let mut stands = BTreeMap::new();
    for row in export.rows("sales") {
        if row.text("status") == Some("approved") {
            stands.extend(row.text("sale").zip(row.text("id")));
        }
    }
    let mut told = Credit::new();
    for (table, column) in [("shares", "credit_minor"), ("adjustment_shares", "minor")] {
        for row in export.rows(table) {
            let sale = row.text("sale").and_then(|sale| stands.get(sale));
            let (Some(sale), Some(partner)) = (sale, row.text("partner")) else { continue };
            let minor = i128::from(row.number(column).unwrap_or_default());
            *told.entry((*sale, partner)).or_default() += minor;
        }
    }
    told.retain(|_, minor| *minor != 0);
    for key in posted.keys().chain(told.keys()) {
        if posted.get(key) != told.get(key) {
            let (ledger, sales) = (posted.get(key), told.get(key));
            let what = format!("{key:?} has {sales:?}, the ledger {ledger:?}");
            report.findings.push(finding("sales", None, what));
        }
    }
}
