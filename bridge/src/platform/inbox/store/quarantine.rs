//! Inputs that were set aside.
use crate::platform::db::Conn;
use sqlx::Row as _;

/// A quarantined input.
#[derive(Debug, Clone)]
pub struct Poison {
    pub seq: i64,
    pub event_id: String,
    pub sender: String,
    pub room_id: String,
    pub received_at: i64,
    pub attempts: i64,
}

impl Poison {
    /// What came without a room could never be read as an event.
    #[must_use]
    pub fn is_event(&self) -> bool {
        !self.room_id.is_empty()
    }
}

/// # Errors
/// When the database refuses.
pub async fn poison(tx: &mut Conn, limit: i64) -> Result<Vec<Poison>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, event_id, sender, room_id, received_at, attempts from inbox where outcome = 'poison' order by seq limit $1",
    )
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Poison {
                seq: row.try_get(0)?,
                event_id: row.try_get(1)?,
                sender: row.try_get(2)?,
                room_id: row.try_get(3)?,
                received_at: row.try_get(4)?,
                attempts: row.try_get(5)?,
            })
        })
        .collect()
}

/// Puts a quarantined input back into the queue; false when there is none of that number.
///
/// # Errors
/// When the database refuses.
pub async fn retry(tx: &mut Conn, seq: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update inbox set done_at = null, outcome = null, attempts = 0, next_at = 0 where seq = $1 and outcome = 'poison' and room_id <> ''",
    )
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a quarantined input for good; false when there is none of that number.
///
/// # Errors
/// When the database refuses.
pub async fn drop_poison(tx: &mut Conn, seq: i64) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("update inbox set outcome = 'dropped' where seq = $1 and outcome = 'poison'")
            .bind(seq)
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}
