//! `export`: the books into a folder, from one moment of the database; safe beside a running program.
use crate::{clock, config};
use anyhow::{Context, bail};
use bridge::export::actions;
use bridge::export::form::{Csv, Form, Lines};
use bridge::export::rules::{FileNote, MANIFEST, TABLES, Table};
use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, OpenOptions, read_dir};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Args)]
pub struct Export {
    /// A new or empty folder for the files; it is made where it is absent.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// csv for spreadsheets, jsonl (JSON lines) for programs.
    #[arg(long, value_enum, default_value = "both")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
    Both,
}

impl Format {
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv"],
            Self::Jsonl => &["jsonl"],
            Self::Both => &["csv", "jsonl"],
        }
    }
}

impl Export {
    /// Writes the files and says what they hold.
    ///
    /// # Errors
    /// One sentence: a folder that holds something, a file or a database that refuses.
    pub async fn run(
        &self,
        config_file: &Path,
        set: &[(String, String)],
    ) -> anyhow::Result<String> {
        let config = config::load(config_file, set)?;
        let program = crate::run::program(&config)?;
        let db = crate::run::database_as_it_is(&config).await?;
        empty_folder(&self.to)?;
        let mut snapshot = db.snapshot().await?;
        let head = actions::head(&mut snapshot).await?;
        let mut notes = Vec::new();
        for table in &TABLES {
            let mut files = Vec::new();
            for ending in self.format.endings() {
                files.push(Hashed::new(&self.to, format!("{}.{ending}", table.name))?);
            }
            let mut forms = forms(table, self.format, &files)?;
            let rows = actions::table(&mut snapshot, table, &mut forms).await;
            let rows = rows.with_context(|| format!("{} cannot be written", table.name))?;
            drop(forms);
            for file in files {
                notes.push(file.note(rows)?);
            }
        }
        drop(snapshot);
        db.close().await;
        let (seq, hash) = (head.seq, head.hash.clone());
        let manifest = actions::manifest(&program, head, clock::now(), notes);
        let mut file = private(&self.to.join(MANIFEST))?;
        serde_json::to_writer_pretty(&mut file, &manifest)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        let names = manifest.files.len() + 1;
        Ok(format!(
            "{names} files in {}: the ledger up to entry {seq}, head {hash}.",
            self.to.display()
        ))
    }
}

/// Makes the folder for its owner alone; one that holds something stays as it is.
fn empty_folder(folder: &Path) -> anyhow::Result<()> {
    match read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                bail!(
                    "{} holds files already; name a new folder, such as {}-2.",
                    folder.display(),
                    folder.display()
                );
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.with_context(|| format!("{} cannot be made", folder.display()))
        }
        Err(error) => Err(error).with_context(|| format!("{} is no folder", folder.display())),
    }
}

fn private(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.with_context(|| format!("{} cannot be made", path.display()))
}

fn forms(table: &Table, format: Format, files: &[Hashed]) -> io::Result<Vec<Box<dyn Form>>> {
    let mut forms: Vec<Box<dyn Form>> = Vec::new();
    for (ending, file) in format.endings().iter().zip(files) {
        forms.push(match *ending {
            "csv" => Box::new(Csv::begin(file.clone(), table)?),
            _ => Box::new(Lines::begin(file.clone(), table)),
        });
    }
    Ok(forms)
}

/// A file that knows the hash of what was written to it. It is shared with the form that writes it.
#[derive(Clone)]
struct Hashed {
    name: String,
    file: Arc<Mutex<(BufWriter<File>, Sha256)>>,
}

impl Hashed {
    fn new(folder: &Path, name: String) -> anyhow::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, private(&folder.join(&name))?);
        Ok(Self { name, file: Arc::new(Mutex::new((file, Sha256::new()))) })
    }

    fn note(self, rows: u64) -> anyhow::Result<FileNote> {
        let mut inner = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.flush()?;
        inner.0.get_ref().sync_all()?;
        let digest = inner.1.clone().finalize();
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        drop(inner);
        Ok(FileNote { name: self.name, rows, sha256 })
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.write_all(bytes)?;
        inner.1.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).0.flush()
    }
}
