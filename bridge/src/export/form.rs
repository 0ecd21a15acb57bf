//! The two forms of a table: CSV for people with spreadsheets, JSON lines for programs.
use super::rules::{Cell, Table};
use crate::platform::text::cell::guarded;
use std::io::{self, Write};

/// Takes a table's rows and writes them.
pub trait Form: Send {
    /// # Errors
    /// When the file cannot be written.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Writes what waits.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn end(&mut self) -> io::Result<()>;
}

/// Commas, quotes around what is no number, a first line of names. Text that a spreadsheet would run
/// has an apostrophe before it; an absent value is an empty cell.
pub struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write + Send> Csv<W> {
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(out: W, table: &Table) -> io::Result<Self> {
        let mut writer =
            csv::WriterBuilder::new().quote_style(csv::QuoteStyle::NonNumeric).from_writer(out);
        writer.write_record(table.columns.iter().map(|column| column.name))?;
        Ok(Self(writer))
    }
}

impl<W: Write + Send> Form for Csv<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Text(Some(text)) => self.0.write_field(guarded(text).as_bytes())?,
                Cell::Number(Some(number)) => self.0.write_field(number.to_string())?,
                Cell::Text(None) | Cell::Number(None) => self.0.write_field("")?,
            }
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// An object a line, with all columns in order; an absent value is `null`.
pub struct Lines<W: Write> {
    out: W,
    names: Vec<String>,
}

impl<W: Write + Send> Lines<W> {
    pub fn begin(out: W, table: &Table) -> Self {
        let name = |name: &str| serde_json::Value::from(name).to_string();
        Self { out, names: table.columns.iter().map(|column| name(column.name)).collect() }
    }
}

impl<W: Write + Send> Form for Lines<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut before = '{';
        for (name, cell) in self.names.iter().zip(cells) {
            write!(self.out, "{before}{name}:")?;
            before = ',';
            match cell {
                Cell::Text(text) => serde_json::to_writer(&mut self.out, text)?,
                Cell::Number(number) => serde_json::to_writer(&mut self.out, number)?,
            }
        }
        self.out.write_all(b"}\n")
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{Column, Kind};
    use super::*;

    const TABLE: Table = Table {
        name: "t",
        says: "",
        columns: &[
            Column { name: "text", kind: Kind::Text, says: "" },
            Column { name: "number", kind: Kind::Number, says: "" },
        ],
    };

    fn written(rows: &[(Option<&str>, Option<i64>)]) -> (String, String) {
        let (mut csv, mut lines) = (Vec::new(), Vec::new());
        {
            let mut csv = Csv::begin(&mut csv, &TABLE).unwrap();
            let mut lines = Lines::begin(&mut lines, &TABLE);
            for (text, number) in rows {
                let cells = [Cell::Text(text.map(str::to_owned)), Cell::Number(*number)];
                csv.row(&cells).unwrap();
                lines.row(&cells).unwrap();
            }
            csv.end().unwrap();
            lines.end().unwrap();
        }
        (String::from_utf8(csv).unwrap(), String::from_utf8(lines).unwrap())
    }

    #[test]
    fn formulas_are_text_and_numbers_are_numbers() {
        let (csv, lines) = written(&[
            (Some("=HYPERLINK(\"http://x\")"), Some(-1)),
            (Some("+1"), None),
            (None, Some(0)),
            (Some(""), Some(i64::MIN)),
        ]);
        let expected = "\"text\",\"number\"\n\"'=HYPERLINK(\"\"http://x\"\")\",-1\n\"'+1\",\"\"\n\
                        \"\",0\n\"\",-9223372036854775808\n";
        assert_eq!(csv, expected);
        let expected = "{\"text\":\"=HYPERLINK(\\\"http://x\\\")\",\"number\":-1}\n\
                        {\"text\":\"+1\",\"number\":null}\n{\"text\":null,\"number\":0}\n\
                        {\"text\":\"\",\"number\":-9223372036854775808}\n";
        assert_eq!(lines, expected);
    }
}
