//! What the database says of itself: how durable its commits are, whether it takes a write, and whether it
//! is whole.
use super::{Conn, Damaged, Db, Engine};
use sqlx::Row as _;

/// `pragma synchronous=full` as SQLite gives it back.
const SQLITE_FULL: &str = "2";

/// How commits are kept, as one sentence's words, and whether that is what we need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    pub settings: String,
    pub kept: bool,
}

/// # Errors
/// When the database refuses.
pub async fn durability(reader: &mut Conn, engine: Engine) -> Result<Durability, sqlx::Error> {
    match engine {
        Engine::Sqlite => {
            let row = sqlx::query(
                "select (select journal_mode from pragma_journal_mode), \
                 (select cast(synchronous as text) from pragma_synchronous)",
            )
            .fetch_one(reader)
            .await?;
            let (journal, synchronous): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let full = synchronous == SQLITE_FULL;
            let shown = if full { "full" } else { synchronous.as_str() };
            let settings = format!("journal_mode {journal}, synchronous {shown}");
            Ok(Durability { settings, kept: journal == "wal" && full })
        }
        Engine::Postgres => {
            let row = sqlx::query(
                "select current_setting('fsync'), current_setting('synchronous_commit')",
            )
            .fetch_one(reader)
            .await?;
            let (fsync, commit): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let kept = fsync == "on" && commit != "off";
            Ok(Durability { settings: format!("fsync {fsync}, synchronous_commit {commit}"), kept })
        }
    }
}

/// Writes what is there already, down to the disk: whether the database takes anything.
///
/// # Errors
/// When it does not.
pub async fn touch(db: &Db) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    sqlx::query("update install set made_at = made_at").execute(&mut *tx).await?;
    tx.commit().await
}

/// Writes a row and takes it back.
///
/// # Errors
/// When it cannot be written.
pub async fn try_write(db: &Db) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    sqlx::query("insert into schema_version (version, applied_at) values ($1, $2)")
        .bind(-1_i64)
        .bind(0_i64)
        .execute(&mut *tx)
        .await?;
    tx.rollback().await
}

/// What an error says of damage to the database itself, if it says so.
#[must_use]
pub fn damage_in(error: &sqlx::Error) -> Option<String> {
    if let sqlx::Error::Decode(why) = error {
        return why.downcast_ref::<Damaged>().map(ToString::to_string);
    }
    let sqlx::Error::Database(said) = error else { return None };
    let code = said.code()?;
    // SQLite: malformed (and of a table, a sequence, an index), not a database. PostgreSQL: data, index.
    let is_so = matches!(&*code, "11" | "267" | "523" | "779" | "26" | "XX001" | "XX002");
    is_so.then(|| said.message().to_owned())
}

/// What SQLite finds wrong in the pages of its file, if anything; thoroughly: in the rows of each index, too.
///
/// # Errors
/// When the file cannot be read at all.
pub async fn damage(reader: &mut Conn, thoroughly: bool) -> Result<Option<String>, sqlx::Error> {
    let query = if thoroughly {
        "select integrity_check from pragma_integrity_check limit 1"
    } else {
        "select quick_check from pragma_quick_check limit 1"
    };
    let said = match sqlx::query(query).fetch_one(reader).await {
        Ok(row) => row.try_get::<String, _>(0)?,
        Err(error) => return damage_in(&error).map(Some).ok_or(error),
    };
    Ok((said != "ok").then_some(said))
}
