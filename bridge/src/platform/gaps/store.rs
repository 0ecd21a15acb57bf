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

/// A walk further back than others, and from when on it is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    pub to: i64,
    pub at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn owe(tx: &mut Conn, room: &str, walk: Walk, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into gap (room_id, walked_at, owed_to, owed_at) values ($1, $2, $3, $4) \
         on conflict (room_id) do update set owed_to = excluded.owed_to, owed_at = excluded.owed_at",
    )
    .bind(room)
    .bind(now)
    .bind(walk.to)
    .bind(walk.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The walks that are owed, by room.
///
/// # Errors
/// When the database refuses.
pub async fn owed(reader: &mut Conn) -> Result<HashMap<String, Walk>, sqlx::Error> {
    let rows = sqlx::query(
        "select room_id, owed_to, owed_at from gap where owed_to is not null and owed_at is not null",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Walk { to: row.try_get(1)?, at: row.try_get(2)? })))
        .collect()
}

/// A walk is no longer owed; one that came to be owed since then is.
///
/// # Errors
/// When the database refuses.
pub async fn paid(tx: &mut Conn, room: &str, walk: Walk) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update gap set owed_to = null, owed_at = null where room_id = $1 and owed_at = $2",
    )
    .bind(room)
    .bind(walk.at)
    .execute(tx)
    .await?;
    Ok(())
}
