//! `restore`: a backup into a place that holds nothing. With SQLite the database is built under another
//! name and gets its own when it is whole; with PostgreSQL all rows come in one transaction.
use super::{beside, clear, file, look, read, text};
use crate::clock;
use crate::config::Config;
use crate::run::disk;
use anyhow::{Context, bail, ensure};
use bridge::backup::actions;
use bridge::backup::rules::Note;
use bridge::ledger::actions::verify;
use bridge::platform::db::Db;
use secrecy::ExposeSecret;
use std::fs::rename;
use std::path::Path;

/// Restores it; gives what it was.
///
/// # Errors
/// One sentence: what is wrong with the file, or what is in the way; then nothing was changed.
pub async fn restore(config: &Config, from: &Path) -> anyhow::Result<Note> {
    let url = config.database.url.expose_secret();
    let found = read(from)?;
    match disk::file(url) {
        Some(database) => into_sqlite(&found, &database).await?,
        None => into_postgres(&found, url, from).await?,
    }
    Ok(found.note)
}

async fn into_sqlite(found: &super::Read, database: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal"] {
        let there = beside(database, ending);
        ensure!(
            std::fs::metadata(&there).map_or(0, |held| held.len()) == 0,
            "{} is there already; a backup is restored only where nothing is. Move it away, or name \
             another file in `database.url`.",
            there.display()
        );
    }
    let build = beside(database, ".restoring");
    clear(&build);
    let built = async {
        look(found, &build).await?;
        let db = Db::open_present(&format!("sqlite:{}", text(&build)?)).await?;
        let settled = settle(&db, found).await;
        db.close().await;
        settled?;
        // The last one to close it writes all of it into the file; a rest would not be renamed with it.
        let rest = std::fs::metadata(beside(&build, "-wal")).map_or(0, |rest| rest.len());
        ensure!(rest == 0, "{} was not closed as a whole", build.display());
        Ok(())
    };
    if let Err(error) = built.await {
        clear(&build);
        return Err(error);
    }
    rename(&build, database).with_context(|| format!("{} cannot be made", database.display()))?;
    clear(&build);
    file::sync_folder(database)
}

async fn into_postgres(found: &super::Read, url: &str, from: &Path) -> anyhow::Result<()> {
    let db = Db::open(url).await.context("the database cannot be opened; check `database.url`")?;
    let copy = beside(from, ".restoring");
    clear(&copy);
    let filled = async {
        ensure!(
            actions::is_fresh(&db).await?,
            "the database of `database.url` holds rows already; a backup is restored only where \
             nothing is. Name a new, empty database."
        );
        look(found, &copy).await?;
        actions::fill(&db, text(&copy)?, found.note.schema, clock::now()).await?;
        settle(&db, found).await
    };
    let filled = filled.await;
    clear(&copy);
    db.close().await;
    filled
}

/// Brings it to this program's schema, recomputes the ledger, and notes where it comes from.
async fn settle(db: &Db, found: &super::Read) -> anyhow::Result<()> {
    let head = verify(&mut *db.snapshot().await?).await?;
    if let Some((seq, problem)) = head.bad {
        bail!("entry {seq} of its ledger is bad: {problem}");
    }
    Ok(actions::settle(db, found.note.made_at, clock::now()).await?)
}
