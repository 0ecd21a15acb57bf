//! The installation's own id: made once, part of every derived id and marker.
mod store;

use super::db::{Db, Engine, lock_setup};
use super::refusal::Fault;
use super::signals::Signals;
use crate::program::Install;
use std::sync::atomic::Ordering::Relaxed;

/// Reads the installation, or makes it with the given random bytes.
///
/// # Errors
/// When the database refuses.
pub async fn open(db: &Db, random: u128, now: i64) -> Result<Install, Fault> {
    let mut tx = db.begin().await?;
    lock_setup(&mut tx, db.engine()).await?;
    if db.engine() == Engine::Postgres {
        super::inbox::store::numbers_on(&mut tx).await?;
    }
    let id = ulid::Ulid::from_parts(now.unsigned_abs(), random).to_string();
    let install = store::read_or_insert(&mut tx, &id, now).await?;
    tx.commit().await?;
    Ok(install)
}

/// Reads the installation of a database that cannot be written; `None` where there is none.
///
/// # Errors
/// When the database refuses.
pub async fn read(db: &Db) -> Result<Option<Install>, Fault> {
    Ok(store::read(&mut *db.read().await?).await?)
}

/// How many inputs wait, whoever accepted them.
///
/// # Errors
/// When the database refuses.
pub async fn count(db: &Db, signals: &Signals) -> Result<(), Fault> {
    let (_, waiting) = super::inbox::store::head(&mut *db.read().await?).await?;
    signals.pending.store(usize::try_from(waiting).unwrap_or(0), Relaxed);
    Ok(())
}

/// What the loops must know of the rows before the first event comes, and whoever stands by now and then.
///
/// # Errors
/// When the database refuses.
pub async fn load(db: &Db, signals: &Signals) -> Result<(), Fault> {
    let mut reader = db.read().await?;
    let (seq, waiting) = super::inbox::store::head(&mut reader).await?;
    signals.seq.fetch_max(seq, Relaxed);
    // After a restore nothing comes in before the rooms are read back.
    signals.set_shut(crate::backup::store::open_restore(&mut reader).await?.is_some());
    signals.pending.store(usize::try_from(waiting).unwrap_or(0), Relaxed);
    signals.set_places(crate::rooms::actions::places(&mut reader).await?);
    Ok(())
}
