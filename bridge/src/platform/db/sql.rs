//! Statements of many rows. The text holds only placeholders, and chunks have few sizes, so that
//! the prepared statements stay few.
use super::Conn;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The largest chunk of rows in one statement.
pub const ROWS_MAX: usize = 128;

/// Template, rows, columns and whether placeholders are numbered → the finished text.
type Texts = HashMap<(&'static str, usize, usize, bool), &'static str>;

static TEXTS: LazyLock<Mutex<Texts>> = LazyLock::new(Mutex::default);

/// `head` + `values ($1, …), (…)` for the given shape. The texts are few (a head has eight sizes)
/// and live as long as the program. SQLite looks a numbered placeholder up in a list, which costs
/// more than the insert where there are hundreds; it gets nameless ones in the same order.
#[must_use]
pub fn values(
    connection: &Conn,
    template: &'static str,
    rows: usize,
    columns: usize,
) -> &'static str {
    text(template, rows, columns, connection.backend_name() != SQLITE)
}

/// What sqlx calls it.
const SQLITE: &str = "SQLite";

fn text(template: &'static str, rows: usize, columns: usize, numbered: bool) -> &'static str {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    texts.entry((template, rows, columns, numbered)).or_insert_with(|| {
        let mut list = String::from("values ");
        for row in 0..rows {
            list.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..columns {
                if column > 0 {
                    list.push_str(", ");
                }
                if numbered {
                    list.push('$');
                    list.push_str(&(row * columns + column + 1).to_string());
                } else {
                    list.push('?');
                }
            }
            list.push(')');
        }
        Box::leak(template.replace("{values}", &list).into_boxed_str())
    })
}

/// Cuts a slice into chunks whose lengths are powers of two up to `ROWS_MAX`.
pub fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        if rows.is_empty() {
            return None;
        }
        let mut size = ROWS_MAX;
        while size > rows.len() {
            size /= 2;
        }
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_all_rows_in_few_sizes() {
        let rows: Vec<usize> = (0..357).collect();
        let sizes: Vec<usize> = chunks(&rows).map(<[usize]>::len).collect();
        assert_eq!(sizes, [128, 128, 64, 32, 4, 1]);
        assert_eq!(chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn values_number_their_placeholders() {
        assert_eq!(text("insert {values} x", 2, 2, true), "insert values ($1, $2), ($3, $4) x");
        assert_eq!(text("insert {values} x", 2, 2, false), "insert values (?, ?), (?, ?) x");
    }
}
