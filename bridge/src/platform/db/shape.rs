//! Whether the tables of a SQLite database are those that its steps make: it takes the text of its schema at its
//! word, so that a changed letter there gives a column another name.
use super::Conn;
use super::migrate::VERSIONS;
use schema::migrations::{Engine, migrations};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use std::collections::HashMap;

/// What is made otherwise than by the steps of this program, if anything. What others have added is theirs, and so is an
/// index or a guard that they have dropped; a table that is gone is damage.
///
/// # Errors
/// When the database refuses.
pub async fn misshapen(reader: &mut Conn) -> Result<Option<String>, sqlx::Error> {
    let mut fresh = AnyConnection::connect("sqlite::memory:").await?;
    fresh.execute(VERSIONS).await?;
    for (_, _, sql) in migrations(Engine::Sqlite) {
        fresh.execute(AssertSqlSafe(sql)).await?;
    }
    let (wanted, mut found) = (texts(&mut fresh).await?, texts(reader).await?);
    fresh.close().await?;
    let wrong = wanted.into_iter().find(|(name, made)| match found.remove(name) {
        Some(is) => is != *made,
        None => made.kind == "table",
    });
    Ok(wrong.map(|(name, _)| format!("{name} is not as this program made it")))
}

#[derive(PartialEq, Eq)]
struct Made {
    kind: String,
    text: String,
}

async fn texts(connection: &mut Conn) -> Result<HashMap<String, Made>, sqlx::Error> {
    let query = "select name, type, sql from sqlite_master where sql is not null";
    let rows = sqlx::query(query).fetch_all(connection).await?;
    let made =
        |row: &AnyRow| Ok((row.try_get(0)?, Made { kind: row.try_get(1)?, text: row.try_get(2)? }));
    rows.iter().map(made).collect()
}
