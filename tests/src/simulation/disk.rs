//! The files of a SQLite database as a power cut can leave them: the database and its log, whose frames tell
//! where each transaction begins and ends. What SQLite keeps in `-shm` is gone, or is anything.
use crate::Outcome;
use anyhow::ensure;
use rand::Rng as _;
use rand::rngs::StdRng;
use std::fs::{read, remove_file, write};
use std::io::ErrorKind;
use std::path::Path;

pub const HEAD: usize = 32;
pub const PAGE: usize = 4_096;
pub const FRAME: usize = 24 + PAGE;
/// What a disk writes whole or not at all.
pub const SECTOR: usize = 512;
/// A last commit behind so many frames may have been written into the database already: then it was synced.
const UNSYNCED_FRAMES: usize = 50;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disk {
    pub db: Vec<u8>,
    pub log: Vec<u8>,
}

impl Disk {
    pub fn read(folder: &Path) -> Outcome<Self> {
        let log = match read(folder.join("p.db-wal")) {
            Ok(log) => log,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { db: read(folder.join("p.db"))?, log })
    }

    pub fn write(&self, folder: &Path) -> Outcome<()> {
        write(folder.join("p.db"), &self.db)?;
        write(folder.join("p.db-wal"), &self.log)?;
        match remove_file(folder.join("p.db-shm")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// What tells this log from those that stood in the same file before.
    #[must_use]
    pub fn salts(&self) -> Option<&[u8]> {
        self.log.get(16..24)
    }

    /// Where its transactions begin and end. When the database is at rest, all are whole.
    pub fn transactions(&self) -> Outcome<Vec<(usize, usize)>> {
        let Some(salts) = self.salts() else { return Ok(Vec::new()) };
        let (mut found, mut begin) = (Vec::new(), HEAD);
        let frames = self.log.get(HEAD..).unwrap_or_default().chunks_exact(FRAME);
        for (n, frame) in frames.enumerate() {
            if &frame[8..16] != salts {
                break;
            }
            if frame[4..8] != [0; 4] {
                let end = HEAD + (n + 1) * FRAME;
                found.push((begin, end));
                begin = end;
            }
        }
        Ok(found)
    }

    /// The database when all of the log is written into it.
    pub fn settled(&self) -> Outcome<Vec<u8>> {
        let mut db = self.db.clone();
        for (begin, end) in self.transactions()? {
            for frame in self.log[begin..end].chunks_exact(FRAME) {
                let page = u32::from_be_bytes(frame[0..4].try_into()?) as usize;
                let size = u32::from_be_bytes(frame[4..8].try_into()?) as usize;
                ensure!(page > 0, "a frame of no page");
                if db.len() < page * PAGE {
                    db.resize(page * PAGE, 0);
                }
                db[(page - 1) * PAGE..page * PAGE].copy_from_slice(&frame[24..]);
                if size > 0 {
                    db.resize(size * PAGE, 0);
                }
            }
        }
        Ok(db)
    }
}

/// What the disk holds: all that was synced; of the last commit, if nobody was told of it, any part; behind the
/// end, sectors of what was to come.
#[must_use]
pub fn after_a_cut(mut disk: Disk, is_untold: bool, rng: &mut StdRng) -> Disk {
    let Ok(transactions) = disk.transactions() else { return disk };
    let Some((begin, end)) = transactions.last().copied() else { return disk };
    if is_untold && end < UNSYNCED_FRAMES * FRAME {
        for sector in disk.log[begin..end].chunks_mut(SECTOR) {
            if rng.random() {
                sector.fill(0);
            }
        }
    } else if let Some(salts) = disk.salts().map(<[u8]>::to_vec) {
        let mut frame: Vec<u8> = (0..FRAME).map(|_| rng.random()).collect();
        frame[8..16].copy_from_slice(&salts);
        disk.log.truncate(end);
        disk.log.extend(frame);
    }
    disk
}
