//! `backup` and `restore`: everything in one file, and the way back.
use crate::{backup, config, run};
use clap::Args;
use std::path::{Path, PathBuf};

/// What went wrong, and why, in one sentence.
fn whole(error: &anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

#[derive(Args)]
pub struct Backup {
    /// A new file; it is made for its owner alone.
    file: PathBuf,
}

impl Backup {
    /// # Errors
    /// One sentence.
    pub async fn run(
        &self,
        config_file: &Path,
        set: &[(String, String)],
    ) -> anyhow::Result<String> {
        let config = config::load(config_file, set)?;
        let db = run::database_as_it_is(&config).await?;
        let made = backup::make(&db, &self.file).await;
        db.close().await;
        made.map_err(|error| whole(&error))
    }
}

#[derive(Args)]
pub struct Restore {
    /// The backup.
    file: PathBuf,
    /// Look through it and say what it is; write nothing.
    #[arg(long)]
    check: bool,
}

impl Restore {
    /// # Errors
    /// One sentence: what is wrong with the file, or what is in the way.
    pub async fn run(
        &self,
        config_file: &Path,
        set: &[(String, String)],
    ) -> anyhow::Result<String> {
        if self.check {
            let note = backup::check(&self.file).await.map_err(|error| whole(&error))?;
            return Ok(format!("A whole backup, {}", backup::said(&note)));
        }
        let config = config::load(config_file, set)?;
        let _alone = run::alone(&config).await?;
        let note = backup::restore(&config, &self.file).await.map_err(|error| whole(&error))?;
        Ok(format!(
            "Restored: {}\npartnerspace run reads from the rooms what came after it.",
            backup::said(&note)
        ))
    }
}
