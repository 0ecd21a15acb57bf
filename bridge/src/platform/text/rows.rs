//! Rows of a list on a phone: what does not fit beside goes below.
use super::foreign::is_invisible;
use super::line::Line;

/// Characters of a row on a phone of 390 pixels.
pub const ROW_CHARS: usize = 36;
const BETWEEN: &str = " · ";

impl Line {
    /// Characters that are seen.
    fn width(&self) -> usize {
        self.kept().0.chars().filter(|letter| !is_invisible(*letter)).count()
    }

    /// Pieces with ` · ` between; one for which a row has no place begins the next.
    #[must_use]
    pub fn rows(pieces: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::new();
        for piece in pieces {
            let fits =
                |row: &mut Self| row.width() + BETWEEN.chars().count() + piece.width() <= ROW_CHARS;
            match rows.pop_if(fits) {
                Some(row) => rows.push(row.plain(BETWEEN).append(&piece)),
                None => rows.push(piece),
            }
        }
        rows
    }
}
