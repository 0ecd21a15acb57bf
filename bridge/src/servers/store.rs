//! Rows of looks at other homeservers.
use crate::platform::db::Conn;
use sqlx::Row as _;

/// A look that was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub id: String,
    pub server: String,
    /// Where the answer goes, JSON.
    pub place: String,
    pub hook: Option<(String, String)>,
    /// What was found, JSON.
    pub result: Option<String>,
}

/// # Errors
/// When the database refuses.
pub async fn ask(tx: &mut Conn, asked: &Asked, by: &str, now: i64) -> Result<(), sqlx::Error> {
    let (hook, subject) = asked.hook.clone().unzip();
    sqlx::query(
        "insert into server_check (id, server, asked_by, place, hook, subject, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&asked.id)
    .bind(&asked.server)
    .bind(by)
    .bind(&asked.place)
    .bind(hook)
    .bind(subject)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Servers that are to be looked at, oldest wish first.
///
/// # Errors
/// When the database refuses.
pub async fn owed(reader: &mut Conn, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select server from server_check where done_at is null group by server \
         order by min(asked_at), server limit $1",
    )
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// What was last found about a server, and when.
///
/// # Errors
/// When the database refuses.
pub async fn newest(reader: &mut Conn, server: &str) -> Result<Option<(String, i64)>, sqlx::Error> {
    let row = sqlx::query(
        "select result, done_at from server_check where server = $1 and result is not null \
         order by done_at desc limit 1",
    )
    .bind(server)
    .fetch_optional(reader)
    .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// Writes what was found for all who wait for it; their ids.
///
/// # Errors
/// When the database refuses.
pub async fn done(
    tx: &mut Conn,
    server: &str,
    result: &str,
    now: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "update server_check set done_at = $1, result = $2 where server = $3 and done_at is null \
         returning id",
    )
    .bind(now)
    .bind(result)
    .bind(server)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn by_id(reader: &mut Conn, id: &str) -> Result<Option<Asked>, sqlx::Error> {
    let row = sqlx::query(
        "select id, server, place, hook, subject, result from server_check where id = $1",
    )
    .bind(id)
    .fetch_optional(reader)
    .await?;
    row.map(|row| {
        let (hook, subject): (Option<String>, Option<String>) = (row.try_get(3)?, row.try_get(4)?);
        Ok(Asked {
            id: row.try_get(0)?,
            server: row.try_get(1)?,
            place: row.try_get(2)?,
            hook: hook.zip(subject),
            result: row.try_get(5)?,
        })
    })
    .transpose()
}

/// Results that nobody needs any more.
///
/// # Errors
/// When the database refuses.
pub async fn shed(tx: &mut Conn, before: i64) -> Result<(), sqlx::Error> {
    sqlx::query("delete from server_check where done_at < $1").bind(before).execute(tx).await?;
    Ok(())
}
