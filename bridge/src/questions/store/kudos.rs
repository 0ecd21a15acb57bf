//! Rows of kudos.
use super::partner;
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::PartnerId;
use sqlx::Row as _;

/// Thanks that one partner gave another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KudosRow {
    pub id: String,
    pub giver_id: PartnerId,
    pub receiver_id: PartnerId,
    pub reason: String,
    /// Day in the program's zone.
    pub given_on: Date,
    pub given_at: i64,
    pub cause: String,
    /// Room and key of the message that shows them.
    pub room: String,
    pub message: String,
    pub withdrawn_at: Option<i64>,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, kudos: &KudosRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into kudos (id, giver_id, receiver_id, reason, given_on, given_at, cause, room, message) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&kudos.id)
    .bind(kudos.giver_id.to_string())
    .bind(kudos.receiver_id.to_string())
    .bind(&kudos.reason)
    .bind(kudos.given_on.to_string())
    .bind(kudos.given_at)
    .bind(&kudos.cause)
    .bind(&kudos.room)
    .bind(&kudos.message)
    .execute(tx)
    .await?;
    Ok(())
}

/// The kudos that an event gave.
///
/// # Errors
/// When the database refuses.
pub async fn by_cause(tx: &mut Conn, event_id: &str) -> Result<Option<KudosRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, giver_id, receiver_id, reason, given_on, given_at, cause, room, message, withdrawn_at \
         from kudos where cause = $1",
    )
    .bind(event_id)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let on: String = row.try_get(4)?;
    Ok(Some(KudosRow {
        id: row.try_get(0)?,
        giver_id: partner(&row, 1)?,
        receiver_id: partner(&row, 2)?,
        reason: row.try_get(3)?,
        given_on: on.parse().map_err(|_| sqlx::Error::Decode("kudos: day".into()))?,
        given_at: row.try_get(5)?,
        cause: row.try_get(6)?,
        room: row.try_get(7)?,
        message: row.try_get(8)?,
        withdrawn_at: row.try_get(9)?,
    }))
}

/// How many a giver gave since a time, those taken back apart.
///
/// # Errors
/// When the database refuses.
pub async fn given_since(tx: &mut Conn, giver: PartnerId, since: i64) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from kudos where giver_id = $1 and given_at >= $2 and withdrawn_at is null",
    )
    .bind(giver.to_string())
    .bind(since)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// How many a giver gave to one receiver since a time, those taken back apart.
///
/// # Errors
/// When the database refuses.
pub async fn given_to_since(
    tx: &mut Conn,
    (giver, receiver): (PartnerId, PartnerId),
    since: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from kudos \
         where giver_id = $1 and receiver_id = $2 and given_at > $3 and withdrawn_at is null",
    )
    .bind(giver.to_string())
    .bind(receiver.to_string())
    .bind(since)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn withdraw(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update kudos set withdrawn_at = $1, reason = '' where id = $2")
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}
