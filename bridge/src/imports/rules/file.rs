//! From the bytes of a CSV file to records of words in the order of our columns.
use super::{COLUMNS, ROWS_MAX, shown};
use csv::{ByteRecord, ReaderBuilder, Trim};

/// A line of the file: its words in the order of [`COLUMNS`], empty where the column is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub line: u64,
    pub words: [String; COLUMNS.len()],
}

/// The records in order; in the place of one that cannot be read, its line and what is wrong.
type Records = Vec<Result<Record, (u64, String)>>;

/// Reads a file with a first line of column names, commas or semicolons between.
///
/// # Errors
/// When it is no such file at all.
pub fn read(bytes: &[u8]) -> Result<Records, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if first.contains(&b';') && !first.contains(&b',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(bytes);
    let mut records = reader.byte_records();
    let header = records.next().ok_or("The file is empty; its first line names the columns.")?;
    let header = header.map_err(|error| format!("The first line cannot be read: {error}."))?;
    let places = places(&header)?;
    let (mut found, mut count) = (Vec::new(), Count { bytes, at: 0, line: 1 });
    for record in records {
        if found.len() == ROWS_MAX {
            return Err(format!("The file has more than {ROWS_MAX} rows; cut it into several."));
        }
        found.push(match record {
            Ok(record) => {
                let line = count.line_of(record.position());
                words(&record, line, &places, header.len())
            }
            Err(error) => {
                let line = count.line_of(error.position());
                Err((line, format!("it cannot be read: {error}.")))
            }
        });
    }
    Ok(found)
}

/// Counts lines as an editor does: the reader's own count is off where lines end in two bytes, or are
/// empty.
struct Count<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Count<'_> {
    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let begin = position.and_then(|position| usize::try_from(position.byte()).ok());
        let mut begin = begin.unwrap_or(self.at).min(self.bytes.len());
        while self.bytes.get(begin).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            begin += 1;
        }
        let passed = self.bytes.get(self.at..begin).unwrap_or_default();
        self.line += passed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.at = begin.max(self.at);
        self.line
    }
}

/// Where each of our columns stands in the file.
fn places(header: &ByteRecord) -> Result<[Option<usize>; COLUMNS.len()], String> {
    let mut places = [None; COLUMNS.len()];
    for (at, name) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let known = COLUMNS.iter().position(|column| column.name == name);
        let Some(known) = known else {
            let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
            let name = shown(&name);
            return Err(format!("There is no column {name}; there are {}.", names.join(", ")));
        };
        if places[known].replace(at).is_some() {
            return Err(format!("The column {name} is there twice."));
        }
    }
    let missing = COLUMNS.iter().zip(&places).find(|(column, at)| column.needed && at.is_none());
    match missing {
        Some((column, _)) => Err(format!("The column {} is missing.", column.name)),
        None => Ok(places),
    }
}

fn words(
    record: &ByteRecord,
    line: u64,
    places: &[Option<usize>; COLUMNS.len()],
    width: usize,
) -> Result<Record, (u64, String)> {
    if record.len() != width {
        let sentence = format!("it has {} cells, the first line has {width}.", record.len());
        return Err((line, sentence));
    }
    let mut words: [String; COLUMNS.len()] = Default::default();
    for (word, at) in words.iter_mut().zip(places) {
        let bytes = at.and_then(|at| record.get(at)).unwrap_or_default();
        let text = std::str::from_utf8(bytes);
        text.map_err(|_| (line, "it is not UTF-8.".to_owned()))?.clone_into(word);
    }
    Ok(Record { line, words })
}
