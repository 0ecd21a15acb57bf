//! The one row of the installation.
use crate::platform::db::Conn;
use crate::program::Install;
use sqlx::Row as _;

pub(super) async fn read_or_insert(
    tx: &mut Conn,
    id: &str,
    now: i64,
) -> Result<Install, sqlx::Error> {
    if let Some(install) = read(&mut *tx).await? {
        return Ok(install);
    }
    sqlx::query("insert into install (id, made_at) values ($1, $2)")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(Install { id: id.to_owned(), made_at: now })
}

pub(super) async fn read(reader: &mut Conn) -> Result<Option<Install>, sqlx::Error> {
    let row = sqlx::query("select id, made_at from install").fetch_optional(reader).await?;
    row.map(|row| Ok(Install { id: row.try_get(0)?, made_at: row.try_get(1)? })).transpose()
}
