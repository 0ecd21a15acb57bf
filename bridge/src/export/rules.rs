//! Which tables an export has, with their columns in the order that they keep. Pure. The reference page
//! is made of this.
mod tables;

pub use tables::TABLES;

use serde::Serialize;

/// What a cell of a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// An integer.
    Number,
}

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub says: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The file's name before its ending.
    pub name: &'static str,
    pub says: &'static str,
    pub columns: &'static [Column],
}

/// A cell of a row; absent where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
}

/// What an export says of itself, in `export.json`, which is written last: without it the export is
/// not whole.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    pub v: u8,
    pub program: String,
    /// In which boards count.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
    pub week_start: String,
    /// Full local days for which a period that is over still takes what belongs to it.
    pub grace_days: i64,
    /// Epoch milliseconds.
    pub exported_at: i64,
    pub schema: i64,
    /// The last entry; 0 and 64 zeros before the first.
    pub ledger_seq: i64,
    pub ledger_hash: String,
    pub files: Vec<FileNote>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FileNote {
    pub name: String,
    pub rows: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

pub const VERSION: u8 = 1;
pub const MANIFEST: &str = "export.json";

/// What an entry's sealed body says, as far as a statement names it.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Said {
    pub kind: String,
    #[serde(default)]
    pub sale: Option<String>,
}

/// The partner of an account such as `partner:{id}:held`.
#[must_use]
pub fn partner_of(account: &str) -> Option<&str> {
    account.strip_prefix("partner:")?.split(':').next()
}

/// Metric, period and industry of a stored board's key.
#[must_use]
pub fn board(key: &str) -> Option<[&str; 3]> {
    let mut parts = key.splitn(3, '|');
    Some([parts.next()?, parts.next()?, parts.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_there_once() {
        let names: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names.len(), TABLES.len());
        for table in &TABLES {
            let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        }
    }

    #[test]
    fn accounts_and_boards_are_read() {
        assert_eq!(partner_of("partner:01A:held"), Some("01A"));
        assert_eq!(partner_of("credit:01A"), None);
        assert_eq!(board("revenue|2026-W47|"), Some(["revenue", "2026-W47", ""]));
    }
}
