//! Looks at the free space of the database's disk every few seconds, so that no request has to. A
//! full disk would fail commits half way through a day; a refused transaction stays with the homeserver.
use anyhow::Context;
use bridge::platform::signals::Signals;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(5);

/// Makes the file for its owner alone, where there is none: names and amounts are nobody else's. SQLite
/// gives what it puts beside it the same mode.
pub fn keep_private(file: &Path) -> anyhow::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be made", file.display())),
    }
}

/// The file of a SQLite database.
pub fn file(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?.split('?').next()?;
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

/// The folder of a SQLite database; a PostgreSQL server watches its own disk.
pub fn folder(database_url: &str) -> Option<PathBuf> {
    let file = file(database_url)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Some(folder.map_or_else(|| PathBuf::from("."), PathBuf::from))
}

/// Looks until the future is dropped.
pub async fn watch(folder: PathBuf, bytes_min: u64, signals: &Signals) {
    loop {
        look(&folder, bytes_min, signals);
        tokio::time::sleep(EVERY).await;
    }
}

fn look(folder: &Path, bytes_min: u64, signals: &Signals) {
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        // What cannot be asked must not stop the program.
        Err(error) => return tracing::warn!(%error, "the disk's free space is not known"),
    };
    signals.disk_free.store(i64::try_from(free).unwrap_or(i64::MAX), Relaxed);
    let low = free < bytes_min;
    if signals.disk_low.swap(low, Relaxed) != low {
        if low {
            tracing::error!(
                free,
                bytes_min,
                "the disk is nearly full; nothing is taken in until there is room"
            );
        } else {
            tracing::info!(free, "there is room on the disk again");
            // What the homeserver held back comes at once after a ping, or is read from the rooms.
            signals.gaps.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_database() {
        for (url, wanted) in [
            ("sqlite:partnerspace.db", Some(".")),
            ("sqlite:/var/lib/p/p.db?mode=rwc", Some("/var/lib/p")),
            ("sqlite:///var/lib/p.db", Some("/var/lib")),
            ("postgres://user@host/name", None),
        ] {
            assert_eq!(folder(url), wanted.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn a_disk_is_low_below_the_limit_and_fine_again_above() {
        let signals = Signals::default();
        look(".".as_ref(), u64::MAX, &signals);
        assert!(signals.disk_low.load(Relaxed));
        look("/nowhere/at/all".as_ref(), 1, &signals);
        assert!(signals.disk_low.load(Relaxed), "no answer changes nothing");
        look(".".as_ref(), 1, &signals);
        assert!(!signals.disk_low.load(Relaxed));
    }
}
