//! Whether the database is what was written: looked at before the first answer. One that is damaged is read no
//! more and written no more ([027](../../docs/decisions/027-damage.md)).
mod log;

use crate::run::disk;
use anyhow::Context;
use bridge::platform::db::{MigrateError, damage_in};
use std::fmt::{self, Display, Formatter};
use std::fs::{File, metadata};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// Up to this size every index is held against its table, and the whole ledger recomputed, before the first
/// answer; above it, the structure of all pages and the end of the ledger.
const THOROUGH_BYTES_MAX: u64 = 16 << 20;
const BUFFER: usize = 1 << 18;

/// What is damaged.
#[derive(Debug)]
pub struct Damaged(String);

impl Damaged {
    #[must_use]
    pub fn new(what: &str) -> Self {
        Self(what.to_owned())
    }
}

impl Display for Damaged {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "The database is damaged: {}. {WAY_OUT}", self.0)
    }
}

impl std::error::Error for Damaged {}

/// What to do about it.
pub const WAY_OUT: &str = "Nothing is taken in and nothing is sent. Stop the program, move the database away \
    (with SQLite its file and those that begin with its name), and run partnerspace restore <backup>; what came \
    after the backup is read from the rooms.";

/// Looks through the log beside a SQLite database, which opening it would cut at the first wrong byte.
///
/// # Errors
/// `Damaged`, or when it cannot be read.
pub fn look_at_log(database_url: &str) -> anyhow::Result<()> {
    let Some(database) = disk::file(database_url) else { return Ok(()) };
    let mut path = database.into_os_string();
    path.push("-wal");
    let path = PathBuf::from(path);
    let look = || found_in(&path).with_context(|| format!("{} cannot be read", path.display()));
    // Whoever writes it meanwhile can begin it anew between two of its frames: what is there twice is so.
    match look()?.and(look()?) {
        Some(what) => Err(Damaged(what).into()),
        None => Ok(()),
    }
}

fn found_in(path: &Path) -> io::Result<Option<String>> {
    match File::open(path) {
        Ok(file) => log::look(BufReader::with_capacity(BUFFER, file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What an error says of damage to the database, if it says so.
#[must_use]
pub fn told_by(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(Damaged(what)) = cause.downcast_ref() {
            return Some(what.clone());
        }
        let asked = match cause.downcast_ref::<MigrateError>() {
            Some(MigrateError::Step { error, .. } | MigrateError::Db(error)) => Some(error),
            _ => cause.downcast_ref::<sqlx::Error>(),
        };
        asked.and_then(damage_in)
    })
}

/// Whether a database is small enough to be looked through thoroughly at each start.
#[must_use]
pub fn is_small(database_url: &str) -> bool {
    let held = disk::file(database_url).and_then(|file| metadata(file).ok());
    held.is_some_and(|held| held.len() <= THOROUGH_BYTES_MAX)
}
