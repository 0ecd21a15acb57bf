//! Recomputes an export from its files alone: hashes, sums, balances, boards. It is written from the
//! reference page of the export and shares no line with the product's arithmetic, so that a mistake
//! would have to be made twice to stay unseen. A test keeps it so.
pub mod balances;
pub mod boards;
pub mod calendar;
pub mod canonical;
pub mod chain;
pub mod entries;
pub mod finals;
pub mod help;
pub mod lines;
pub mod organizations;
pub mod read;
pub mod seasons;

use crate::Outcome;
use read::Export;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// The ledger entry, or the row of the file, from 1.
    pub row: Option<i64>,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(out, "{}, {row}: {}", self.file, self.what),
            None => write!(out, "{}: {}", self.file, self.what),
        }
    }
}

pub(crate) fn finding(file: &str, row: Option<i64>, what: impl Into<String>) -> Finding {
    Finding { file: file.to_owned(), row, what: what.into() }
}

/// What was recomputed, and what differs from it.
#[derive(Debug, Default)]
pub struct Report {
    pub seq: i64,
    pub hash: String,
    /// By account and currency.
    pub balances: BTreeMap<(String, String), i128>,
    /// By metric, period, industry and partner: score and since when.
    pub boards: boards::Boards,
    /// By metric, period, industry and organization.
    pub organizations: organizations::Totals,
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether a head that somebody kept is the one that the ledger had then.
    #[must_use]
    pub fn has_head(&self, export: &Export, seq: i64, hash: &str) -> bool {
        seq == self.seq && hash == self.hash
            || export
                .rows("entries")
                .any(|row| row.number("seq") == Some(seq) && row.text("hash") == Some(hash))
    }
}

/// Everything.
///
/// # Errors
/// When the folder cannot be read at all.
pub fn verify(folder: &Path) -> Outcome<Report> {
    let export = read::open(folder)?;
    let mut report = content(&export);
    let mut findings = export.checksums.clone();
    findings.append(&mut report.findings);
    Ok(Report { findings, ..report })
}

/// Everything but the files' checksums, which somebody who changes a file can change as well.
#[must_use]
pub fn content(export: &Export) -> Report {
    let mut report = Report { findings: export.findings.clone(), ..Report::default() };
    let entries = entries::all(export, &mut report);
    balances::all(export, &entries, &mut report);
    boards::all(export, &entries, &mut report);
    organizations::all(export, &entries, &mut report);
    seasons::all(export, &entries, &mut report);
    finals::all(export, &entries, &mut report);
    let manifest =
        (export.manifest["ledger_seq"].as_i64(), export.manifest["ledger_hash"].as_str());
    if manifest != (Some(report.seq), Some(&report.hash)) {
        report.findings.push(finding(read::MANIFEST, None, "it names another head of the ledger"));
    }
    report
}
