//! The file itself: a database, and one line behind it that says what it is and what its bytes add up to.
use anyhow::{Context, ensure};
use bridge::backup::rules::{NOTE_BYTES_MAX, Note, read as read_note};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

const BLOCK: usize = 1 << 16;

/// A backup whose bytes are what they were.
#[derive(Debug)]
pub struct Read {
    pub note: Note,
    path: PathBuf,
}

/// Reads a backup's note and adds its bytes up.
///
/// # Errors
/// When it is none, or a byte of it has changed.
pub fn read(path: &Path) -> anyhow::Result<Read> {
    let cannot = || format!("{} cannot be read", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let length = file.metadata().with_context(cannot)?.len();
    let end = length.min(NOTE_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(length - end)).with_context(cannot)?;
    let mut last = Vec::new();
    file.read_to_end(&mut last).with_context(cannot)?;
    let none =
        || format!("{} is no whole backup: its last line is missing or changed", path.display());
    let (note, line) = read_note(&last).with_context(none)?;
    ensure!(note.bytes + line as u64 == length, none());
    let sum = sum_of(&mut File::open(path).with_context(cannot)?.take(note.bytes))?;
    ensure!(
        sum.1 == note.sha256,
        "{} is damaged: its bytes are not those that were written",
        path.display()
    );
    Ok(Read { note, path: path.to_path_buf() })
}

/// Writes the database of a backup into a file that is empty, down to the disk.
pub(super) fn extract(found: &Read, to: &Path) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", to.display());
    let mut from = File::open(&found.path)?.take(found.note.bytes);
    let mut file = OpenOptions::new().write(true).truncate(true).open(to).with_context(cannot)?;
    io::copy(&mut from, &mut file).with_context(cannot)?;
    file.sync_all().with_context(cannot)
}

/// How many bytes a file has, and their sum.
pub(super) fn sum(path: &Path) -> anyhow::Result<(u64, String)> {
    sum_of(&mut File::open(path)?)
}

fn sum_of(from: &mut impl io::Read) -> anyhow::Result<(u64, String)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut block = vec![0; BLOCK];
    loop {
        let read = from.read(&mut block)?;
        if read == 0 {
            break;
        }
        hash.update(block.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
    let sum = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, sum))
}

pub(super) fn append(path: &Path, line: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// A new name is there after a power cut only when its folder was written.
pub(super) fn sync_folder(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(())
}
