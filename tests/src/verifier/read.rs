//! Reads the files of an export: each table in both forms where both are there, which must agree.
use super::{Finding, finding};
use crate::Outcome;
use anyhow::{Context, ensure};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

pub const MANIFEST: &str = "export.json";

/// The tables of the reference page: `#` marks a column of integers.
const TABLES: &[(&str, &str)] = &[
    ("partners", "id user_id name organization #approved_at #suspended_at #left_at visibility"),
    (
        "sales",
        "sale id status partner partner_user client_id client industry on #amount_minor currency \
         #net_minor rate rate_from #reporting_minor reporting_currency note playbook #claimed_at \
         #approved_at approved_by #rejected_at rejected_by reject_reason #withdrawn_at #voided_at \
         voided_by void_reason batch external_id corrects",
    ),
    (
        "shares",
        "sale #n partner partner_user #weight #amount_minor #credit_minor #asked_at #confirmed_at \
         #declined_at overridden_by",
    ),
    ("adjustments", "id sale kind #amount_minor currency reason by #at #entry_seq"),
    ("adjustment_shares", "adjustment sale partner #minor"),
    ("rates", "currency valid_from rate set_by #set_at"),
    ("entries", "#seq book source source_id #at cause body prev_hash hash"),
    ("postings", "#seq #n account #minor currency"),
    ("statements", "#seq #at partner account currency #minor kind sale"),
    ("industry_starts", "industry period #clients #targets"),
    ("help", "id kind helper helped industry #at reverses"),
    ("standings", "metric period industry partner #score #reached_at"),
    ("organizations", "organization name #made_at #suspended_at #removed_at reason #counted_seq"),
    ("memberships", "organization partner role from to"),
    ("organization_standings", "metric period industry organization #score"),
    (
        "seasons",
        "period #from #to timezone zones #boards #ledger_seq ledger_hash hash closed_by #closed_at \
         #organization_boards",
    ),
    ("final_standings", "period metric industry #place partner #rank #score #reached_at"),
    ("final_organizations", "period metric industry #place organization #rank #score"),
    ("final_unnamed", "period partner"),
    (
        "rewards",
        "reward title period metric industry partner #rank #minor currency #points #entry_seq value \
         #earned_at #fulfilled_at fulfilled_by note #revoked_at revoked_by revoked_because #revoked_seq",
    ),
];

pub struct Export {
    pub manifest: Value,
    tables: BTreeMap<&'static str, Table>,
    /// Files that are not what the manifest says.
    pub checksums: Vec<Finding>,
    /// Files that cannot be read as they must, or disagree.
    pub findings: Vec<Finding>,
}

#[derive(Default)]
struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [&'static str],
    cells: &'a [Value],
}

impl<'a> Row<'a> {
    fn cell(&self, name: &str) -> Option<&'a Value> {
        let at = self.columns.iter().position(|column| *column == name)?;
        self.cells.get(at)
    }

    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.cell(name)?.as_str()
    }

    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.cell(name)?.as_i64()
    }
}

impl Export {
    pub fn rows(&self, table: &str) -> impl Iterator<Item = Row<'_>> {
        let table = self.tables.get(table);
        table
            .into_iter()
            .flat_map(|table| table.rows.iter().map(|cells| Row { columns: &table.columns, cells }))
    }
}

/// # Errors
/// When there is no manifest, or it is of another version.
pub fn open(folder: &Path) -> Outcome<Export> {
    let text = std::fs::read(folder.join(MANIFEST))
        .with_context(|| format!("{MANIFEST} is missing: the export is not whole"))?;
    let manifest: Value = serde_json::from_slice(&text)?;
    ensure!(manifest["v"] == 1, "this verifier knows version 1");
    let mut export =
        Export { manifest, tables: BTreeMap::new(), checksums: Vec::new(), findings: Vec::new() };
    checksums(folder, &mut export);
    for (name, columns) in TABLES {
        let table = table(folder, name, columns, &mut export.findings);
        export.tables.insert(name, table);
    }
    Ok(export)
}

