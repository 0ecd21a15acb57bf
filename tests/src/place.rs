//! Where things lie: the workspace, its ignored folder for tests, and ports nobody else takes.
use crate::Outcome;
use anyhow::{Context, ensure};
use std::fs::{File, create_dir_all};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The folder of the workspace.
#[must_use]
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().unwrap_or(here).to_path_buf()
    })
}

/// The interpreter that has Synapse, installed at the first call when it is missing.
pub fn python() -> Outcome<PathBuf> {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = PYTHON.get() {
        return Ok(found.clone());
    }
    let done = Command::new("python3")
        .arg(root().join("deploy/lib/synapse.py"))
        .arg("install")
        .arg(root().join(".test/venv"))
        .output()
        .context("python3 is missing")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "could not install Synapse: {said}");
    let path = PathBuf::from(String::from_utf8_lossy(&done.stdout).trim());
    Ok(PYTHON.get_or_init(|| path).clone())
}

/// A free port of 127.0.0.1, below the range of outgoing connections and from a block that this
/// process holds by a file lock: a port given out now is still free when a server binds it later.
pub fn port() -> Outcome<u16> {
    static BLOCK: Mutex<Option<Block>> = Mutex::new(None);
    let mut held = BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let block = match &mut *held {
        Some(block) => block,
        none => none.insert(Block::take()?),
    };
    block.next().context("this test run has used up its block of ports")
}

const FIRST_PORT: u16 = 10_000;
const BLOCK_PORTS: u16 = 2_000;
const BLOCKS: u16 = 10;

struct Block {
    _lock: File,
    next: u16,
    end: u16,
}

impl Block {
    fn take() -> Outcome<Self> {
        let folder = std::env::temp_dir().join("partnerspace-ports");
        create_dir_all(&folder)?;
        for number in 0..BLOCKS {
            let lock = File::create(folder.join(number.to_string()))?;
            if lock.try_lock().is_ok() {
                let next = FIRST_PORT + number * BLOCK_PORTS;
                return Ok(Self { _lock: lock, next, end: next + BLOCK_PORTS });
            }
        }
        anyhow::bail!("{BLOCKS} test runs hold ports at the same time")
    }
}

impl Iterator for Block {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        while self.next < self.end {
            let port = self.next;
            self.next += 1;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return Some(port);
            }
        }
        None
    }
}
