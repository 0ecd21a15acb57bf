//! The command line: `partnerspace [--config FILE] [--set KEY=VALUE] <command>`.
mod backup;
mod export;
mod import;
mod init;
#[cfg(test)]
mod tests;
mod verify;

use crate::{config, doctor, telemetry};
use clap::{Parser, Subcommand};
use rand::Rng as _;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// A partner program inside Matrix: sales, boards and playbooks in ordinary rooms.
#[derive(Parser)]
#[command(name = "partnerspace", version, arg_required_else_help = true)]
struct Cli {
    /// The configuration file.
    #[arg(long, global = true, default_value = "partnerspace.toml", value_name = "FILE")]
    config: PathBuf,
    /// One setting before environment and file, such as `log.filter=debug`; repeatable. Not for
    /// secrets: other users of this machine can see it.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write partnerspace.toml and registration.yaml, and say what the homeserver needs.
    Init(Box<init::Init>),
    /// Check everything that must be right and say how to mend what is not.
    Doctor,
    /// Run the program.
    Run,
    /// Bring the database to this program's schema.
    Migrate,
    /// The ledger.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Write sales, ledger, statements and boards into files.
    Export(export::Export),
    /// Bring past sales in from a CSV file; the program must be stopped.
    Import(import::Import),
    /// Write everything into one file, while the program runs.
    Backup(backup::Backup),
    /// Fill a fresh database from a backup; the program must be stopped.
    Restore(backup::Restore),
    /// Recompute boards and results from what stands in the rooms: for partners, without the database.
    Verify(verify::Verify),
    /// Print the version.
    Version,
}

#[derive(Subcommand)]
enum Ledger {
    /// Recompute every hash, every sum, every board and every badge from the ledger.
    Verify,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as section.key=value".into()),
    }
}

/// Reads the arguments, does what they say, and gives the exit code: 0 done, 1 not done, 2 not
/// understood.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Verify(words) = &cli.command {
        return told(words);
    }
    match dispatch(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::Init(init) => say(&init.run(&mut rng(), &cli.config)?),
        Command::Doctor => runtime()?.block_on(examine(cli)),
        Command::Run => runtime()?.block_on(run(cli)),
        Command::Migrate => runtime()?.block_on(migrate(cli)),
        Command::Ledger(Ledger::Verify) => runtime()?.block_on(verify(cli)),
        Command::Export(export) => say(&runtime()?.block_on(export.run(&cli.config, &cli.set))?),
        Command::Import(import) => {
            say(&runtime()?.block_on(import.run(&cli.config, &cli.set, rng().random()))?)
        }
        Command::Backup(backup) => say(&runtime()?.block_on(backup.run(&cli.config, &cli.set))?),
        Command::Restore(restore) => say(&runtime()?.block_on(restore.run(&cli.config, &cli.set))?),
        // Its exit code says more than done or not done: `main` has run it.
        Command::Verify(_) => Ok(()),
        Command::Version => say(&env!("CARGO_PKG_VERSION")),
    }
}

/// Says what was found: 0 it matches, 1 something differs, 2 it cannot be told.
fn told(words: &verify::Verify) -> ExitCode {
    let verdict = runtime().map_err(anyhow::Error::from).and_then(|run| run.block_on(words.run()));
    match verdict {
        Ok(verdict) => match say(&verdict) {
            Ok(()) => ExitCode::from(verdict.code()),
            Err(_) => ExitCode::from(2),
        },
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: &Cli) -> anyhow::Result<()> {
    let config = config::load(&cli.config, &cli.set)?;
    telemetry::log(&config.log).map_err(anyhow::Error::msg)?;
    let random = rng().random();
    crate::run::run(&cli.config, &config, random).await
}

async fn migrate(cli: &Cli) -> anyhow::Result<()> {
    let config = config::load(&cli.config, &cli.set)?;
    let (db, (before, after)) = crate::run::database(&cli.config, &config).await?;
    db.close().await;
    if before == after {
        say(&format!("The database has schema version {after}: nothing to do."))
    } else {
        say(&format!("The database went from schema version {before} to {after}."))
    }
}

async fn verify(cli: &Cli) -> anyhow::Result<()> {
    let config = config::load(&cli.config, &cli.set)?;
    let program = crate::run::program(&config)?;
    let db = crate::run::database_as_it_is(&config).await?;
    let (found, replayed) = crate::run::verify(&db, &program).await?;
    db.close().await;
    if let Some((seq, problem)) = found.bad {
        anyhow::bail!("Entry {seq} is bad: {problem}. Restore a backup; nothing was changed.");
    }
    if let Some(odd) = replayed? {
        anyhow::bail!("{odd}");
    }
    say(&format!(
        "The ledger verifies: {} entries, head {}; the boards equal a replay, and so do the badges.",
        found.entries, found.hash
    ))
}

async fn examine(cli: &Cli) -> anyhow::Result<()> {
    let found = doctor::examine(&cli.config, &cli.set).await;
    for finding in &found {
        say(finding)?;
    }
    anyhow::ensure!(doctor::is_healthy(&found), "Something must be mended.");
    Ok(())
}

/// Two threads: one can wait for the disk while the other answers. More would only cost memory.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Answers of SQLite come from threads of its own, by the queue that is looked at this often.
        .global_queue_interval(8)
        .max_blocking_threads(4)
        .enable_all()
        .build()
}

#[expect(clippy::disallowed_methods, reason = "the process's one source of randomness")]
fn rng() -> rand::rngs::ThreadRng {
    rand::rng()
}

fn say(text: &impl Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
