//! Rows of people whom an invitation does not reach.
use crate::platform::db::Conn;
use schema::status::Reach;
use sqlx::Row as _;

/// What keeps an invitation from a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hindered {
    pub reach: Reach,
    pub since_at: i64,
    pub told_at: Option<i64>,
}

/// # Errors
/// When the database refuses.
pub async fn get(reader: &mut Conn, user: &str) -> Result<Option<Hindered>, sqlx::Error> {
    let row = sqlx::query("select kind, since_at, told_at from unreached where user_id = $1")
        .bind(user)
        .fetch_optional(reader)
        .await?;
    row.map(|row| {
        let kind: String = row.try_get(0)?;
        Ok(Hindered {
            reach: kind.parse().unwrap_or(Reach::Refused),
            since_at: row.try_get(1)?,
            told_at: row.try_get(2)?,
        })
    })
    .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn set(tx: &mut Conn, user: &str, hindered: Hindered) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into unreached (user_id, kind, since_at, told_at) values ($1, $2, $3, $4) \
         on conflict (user_id) do update set kind = excluded.kind, since_at = excluded.since_at, \
         told_at = excluded.told_at",
    )
    .bind(user)
    .bind(hindered.reach.as_str())
    .bind(hindered.since_at)
    .bind(hindered.told_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn clear(tx: &mut Conn, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from unreached where user_id = $1").bind(user).execute(tx).await?;
    Ok(())
}

/// Whether an invitation to a person is still to be sent.
///
/// # Errors
/// When the database refuses.
pub async fn is_asked(reader: &mut Conn, user: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from outbox where sent_at is null and parked_at is null and kind = 'invite' \
         and subject = $1 limit 1",
    )
    .bind(user)
    .fetch_optional(reader)
    .await?;
    Ok(row.is_some())
}
