//! A SQLite database serves one running program: a second one would send everything a second time.
//! The lock stands on a file beside the database, and ends with the process however it ends.
use super::disk;
use anyhow::Context;
use std::fs::{File, TryLockError};

/// Holds the database for as long as the result lives; with PostgreSQL there is nothing to hold.
///
/// # Errors
/// When another program runs on it, or the file cannot be made.
pub fn hold(database_url: &str) -> anyhow::Result<Option<File>> {
    let Some(database) = disk::file(database_url) else { return Ok(None) };
    let mut path = database.clone().into_os_string();
    path.push(".lock");
    let cannot = || format!("`database.url`: {} cannot be made", path.display());
    let lock = File::options().create(true).write(true).truncate(false).open(&path);
    let lock = lock.with_context(cannot)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "Partnerspace runs already on {}; stop the other one first (a SQLite database serves one).",
            database.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("p.db").display());
        let first = hold(&url).unwrap();
        assert!(first.is_some());
        let refused = hold(&url).unwrap_err().to_string();
        assert!(refused.starts_with("Partnerspace runs already on "), "{refused}");
        drop(first);
        assert!(hold(&url).is_ok());
        assert!(hold("postgres://localhost/p").unwrap().is_none());
    }
}
