//! A wall clock of their own for real processes: libfaketime lies before their C library, and all of a
//! world read one file that says how far their clock is from ours. Only the time of day is moved: what
//! measures a pause goes on as it does.
use crate::fake::clock;
use crate::{Outcome, process};
use anyhow::Context;
use std::fs::{read_dir, remove_file, rename, write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// Its build for programs of many threads.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

pub struct WallClock {
    folder: TempDir,
    preloaded: PathBuf,
    /// Whole seconds from our clock to theirs.
    offset_s: Mutex<i64>,
}

impl WallClock {
    /// A clock that shows this time now, epoch milliseconds, to the second.
    pub fn at(now: i64) -> Outcome<Self> {
        let preloaded = faketime()?;
        let folder = process::folder("clock")?;
        let this = Self { folder, preloaded, offset_s: Mutex::new((now - clock()) / 1_000) };
        this.tell()?;
        Ok(this)
    }

    /// Epoch milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        clock() + *self.offset_s.lock().unwrap_or_else(PoisonError::into_inner) * 1_000
    }

    /// So much time passes at once.
    pub fn pass(&self, time: Duration) -> Outcome<()> {
        let more = i64::try_from(time.as_secs())?;
        *self.offset_s.lock().unwrap_or_else(PoisonError::into_inner) += more;
        self.tell()
    }

    /// What a process is started with that lives by it.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let told = [
            ("LD_PRELOAD", self.preloaded.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            // Its name in older versions.
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            // A mend for old C libraries; with newer ones every timed wait of a thread is over at once.
            ("FAKETIME_FORCE_MONOTONIC_FIX", "0".to_owned()),
            // Files have the time of the disk.
            ("NO_FAKE_STAT", "1".to_owned()),
        ];
        told.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// At once for all: a file that is half written would be another time.
    fn tell(&self) -> Outcome<()> {
        let offset = *self.offset_s.lock().unwrap_or_else(PoisonError::into_inner);
        let new = self.folder.path().join("new");
        write(&new, format!("{offset:+}\n"))?;
        Ok(rename(new, self.file())?)
    }
}

impl Drop for WallClock {
    /// The library keeps two small files in memory for each process, and those of the killed stay.
    fn drop(&mut self) {
        for file in read_dir("/dev/shm").into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let id =
                ["faketime_shm_", "sem.faketime_sem_"].iter().find_map(|of| name.strip_prefix(of));
            if id.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
                // Another test may have done it.
                let _gone = remove_file(file.path());
            }
        }
    }
}

/// Where Debian and its kin put it, and others.
fn faketime() -> Outcome<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/lib"), PathBuf::from("/usr/lib64")];
    let found = read_dir("/usr/lib").map(|all| all.flatten().map(|one| one.path()).collect());
    folders.extend(found.unwrap_or_else(|_| Vec::new()));
    let mut files = folders.into_iter().map(|folder| folder.join(LIBRARY));
    let found = files.find(|file| file.exists());
    found.with_context(|| {
        "libfaketime is missing, without which the clocks of real homeservers cannot be moved: \
         install the package faketime (tests/run does it)"
    })
}
