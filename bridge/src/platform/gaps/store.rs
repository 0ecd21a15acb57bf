//! Rows of the walks, and which events are known.
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use sqlx::Row as _;
use std::collections::{HashMap, HashSet};

/// Those of the ids that the inbox has had.
///
/// # Errors
/// When the database refuses.
pub async fn known(reader: &mut Conn, ids: &[String]) -> Result<HashSet<String>, sqlx::Error> {
    let mut known = HashSet::new();
    for chunk in chunks(ids) {
        let text = values(
            reader,
            "select event_id from inbox where event_id in ({values})",
            chunk.len(),
            1,
        );
        let mut query = sqlx::query(text);
        for id in chunk {
            query = query.bind(id);
        }
        for row in query.fetch_all(&mut *reader).await? {
            known.insert(row.try_get(0)?);
        }
    }
    Ok(known)
}

/// When the last whole walk of each room began.
///
/// # Errors
/// When the database refuses.
pub async fn walks(reader: &mut Conn) -> Result<HashMap<String, i64>, sqlx::Error> {
    let rows = sqlx::query("select room_id, walked_at from gap").fetch_all(reader).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// # Errors
/// When the database refuses.
pub async fn walked(tx: &mut Conn, rooms: &[(String, i64)]) -> Result<(), sqlx::Error> {
    for chunk in chunks(rooms) {
        let text = values(
            tx,
            "insert into gap (room_id, walked_at) {values} \
             on conflict (room_id) do update set walked_at = excluded.walked_at",
            chunk.len(),
            2,
        );
        let mut query = sqlx::query(text);
        for (room, at) in chunk {
            query = query.bind(room).bind(*at);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
