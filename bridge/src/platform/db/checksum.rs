//! Checksums of rows whose texts nothing else would miss: SQLite keeps none of its pages. A row's is over what never
//! changes in it; what is read with another one is damage.
use sha2::{Digest as _, Sha256};

/// A row that is not what was written.
#[derive(Debug, thiserror::Error)]
#[error("row {key} of {table} is not what was written")]
pub struct Damaged {
    pub table: &'static str,
    pub key: String,
}

impl Damaged {
    /// As the database's own words for it go.
    #[must_use]
    pub fn error(table: &'static str, key: &impl ToString) -> sqlx::Error {
        sqlx::Error::Decode(Box::new(Self { table, key: key.to_string() }))
    }
}

/// The checksum of the fields of a row; an absent one is another than an empty one.
#[must_use]
pub fn checksum(fields: &[Option<&[u8]>]) -> i64 {
    let mut hasher = Sha256::new();
    for field in fields {
        // The length before each: no field can be taken for its neighbour's end.
        let length = field.map_or(u64::MAX, |field| field.len() as u64);
        hasher.update(length.to_be_bytes());
        hasher.update(field.unwrap_or_default());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize()[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_its_place_count() {
        let sum = |fields: &[&str]| {
            checksum(&fields.iter().map(|field| Some(field.as_bytes())).collect::<Vec<_>>())
        };
        assert_eq!(sum(&["ab", "c"]), sum(&["ab", "c"]));
        for other in [&["a", "bc"][..], &["ab", "d"], &["c", "ab"], &["ab"], &["ab", "c", ""]] {
            assert_ne!(sum(other), sum(&["ab", "c"]), "{other:?}");
        }
        assert_ne!(checksum(&[None]), sum(&[""]));
        // Rows keep it for years: it must stay the same.
        assert_eq!(sum(&["ab", "c"]), 6_925_784_671_553_650_220);
    }
}
