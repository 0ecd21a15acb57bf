//! What a backup says of itself: one line of JSON behind the database's last byte. Pure.
use serde::{Deserialize, Serialize};

pub const VERSION: u8 = 1;
/// The line is never longer; a file's end of this length holds it.
pub const NOTE_BYTES_MAX: usize = 4_096;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The form of the file.
    pub partnerspace_backup: u8,
    /// The program's version that made it.
    pub program: String,
    /// `sqlite` or `postgres`: what it was made of.
    pub engine: String,
    /// Epoch milliseconds; everything committed before is in it.
    pub made_at: i64,
    pub schema: i64,
    pub install: String,
    /// The last entry of the ledger; 0 and empty before the first.
    pub ledger_seq: i64,
    pub ledger_hash: String,
    /// Bytes of the database before this line.
    pub bytes: u64,
    /// Their SHA-256, in hex.
    pub sha256: String,
}

impl Note {
    /// # Errors
    /// Never in practice: all of it can be written.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        Ok(format!("\n{}\n", serde_json::to_string(self)?))
    }
}

/// Reads the note at a file's end; gives it with the length of its line.
#[must_use]
pub fn read(end: &[u8]) -> Option<(Note, usize)> {
    let body = end.strip_suffix(b"\n")?;
    let from = body.iter().rposition(|byte| *byte == b'\n')?;
    let note: Note = serde_json::from_slice(body.get(from + 1..)?).ok()?;
    (note.partnerspace_backup == VERSION).then_some((note, end.len() - from))
}

/// What the database in the file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub schema: i64,
    pub install: String,
    pub ledger_seq: i64,
    pub ledger_hash: String,
}

impl Note {
    /// Whether the note is of this database.
    #[must_use]
    pub fn is_of(&self, head: &Head) -> bool {
        self.schema == head.schema
            && self.install == head.install
            && self.ledger_seq == head.ledger_seq
            && self.ledger_hash == head.ledger_hash
    }
}

/// A table, its columns with what they hold, and the tables that its rows point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub name: String,
    pub columns: Vec<(String, Kind)>,
    pub needs: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Bytes,
}

impl Kind {
    /// By the word that either engine has for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "text" => Some(Self::Text),
            "bigint" | "integer" => Some(Self::Number),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

/// Puts tables behind those that they point to; a circle keeps its order.
#[must_use]
pub fn ordered(mut shapes: Vec<Shape>) -> Vec<Shape> {
    let mut done: Vec<Shape> = Vec::with_capacity(shapes.len());
    while !shapes.is_empty() {
        let is_free = |shape: &Shape| {
            let there =
                |need: &String| *need == shape.name || done.iter().any(|done| done.name == *need);
            shape.needs.iter().all(there)
        };
        let at = shapes.iter().position(is_free).unwrap_or(0);
        done.push(shapes.remove(at));
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            partnerspace_backup: VERSION,
            program: "0.1.0".into(),
            engine: "sqlite".into(),
            made_at: 5,
            schema: 24,
            install: "01A".into(),
            ledger_seq: 2,
            ledger_hash: "ab".into(),
            bytes: 4,
            sha256: "cd".into(),
        }
    }

    #[test]
    fn a_note_is_read_from_the_end_and_nothing_else_is_one() {
        let file = [b"data".as_slice(), note().line().unwrap().as_bytes()].concat();
        let (found, length) = read(&file).unwrap();
        assert_eq!((found, file.len() - length), (note(), 4));
        for cut in 1..note().line().unwrap().len() {
            assert!(read(&file[..file.len() - cut]).is_none(), "{cut} bytes less");
        }
        assert!(read(b"\n{\"partnerspace_backup\":1}\n").is_none());
        assert!(read(b"").is_none());
    }

    #[test]
    fn tables_follow_those_that_they_point_to() {
        let shape = |name: &str, needs: &[&str]| Shape {
            name: name.into(),
            columns: Vec::new(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        };
        let all = vec![
            shape("share", &["sale", "partner"]),
            shape("sale", &["partner"]),
            shape("partner", &[]),
            shape("fact", &["fact"]),
        ];
        let names: Vec<String> = ordered(all).into_iter().map(|shape| shape.name).collect();
        assert_eq!(names, ["partner", "sale", "share", "fact"]);
    }

    #[test]
    fn a_note_is_of_the_database_that_it_agrees_with_in_everything() {
        let same =
            Head { schema: 24, install: "01A".into(), ledger_seq: 2, ledger_hash: "ab".into() };
        assert!(note().is_of(&same));
        for (what, other) in [
            ("a newer schema", Head { schema: 25, ..same.clone() }),
            ("another install", Head { install: "01B".into(), ..same.clone() }),
            ("one entry more", Head { ledger_seq: 3, ..same.clone() }),
            ("another last entry", Head { ledger_hash: "cd".into(), ..same.clone() }),
        ] {
            assert!(!note().is_of(&other), "{what}");
        }
    }

    #[test]
    fn both_engines_words_for_a_column_mean_the_same() {
        assert_eq!(Kind::parse("text"), Some(Kind::Text));
        for (sqlite, postgres, kind) in
            [("integer", "bigint", Kind::Number), ("blob", "bytea", Kind::Bytes)]
        {
            assert_eq!((Kind::parse(sqlite), Kind::parse(postgres)), (Some(kind), Some(kind)));
        }
        assert_eq!(Kind::parse("jsonb"), None);
    }
}
