//! Our own view of who is in which room.
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use sqlx::Row as _;

/// A membership as last seen: the word, and the time that the event gave itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub membership: String,
    pub ts: i64,
}

/// # Errors
/// When the database refuses.
pub async fn get(
    reader: &mut Conn,
    room_id: &str,
    user: &str,
) -> Result<Option<Seen>, sqlx::Error> {
    let row = sqlx::query("select membership, ts from member where room_id = $1 and user_id = $2")
        .bind(room_id)
        .bind(user)
        .fetch_optional(reader)
        .await?;
    row.map(|row| Ok(Seen { membership: row.try_get(0)?, ts: row.try_get(1)? })).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn set(
    tx: &mut Conn,
    (room_id, user): (&str, &str),
    seen: &Seen,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into member (room_id, user_id, membership, ts, at) values ($1, $2, $3, $4, $5) \
         on conflict (room_id, user_id) do update set membership = excluded.membership, \
         ts = excluded.ts, at = excluded.at",
    )
    .bind(room_id)
    .bind(user)
    .bind(&seen.membership)
    .bind(seen.ts)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// What a person calls themselves now.
///
/// # Errors
/// When the database refuses.
pub async fn called(tx: &mut Conn, user: &str, name: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into display_name (user_id, name, at) values ($1, $2, $3) \
         on conflict (user_id) do update set name = excluded.name, at = excluded.at",
    )
    .bind(user)
    .bind(name)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn name_of(reader: &mut Conn, user: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select name from display_name where user_id = $1")
        .bind(user)
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Nothing is known any more of this membership.
///
/// # Errors
/// When the database refuses.
pub async fn forget(tx: &mut Conn, room_id: &str, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from member where room_id = $1 and user_id = $2")
        .bind(room_id)
        .bind(user)
        .execute(tx)
        .await?;
    Ok(())
}

/// Rooms (ids) in which the person is, or is asked into.
///
/// # Errors
/// When the database refuses.
pub async fn rooms_of(reader: &mut Conn, user: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select room_id from member where user_id = $1 and membership in ('join', 'invite', 'knock') order by room_id",
    )
    .bind(user)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Everybody joined anywhere: room and user.
///
/// # Errors
/// When the database refuses.
pub async fn joined(reader: &mut Conn, limit: i64) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows =
        sqlx::query("select room_id, user_id from member where membership = 'join' limit $1")
            .bind(limit)
            .fetch_all(reader)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Who is joined in a room.
///
/// # Errors
/// When the database refuses.
pub async fn joined_in(reader: &mut Conn, room_id: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select user_id from member where room_id = $1 and membership = 'join'")
        .bind(room_id)
        .fetch_all(reader)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Writes what the homeserver said at a time; what was learned after it stays.
///
/// # Errors
/// When the database refuses.
pub async fn heal(
    tx: &mut Conn,
    room_id: &str,
    people: &[(String, &'static str)],
    asked_at: i64,
) -> Result<(), sqlx::Error> {
    for chunk in chunks(people) {
        let text = values(
            tx,
            "insert into member (room_id, user_id, membership, ts, at) {values} \
             on conflict (room_id, user_id) do update set membership = excluded.membership, at = excluded.at \
             where member.at < excluded.at",
            chunk.len(),
            5,
        );
        let mut query = sqlx::query(text);
        for (user, membership) in chunk {
            query = query.bind(room_id).bind(user).bind(*membership).bind(0_i64).bind(asked_at);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Rooms with somebody of another server.
///
/// # Errors
/// When the database refuses.
pub async fn rooms_with_remote(
    reader: &mut Conn,
    server_name: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct room_id from member where membership = 'join' and user_id not like $1",
    )
    .bind(format!("%:{server_name}"))
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// All people of other homeservers who are in a room of ours.
///
/// # Errors
/// When the database refuses.
pub async fn remote_people(
    reader: &mut Conn,
    server_name: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct user_id from member where membership = 'join' and user_id not like $1 \
         order by user_id",
    )
    .bind(format!("%:{server_name}"))
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
