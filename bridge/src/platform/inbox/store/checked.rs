//! Whether rows of the inbox are what was written.
use crate::platform::db::{Conn, Damaged, checksum};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows that are looked at with one statement.
const ROWS: i64 = 500;

/// Looks through all rows; those that wait are looked at again when they are read.
///
/// # Errors
/// When one is not what was written, or the database refuses.
pub async fn check(reader: &mut Conn) -> Result<(), sqlx::Error> {
    let query = "select seq, event_id, room_id, sender, raw, source, received_at, checksum \
        from inbox where seq > $1 order by seq limit $2";
    let mut last = i64::MIN;
    loop {
        let rows = sqlx::query(query).bind(last).bind(ROWS).fetch_all(&mut *reader).await?;
        for found in &rows {
            row(found)?;
            last = found.try_get(0)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// A row as the statements of this folder read it. What was emptied, or is of an older program, has none.
pub(super) fn row(row: &AnyRow) -> Result<(), sqlx::Error> {
    let (raw, wanted): (Option<Vec<u8>>, Option<i64>) = (row.try_get(4)?, row.try_get(7)?);
    let (Some(raw), Some(wanted)) = (raw, wanted) else { return Ok(()) };
    let text = |index| row.try_get::<String, _>(index);
    let (event_id, room_id, sender, source) = (text(1)?, text(2)?, text(3)?, text(5)?);
    let texts = [event_id.as_str(), &room_id, &sender, &source];
    if checksum_of(texts, &raw, row.try_get(6)?) == wanted {
        return Ok(());
    }
    Err(Damaged::error("inbox", &row.try_get::<i64, _>(0)?))
}

/// Over an event's id, room, sender and source, its text, and when it was received.
pub(super) fn checksum_of(texts: [&str; 4], raw: &[u8], received_at: i64) -> i64 {
    let [event_id, room_id, sender, source] = texts.map(|text| Some(text.as_bytes()));
    let at = received_at.to_be_bytes();
    checksum(&[event_id, room_id, sender, source, Some(raw), Some(&at)])
}
