//! Facts that nobody reads before the end of their input, written many at once. Whatever may read
//! them settles them first.
use super::Work;
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};

/// An insert of rows into one table; those of a lower rank are written first, as references want.
#[derive(Debug)]
pub struct Insert {
    pub rank: u8,
    /// With `{values}` where the rows stand.
    pub text: &'static str,
    pub columns: usize,
}

#[derive(Debug, Clone)]
pub enum Cell {
    Text(String),
    Number(i64),
    /// No text.
    Nothing,
    /// No number: PostgreSQL wants to know what is absent.
    NoNumber,
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_owned()))
    }
}

#[derive(Debug, Clone)]
pub struct Row {
    insert: &'static Insert,
    cells: Vec<Cell>,
}

impl Work<'_> {
    /// A fact to be written at the latest with the commit.
    pub fn insert(&mut self, insert: &'static Insert, cells: Vec<Cell>) {
        debug_assert_eq!(insert.columns, cells.len());
        self.effects.rows.push(Row { insert, cells });
    }

    /// What waits to be written by an insert: whoever would read only that need not settle where there is none.
    pub fn waiting(&self, insert: &Insert) -> impl Iterator<Item = &[Cell]> {
        let rows = self.effects.rows.iter();
        rows.filter(|row| row.insert.text == insert.text).map(|row| row.cells.as_slice())
    }

    /// Writes what waits, so that it can be read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settle(&mut self) -> Result<(), sqlx::Error> {
        let rows = std::mem::take(&mut self.effects.rows);
        write(self.tx, &rows).await
    }
}

pub(super) async fn write(tx: &mut Conn, rows: &[Row]) -> Result<(), sqlx::Error> {
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by_key(|row| row.insert.rank);
    for table in rows.chunk_by(|a, b| a.insert.rank == b.insert.rank) {
        for chunk in chunks(table) {
            let Some(first) = chunk.first() else { continue };
            let text = values(tx, first.insert.text, chunk.len(), first.insert.columns);
            let mut query = sqlx::query(text);
            for cell in chunk.iter().flat_map(|row| &row.cells) {
                query = match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(*number),
                    Cell::Nothing => query.bind(None::<String>),
                    Cell::NoNumber => query.bind(None::<i64>),
                };
            }
            query.execute(&mut *tx).await?;
        }
    }
    Ok(())
}