fn checksums(folder: &Path, export: &mut Export) {
    let noted = export.manifest["files"].as_array().cloned().unwrap_or_default();
    let mut names = BTreeSet::from([MANIFEST.to_owned()]);
    for file in &noted {
        let name = file["name"].as_str().unwrap_or_default();
        names.insert(name.to_owned());
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            export.checksums.push(finding(name, None, "it is missing"));
            continue;
        };
        if Some(hex(&Sha256::digest(&bytes)).as_str()) != file["sha256"].as_str() {
            export.checksums.push(finding(name, None, "its checksum is not the one noted"));
        }
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !names.contains(&name) {
            export.checksums.push(finding(&name, None, "it is no part of the export"));
        }
    }
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A table from its JSON lines, from its CSV where these are absent.
fn table(folder: &Path, name: &str, columns: &'static str, findings: &mut Vec<Finding>) -> Table {
    let kinds: Vec<(&'static str, bool)> = columns
        .split_whitespace()
        .map(|name| name.strip_prefix('#').map_or((name, false), |name| (name, true)))
        .collect();
    let columns = kinds.iter().map(|(name, _)| *name).collect();
    let [lines, csv] = ["jsonl", "csv"].map(|ending| format!("{name}.{ending}"));
    let read = |file: &str| std::fs::read(folder.join(file)).ok();
    let rows = match (read(&lines), read(&csv)) {
        (None, None) => {
            findings.push(finding(name, None, "the table is missing"));
            Vec::new()
        }
        (Some(bytes), None) => from_lines(&lines, &bytes, &kinds, findings),
        (None, Some(bytes)) => {
            let cells = from_csv(&csv, &bytes, &kinds, findings);
            values(&csv, cells, &kinds, findings)
        }
        (Some(bytes), Some(other)) => {
            let rows = from_lines(&lines, &bytes, &kinds, findings);
            let cells = from_csv(&csv, &other, &kinds, findings);
            agree(&csv, &rows, &cells, findings);
            rows
        }
    };
    Table { columns, rows }
}

/// The keys and values of an object, in the order in which they stand.
struct Fields(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn from_lines(
    file: &str,
    bytes: &[u8],
    kinds: &[(&str, bool)],
    findings: &mut Vec<Finding>,
) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    if bytes.last().is_some_and(|last| *last != b'\n') {
        findings.push(finding(file, None, "its last line has no end"));
    }
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        match one_line(line, kinds) {
            Ok(row) => rows.push(row),
            Err(what) => findings.push(finding(file, Some(number), what)),
        }
    }
    rows
}

/// The one way in which a line may be written: the columns in order, nothing between.
fn one_line(line: &[u8], kinds: &[(&str, bool)]) -> Result<Vec<Value>, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let Fields(fields) = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let mut row = Vec::new();
    let mut again = String::new();
    for ((name, value), (column, is_number)) in fields.iter().zip(kinds) {
        let fits = value.is_null() || if *is_number { value.is_i64() } else { value.is_string() };
        if name != column || !fits {
            return Err(format!("{name} is not what {column} must be"));
        }
        again.push(if again.is_empty() { '{' } else { ',' });
        again.push_str(&format!("\"{name}\":{value}"));
        row.push(value.clone());
    }
    again.push('}');
    if fields.len() != kinds.len() || again.as_bytes() != line {
        return Err("it is not written as it must be".to_owned());
    }
    Ok(row)
}

fn from_csv(
    file: &str,
    bytes: &[u8],
    kinds: &[(&str, bool)],
    findings: &mut Vec<Finding>,
) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = Vec::new();
    for (number, record) in (0..).zip(reader.records()) {
        match record {
            Ok(record) if record.len() == kinds.len() => {
                rows.push(record.iter().map(str::to_owned).collect::<Vec<_>>());
            }
            Ok(_) => findings.push(finding(file, Some(number), "it has other columns")),
            Err(error) => findings.push(finding(file, Some(number), error.to_string())),
        }
    }
    let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
    if rows.is_empty() || rows.remove(0) != names {
        findings.push(finding(file, None, "its first line does not name the columns"));
    }
    // Written anew it is the same, byte by byte.
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::NonNumeric).from_writer(Vec::new());
    let written = writer.write_record(&names).is_ok()
        && rows.iter().all(|row| writer.write_record(row).is_ok());
    if !written || writer.into_inner().ok().as_deref() != Some(bytes) {
        findings.push(finding(file, None, "it is not written as it must be"));
    }
    rows
}

/// Whether a spreadsheet would run a text that begins so.
fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

fn agree(csv: &str, rows: &[Vec<Value>], cells: &[Vec<String>], findings: &mut Vec<Finding>) {
    if rows.len() != cells.len() {
        findings.push(finding(csv, None, "it has not as many rows as the JSON lines"));
    }
    for (number, (row, cells)) in (1..).zip(rows.iter().zip(cells)) {
        let same = row.iter().zip(cells).all(|(value, cell)| match value {
            Value::Null => cell.is_empty(),
            Value::String(text) => (cell == text && !runs(cell)) || *cell == format!("'{text}"),
            number => {
                let shown = number.to_string();
                *cell == shown
            }
        });
        if !same {
            findings.push(finding(csv, Some(number), "it says other than the JSON lines"));
        }
    }
}

/// Cells as values: an apostrophe before what would run is not part of the text.
fn values(
    csv: &str,
    rows: Vec<Vec<String>>,
    kinds: &[(&str, bool)],
    findings: &mut Vec<Finding>,
) -> Vec<Vec<Value>> {
    let mut value = |number: i64, cell: String, is_number: bool| {
        if cell.is_empty() {
            return Value::Null;
        }
        if is_number {
            if let Ok(number) = cell.parse::<i64>() {
                return number.into();
            }
            findings.push(finding(csv, Some(number), "a number is none"));
            return Value::Null;
        }
        let inner =
            cell.strip_prefix('\'').filter(|text| runs(text.trim_start_matches('\'').trim_start()));
        inner.unwrap_or(&cell).into()
    };
    let mut row = |(number, cells): (i64, Vec<String>)| -> Vec<Value> {
        cells.into_iter().zip(kinds).map(|(cell, kind)| value(number, cell, kind.1)).collect()
    };
    (1..).zip(rows).map(&mut row).collect()
}
