//! The command line on a ledger as it is after years: how long `ledger verify` and `export` take, and
//! how much memory. Needs no homeserver; says how busy the machine was beside it.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::target::{Target, usage};
use crate::{Options, seed};

const ENTRIES: f64 = 1_000_000.0;
const ROUNDS: usize = 3;
const LOOK: Duration = Duration::from_millis(5);

pub fn print(options: &Options) -> Result<()> {
    let dir = options.dir.join("books");
    drop(Target::program(&options.program, &dir, "http://127.0.0.1:9")?);
    run(&options.program, &dir, &["migrate"])?;
    let entries = (ENTRIES * options.scale) as i64;
    let path = dir.join("bench.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        seed::partners(&path).await?;
        seed::entries(&path, entries).await
    })?;
    for round in 0..ROUNDS {
        println!(
            "books: {entries} entries, {}",
            run(&options.program, &dir, &["ledger", "verify"])?
        );
        let folder = format!("export{round}");
        println!("books: {}", run(&options.program, &dir, &["export", "--to", &folder])?);
    }
    Ok(())
}

/// Runs a subcommand to its end: what it took.
fn run(program: &Path, dir: &Path, arguments: &[&str]) -> Result<String> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(["--config", "partnerspace.toml"])
        .args(arguments)
        .current_dir(dir)
        .stdout(Stdio::null())
        .spawn()?;
    let (mut peak, mut cpu) = (0, 0.0);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if let Ok(now) = usage(&child.id().to_string()) {
            (peak, cpu) = (peak.max(now.rss_kib), now.cpu_s);
        }
        std::thread::sleep(LOOK);
    };
    let took = started.elapsed();
    ensure!(status.success(), "{arguments:?} failed");
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    Ok(format!(
        "{}: {took:.1?}, processor {cpu:.1} s, at most {} MiB (load average before {load})",
        arguments.join(" "),
        peak / 1024
    ))
}
