//! Rows of the audit.
use crate::platform::db::Conn;
use sqlx::Row as _;

#[derive(Debug, Clone)]
pub struct Line {
    pub seq: i64,
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub detail: String,
}

/// # Errors
/// When the database refuses.
pub async fn head(reader: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(seq), 0) from audit").fetch_one(reader).await?.try_get(0)
}

/// Whether something was ever done to an object.
///
/// # Errors
/// When the database refuses.
pub async fn is_noted(reader: &mut Conn, action: &str, object: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select count(*) from audit where action = $1 and object = $2")
        .bind(action)
        .bind(object)
        .fetch_one(reader)
        .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// The newest lines, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn newest(reader: &mut Conn, limit: i64) -> Result<Vec<Line>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, at, actor, action, object, detail from audit order by seq desc limit $1",
    )
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                seq: row.try_get(0)?,
                at: row.try_get(1)?,
                actor: row.try_get(2)?,
                action: row.try_get(3)?,
                object: row.try_get(4)?,
                detail: row.try_get(5)?,
            })
        })
        .collect()
}
