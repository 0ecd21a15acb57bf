//! Backup files: written beside the running program, looked through before they are trusted, restored
//! into a place that holds nothing. Whatever is killed half way leaves only a file that the next try
//! takes away.
mod file;
mod restore;
#[cfg(test)]
mod tests;

pub use file::{Read, read};
pub use restore::restore;

use crate::clock;
use crate::run::disk;
use anyhow::{Context, bail, ensure};
use bridge::backup::rules::Note;
use bridge::backup::{actions, store};
use bridge::platform::db::{Db, Engine, version};
use schema::migrations::NEWEST;
use std::ffi::OsString;
use std::fs::{remove_file, rename};
use std::path::{Path, PathBuf};

/// A file beside another, by what its name ends with.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no name in UTF-8", path.display()))
}

/// Takes away what a killed try left: a database and what SQLite puts beside it.
fn clear(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        // What is not there need not be removed.
        let _absent = remove_file(beside(path, ending));
    }
}

/// Writes a backup; `to` must not be there yet.
///
/// # Errors
/// One sentence: what cannot be read or written.
pub async fn write(db: &Db, to: &Path) -> anyhow::Result<Note> {
    ensure!(!to.exists(), "{} is there already; name a new file.", to.display());
    let (part, build) = (beside(to, ".part"), beside(to, ".build"));
    clear(&part);
    clear(&build);
    let written = write_part(db, &build, &part).await;
    clear(&build);
    let note = match written {
        Ok(note) => note,
        Err(error) => {
            clear(&part);
            return Err(error);
        }
    };
    rename(&part, to).with_context(|| format!("{} cannot be made", to.display()))?;
    file::sync_folder(to)?;
    Ok(note)
}

async fn write_part(db: &Db, build: &Path, part: &Path) -> anyhow::Result<Note> {
    // Before the database is read: all that is committed by now is in it.
    let made_at = clock::now();
    disk::keep_private(part)?;
    if db.engine() == Engine::Postgres {
        disk::keep_private(build)?;
    }
    let head = actions::write(db, text(build)?, text(part)?, made_at).await;
    let head = head.context("the backup could not be written")?;
    let note = actions::note(head, db.engine(), made_at, file::sum(part)?);
    file::append(part, &note.line()?)?;
    Ok(note)
}

/// Before the database is brought to another schema: a backup beside it (with PostgreSQL beside the
/// configuration), named by the schema that it has.
///
/// # Errors
/// When it cannot be written; then nothing was changed.
pub async fn before_migration(db: &Db, url: &str, config_file: &Path) -> anyhow::Result<()> {
    let before = version(db).await?;
    if before == 0 || before >= NEWEST || actions::is_fresh(db).await? {
        return Ok(());
    }
    let base = disk::file(url).unwrap_or_else(|| {
        config_file.parent().unwrap_or_else(|| Path::new("")).join("partnerspace")
    });
    let to = beside(&base, &format!(".schema-{before}.backup"));
    if to.exists() {
        // Of a migration that was cut off, or of an earlier time at this schema: the newer one is wanted.
        remove_file(&to).with_context(|| format!("{} cannot be replaced", to.display()))?;
    }
    let written = write(db, &to).await;
    written.with_context(|| {
        format!(
            "the database is to go from schema {before} to {NEWEST}, and a backup before that cannot be \
             written to {}; nothing was changed",
            to.display()
        )
    })?;
    tracing::info!(file = %to.display(), "a backup was written before the migration");
    Ok(())
}

/// `partnerspace backup`: writes it, and notes in the database that there is one.
///
/// # Errors
/// One sentence.
pub async fn make(db: &Db, to: &Path) -> anyhow::Result<String> {
    let note = write(db, to).await?;
    let bytes = i64::try_from(note.bytes).unwrap_or(i64::MAX);
    let noted = store::made(db, note.made_at, bytes, &note.sha256).await;
    noted.with_context(|| format!("{} is written, but could not be noted", to.display()))?;
    Ok(format!("{}: {}", to.display(), said(&note)))
}

/// What a note says, in one line.
#[must_use]
pub fn said(note: &Note) -> String {
    let when = jiff::Timestamp::from_millisecond(note.made_at).map_or_else(
        |_| note.made_at.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    );
    let head = if note.ledger_seq == 0 {
        "no entries yet".to_owned()
    } else {
        format!("the ledger up to entry {}, head {}", note.ledger_seq, note.ledger_hash)
    };
    format!(
        "made at {when} of {}, schema {}, {head}; {} bytes, SHA-256 {}.",
        note.engine, note.schema, note.bytes, note.sha256
    )
}

/// Looks through a backup without restoring it.
///
/// # Errors
/// What is wrong with it.
pub async fn check(path: &Path) -> anyhow::Result<Note> {
    let found = read(path)?;
    let copy = beside(path, ".looking");
    clear(&copy);
    let looked = look(&found, &copy).await;
    clear(&copy);
    looked.with_context(|| format!("{} is no good backup", path.display()))?;
    Ok(found.note)
}

/// Puts the database of a backup into a file of its own, and looks through it.
async fn look(found: &Read, copy: &Path) -> anyhow::Result<()> {
    if found.note.schema > NEWEST {
        bail!(
            "it has schema version {}, this program knows up to {NEWEST}; use the newer program",
            found.note.schema
        );
    }
    disk::keep_private(copy)?;
    file::extract(found, copy)?;
    let head = actions::head_of(text(copy)?).await?;
    ensure!(found.note.is_of(&head), "its last line is of another database");
    if let Some(odd) = actions::odd(text(copy)?).await? {
        bail!("its database is damaged: {odd}");
    }
    Ok(())
}
