//! Brings the database to the schema version of this program; refuses one that is newer.
use super::{Conn, Db, Engine, lock_setup};
use schema::migrations::{NEWEST, migrations};
use sqlx::{AssertSqlSafe, Executor, Row};

/// What comes before all steps.
pub(super) const VERSIONS: &str =
    "create table schema_version (version bigint not null primary key, applied_at bigint not null)";

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "the database has schema version {found}, this program knows up to {NEWEST}; run the newer program"
    )]
    Newer { found: i64 },
    #[error("migration {version} ({name}): {error}")]
    Step { version: i64, name: &'static str, error: sqlx::Error },
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// The schema version that the database has; 0 when it is empty.
///
/// # Errors
/// When the database is gone.
pub async fn version(db: &Db) -> Result<i64, sqlx::Error> {
    version_in(&mut *db.read().await?, db.engine()).await
}

async fn version_in(connection: &mut Conn, engine: Engine) -> Result<i64, sqlx::Error> {
    let known = match engine {
        Engine::Sqlite => "select count(*) from sqlite_master where name = 'schema_version'",
        Engine::Postgres => {
            "select count(*) from information_schema.tables where table_schema = current_schema() and table_name = 'schema_version'"
        }
    };
    if sqlx::query(known).fetch_one(&mut *connection).await?.try_get::<i64, _>(0)? == 0 {
        return Ok(0);
    }
    let row = sqlx::query("select coalesce(max(version), 0) from schema_version")
        .fetch_one(&mut *connection)
        .await?;
    row.try_get(0)
}

/// Runs the missing steps, each in a transaction of its own; gives the versions before and after.
///
/// # Errors
/// When the database is newer than the program, or a step fails (then it left no trace).
pub async fn migrate(db: &Db, now: i64) -> Result<(i64, i64), MigrateError> {
    migrate_to(db, NEWEST, now).await
}

/// The same up to a version, for a database that is to be filled with what an older one held.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_to(db: &Db, last: i64, now: i64) -> Result<(i64, i64), MigrateError> {
    let before = version(db).await?;
    if before > NEWEST {
        return Err(MigrateError::Newer { found: before });
    }
    let missing = |version: i64| version > before && version <= last;
    for (version, name, sql) in migrations(db.engine()).filter(|step| missing(step.0)) {
        let step = |error| MigrateError::Step { version, name, error };
        let mut tx = db.begin().await?;
        // Of instances that start together one does each step.
        lock_setup(&mut tx, db.engine()).await?;
        if version_in(&mut tx, db.engine()).await? >= version {
            continue;
        }
        if version == 1 {
            tx.execute(VERSIONS).await.map_err(step)?;
        }
        tx.execute(AssertSqlSafe(sql)).await.map_err(step)?;
        sqlx::query("insert into schema_version (version, applied_at) values ($1, $2)")
            .bind(version)
            .bind(now)
            .execute(&mut *tx)
            .await
            .map_err(step)?;
        tx.commit().await.map_err(step)?;
    }
    Ok((before, last.max(before)))
}
