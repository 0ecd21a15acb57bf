//! Direct chats: every one that the bot is in or is asked into, and which one a person is written to.
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A direct chat.
#[derive(Debug, Clone)]
pub struct Chat {
    pub room_id: String,
    pub user_id: String,
    /// Absent while the bot is asked into it.
    pub joined_at: Option<i64>,
    pub encrypted_at: Option<i64>,
    /// Since when the person is not in it.
    pub away_at: Option<i64>,
    /// Since when somebody else is in it: no longer a place for figures.
    pub crowded_at: Option<i64>,
    /// Since when we know of it.
    pub noted_at: i64,
}

fn chat(row: &AnyRow) -> Result<Chat, sqlx::Error> {
    Ok(Chat {
        room_id: row.try_get(0)?,
        user_id: row.try_get(1)?,
        joined_at: row.try_get(2)?,
        encrypted_at: row.try_get(3)?,
        away_at: row.try_get(4)?,
        crowded_at: row.try_get(5)?,
        noted_at: row.try_get(6)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn all(reader: &mut Conn) -> Result<Vec<Chat>, sqlx::Error> {
    let rows = sqlx::query(
        "select room_id, user_id, joined_at, encrypted_at, away_at, crowded_at, noted_at from chat order by room_id",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(chat).collect()
}

/// # Errors
/// When the database refuses.
pub async fn by_room_id(reader: &mut Conn, room_id: &str) -> Result<Option<Chat>, sqlx::Error> {
    let row = sqlx::query(
        "select room_id, user_id, joined_at, encrypted_at, away_at, crowded_at, noted_at from chat where room_id = $1",
    )
    .bind(room_id)
    .fetch_optional(reader)
    .await?;
    row.as_ref().map(chat).transpose()
}

/// How many chats there are with a person.
///
/// # Errors
/// When the database refuses.
pub async fn count(reader: &mut Conn, user: &str) -> Result<i64, sqlx::Error> {
    sqlx::query("select count(*) from chat where user_id = $1")
        .bind(user)
        .fetch_one(reader)
        .await?
        .try_get(0)
}

/// How many chats there are with people of a server who are nobody to the program: neither partner
/// nor applicant, and never with a role.
///
/// # Errors
/// When the database refuses.
pub async fn of_strangers(reader: &mut Conn, server: &str) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from chat where user_id like $1 \
         and not exists (select 1 from partner where partner.user_id = chat.user_id) \
         and not exists (select 1 from role_grant where role_grant.user_id = chat.user_id)",
    )
    .bind(format!("%:{server}"))
    .fetch_one(reader)
    .await?
    .try_get(0)
}

/// A person asked the bot into a chat of two.
///
/// # Errors
/// When the database refuses.
pub async fn invited(
    tx: &mut Conn,
    room_id: &str,
    user: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into chat (room_id, user_id, noted_at) values ($1, $2, $3) on conflict (room_id) do nothing",
    )
    .bind(room_id)
    .bind(user)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// The bot is in a chat, which may be encrypted.
///
/// # Errors
/// When the database refuses.
pub async fn joined(
    tx: &mut Conn,
    room_id: &str,
    user: &str,
    encrypted: bool,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into chat (room_id, user_id, noted_at, joined_at, encrypted_at) values ($1, $2, $3, $4, $5) \
         on conflict (room_id) do update set joined_at = excluded.joined_at, away_at = null, \
         encrypted_at = coalesce(chat.encrypted_at, excluded.encrypted_at)",
    )
    .bind(room_id)
    .bind(user)
    .bind(now)
    .bind(now)
    .bind(encrypted.then_some(now))
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn encrypted(tx: &mut Conn, room_id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update chat set encrypted_at = coalesce(encrypted_at, $1) where room_id = $2")
        .bind(now)
        .bind(room_id)
        .execute(&mut *tx)
        .await?;
    unlink(tx, room_id).await
}

/// The person left (`Some`) or is back.
///
/// # Errors
/// When the database refuses.
pub async fn away(tx: &mut Conn, room_id: &str, at: Option<i64>) -> Result<(), sqlx::Error> {
    sqlx::query("update chat set away_at = $1 where room_id = $2")
        .bind(at)
        .bind(room_id)
        .execute(&mut *tx)
        .await?;
    if at.is_some() { unlink(tx, room_id).await } else { Ok(()) }
}

/// # Errors
/// When the database refuses.
pub async fn crowded(tx: &mut Conn, room_id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update chat set crowded_at = $1 where room_id = $2")
        .bind(now)
        .bind(room_id)
        .execute(&mut *tx)
        .await?;
    unlink(tx, room_id).await
}

/// The bot is no longer in a chat.
///
/// # Errors
/// When the database refuses.
pub async fn gone(tx: &mut Conn, room_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from chat where room_id = $1").bind(room_id).execute(&mut *tx).await?;
    unlink(tx, room_id).await
}

async fn unlink(tx: &mut Conn, room_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update direct set room_id = null where room_id = $1")
        .bind(room_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The chats in which people are written to: user and room.
///
/// # Errors
/// When the database refuses.
pub async fn directs(reader: &mut Conn) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query("select user_id, room_id from direct where room_id is not null")
        .fetch_all(reader)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// A person is to have a chat, whether or not anything is owed to them yet.
///
/// # Errors
/// When the database refuses.
pub async fn want(tx: &mut Conn, user: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into direct (user_id, wanted_at) values ($1, $2) \
         on conflict (user_id) do update set opened_at = null where direct.room_id is null",
    )
    .bind(user)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// People who are to have a chat and have none: asked for, or something is owed to them.
///
/// # Errors
/// When the database refuses.
pub async fn wanted(reader: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select user_id from direct where room_id is null and opened_at is null \
         union select substr(room, 8) from outbox \
         where sent_at is null and parked_at is null and room like 'direct:%' \
         and not exists (select 1 from direct \
         where direct.user_id = substr(outbox.room, 8) and direct.room_id is not null)",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// From now on the person is written to in this room.
///
/// # Errors
/// When the database refuses.
pub async fn link(tx: &mut Conn, user: &str, room_id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into direct (user_id, room_id, wanted_at, opened_at) values ($1, $2, $3, $4) \
         on conflict (user_id) do update set room_id = excluded.room_id, opened_at = excluded.opened_at",
    )
    .bind(user)
    .bind(room_id)
    .bind(now)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// A room in which the person can be written to: unencrypted, the bot in it, alone with them.
///
/// # Errors
/// When the database refuses.
pub async fn usable(reader: &mut Conn, user: &str) -> Result<Option<Chat>, sqlx::Error> {
    let row = sqlx::query(
        "select room_id, user_id, joined_at, encrypted_at, away_at, crowded_at, noted_at from chat \
         where user_id = $1 and joined_at is not null and encrypted_at is null and crowded_at is null \
         order by case when away_at is null then 0 else 1 end, joined_at desc limit 1",
    )
    .bind(user)
    .fetch_optional(reader)
    .await?;
    row.as_ref().map(chat).transpose()
}

/// The room in which a person is written to.
///
/// # Errors
/// When the database refuses.
pub async fn linked(reader: &mut Conn, user: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select room_id from direct where user_id = $1 and room_id is not null")
        .bind(user)
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}
