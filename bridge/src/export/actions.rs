//! Writes a table in all wanted forms; says what an export is of.
use super::form::Form;
use super::rules::{FileNote, Manifest, Table, VERSION};
use super::store;
use crate::ledger;
use crate::ledger::rules::Head;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::program::Program;
use schema::migrations::NEWEST;
use schema::period::GRACE_DAYS;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// How many rows were written.
///
/// # Errors
/// When the database or a file refuses.
pub async fn table(
    snapshot: &mut Conn,
    table: &Table,
    forms: &mut [Box<dyn Form + '_>],
) -> Result<u64, NotWritten> {
    let mut rows = 0;
    store::each(snapshot, table, |cells| {
        rows += 1;
        forms.iter_mut().try_for_each(|form| form.row(cells)).map_err(NotWritten::from)
    })
    .await?;
    forms.iter_mut().try_for_each(|form| form.end())?;
    Ok(rows)
}

/// The head of the ledger in this snapshot.
///
/// # Errors
/// When the database refuses.
pub async fn head(snapshot: &mut Conn) -> Result<Head, Fault> {
    Ok(ledger::store::head(snapshot).await?.unwrap_or_else(Head::genesis))
}

#[must_use]
pub fn manifest(program: &Program, head: Head, now: i64, files: Vec<FileNote>) -> Manifest {
    Manifest {
        v: VERSION,
        program: program.name.clone(),
        currency: program.currency.code().to_owned(),
        timezone: program.timezone.clone(),
        week_start: program.week_start.clone(),
        grace_days: GRACE_DAYS,
        exported_at: now,
        schema: NEWEST,
        ledger_seq: head.seq,
        ledger_hash: head.hash,
        files,
    }
}
