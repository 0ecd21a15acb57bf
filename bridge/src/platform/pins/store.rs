//! Rows of pinned messages.
use crate::platform::db::Conn;
use sqlx::Row as _;

/// The one message of a slot in a room.
#[derive(Debug, Clone)]
pub struct Pin {
    pub slot: String,
    pub dedupe_key: String,
    pub hash: String,
    pub shown_at: i64,
}

/// The pins of a room in order of their slots.
///
/// # Errors
/// When the database refuses.
pub async fn pins(tx: &mut Conn, room: &str) -> Result<Vec<Pin>, sqlx::Error> {
    let rows = sqlx::query(
        "select slot, dedupe_key, hash, shown_at from pin where room = $1 order by slot",
    )
    .bind(room)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Pin {
                slot: row.try_get(0)?,
                dedupe_key: row.try_get(1)?,
                hash: row.try_get(2)?,
                shown_at: row.try_get(3)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn set_pin(tx: &mut Conn, room: &str, pin: &Pin) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into pin (room, slot, dedupe_key, hash, shown_at) values ($1, $2, $3, $4, $5) \
         on conflict (room, slot) do update set dedupe_key = excluded.dedupe_key, hash = excluded.hash, shown_at = excluded.shown_at",
    )
    .bind(room)
    .bind(&pin.slot)
    .bind(&pin.dedupe_key)
    .bind(&pin.hash)
    .bind(pin.shown_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn drop_pin(tx: &mut Conn, room: &str, slot: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from pin where room = $1 and slot = $2")
        .bind(room)
        .bind(slot)
        .execute(tx)
        .await?;
    Ok(())
}
