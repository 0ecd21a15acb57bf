//! Making the database of a backup, and filling a fresh one from it. Files, sums and names are the
//! caller's.
use super::rules::{Head, Note, VERSION, ordered};
use super::store;
use crate::platform::db::{Db, Engine, MigrateError, migrate, migrate_to, version};
use crate::platform::refusal::Fault;

/// Writes everything of the database into a SQLite file, as it was at one moment. `build` is a file that
/// may be made meanwhile, and is the caller's to remove.
///
/// # Errors
/// When a database or the disk refuses.
pub async fn write(db: &Db, build: &str, file: &str, now: i64) -> Result<Head, Fault> {
    match db.engine() {
        Engine::Sqlite => store::vacuum_into(db, file).await?,
        Engine::Postgres => {
            let schema = version(db).await?;
            let copy = Db::open(&format!("sqlite:{build}")).await?;
            migrate_to(&copy, schema, now).await.map_err(as_fault)?;
            let mut from = db.snapshot().await?;
            let shapes = store::shapes(&mut from, Engine::Postgres).await?;
            let mut to = copy.write().await?;
            store::without_checks(&mut to).await?;
            drop(to);
            let mut to = copy.begin().await?;
            for shape in &shapes {
                store::copy(&mut from, &mut to, shape).await?;
            }
            to.commit().await?;
            drop(from);
            store::vacuum_into(&copy, file).await?;
            copy.close().await;
        }
    }
    head_of(file).await
}

/// What the database in a file says of itself.
///
/// # Errors
/// When it is none of ours.
pub async fn head_of(file: &str) -> Result<Head, Fault> {
    Ok(store::head(&mut store::open_file(file).await?).await?)
}

/// Looks through the database in a file; what is odd, if anything.
///
/// # Errors
/// When it cannot be read.
pub async fn odd(file: &str) -> Result<Option<String>, Fault> {
    Ok(store::odd(&mut store::open_file(file).await?).await?)
}

/// The note of a database, its bytes and their sum.
#[must_use]
pub fn note(head: Head, engine: Engine, made_at: i64, (bytes, sha256): (u64, String)) -> Note {
    let engine = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    Note {
        partnerspace_backup: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine: engine.to_owned(),
        made_at,
        schema: head.schema,
        install: head.install,
        ledger_seq: head.ledger_seq,
        ledger_hash: head.ledger_hash,
        bytes,
        sha256,
    }
}

/// Whether a database holds nothing yet.
///
/// # Errors
/// When it refuses.
pub async fn is_fresh(db: &Db) -> Result<bool, Fault> {
    let mut reader = db.read().await?;
    let shapes = store::shapes(&mut reader, db.engine()).await?;
    Ok(!store::holds_rows(&mut reader, &shapes).await?)
}

/// Fills a fresh PostgreSQL database from the file of a backup: all rows or none.
///
/// # Errors
/// When the database is not fresh, has another schema, or refuses.
pub async fn fill(db: &Db, file: &str, schema: i64, now: i64) -> Result<(), Fault> {
    migrate_to(db, schema, now).await.map_err(as_fault)?;
    let found = version(db).await?;
    if found != schema {
        return Err(Fault::Data(format!(
            "the database has schema version {found}, the backup {schema}; name a new, empty one"
        )));
    }
    let mut from = store::open_file(file).await?;
    let shapes = ordered(store::shapes(&mut from, Engine::Sqlite).await?);
    let mut to = db.begin().await?;
    for shape in &shapes {
        store::copy(&mut from, &mut to, shape).await?;
    }
    Ok(to.commit().await?)
}

/// Brings a restored database to this program's schema, and notes where it comes from.
///
/// # Errors
/// When it refuses.
pub async fn settle(db: &Db, backup_at: i64, now: i64) -> Result<(), Fault> {
    migrate(db, now).await.map_err(as_fault)?;
    let mut tx = db.begin().await?;
    store::restored(&mut tx, backup_at, now).await?;
    Ok(tx.commit().await?)
}

fn as_fault(error: MigrateError) -> Fault {
    match error {
        MigrateError::Db(error) => Fault::Db(error),
        error => Fault::Data(error.to_string()),
    }
}
