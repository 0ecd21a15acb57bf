//! Whatever single byte of an exported ledger file is changed, the verifier names the file; and without
//! the noted checksums, which who changes a file can change too, it names the entry that was touched.
use super::export::export;
use super::played::{house, play};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::Ground;
use partnerspace_tests::verifier::{content, read, verify};
use std::fs;
use std::path::Path;

/// So many bytes of each file are tried; a property tries every place of an entry.
const TRIES: usize = 40;

async fn tampered(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    play(&mut house).await?;
    let folder = export(&house, "books", &[])?;
    house.program.signal("TERM")?;
    for name in ["entries", "postings", "statements", "standings", "sales", "shares"] {
        for ending in ["jsonl", "csv"] {
            every_byte(&folder, &format!("{name}.{ending}"))?;
        }
    }
    let (lines, alone) = ("entries.jsonl", house.program.folder().join("alone"));
    fs::create_dir(&alone)?;
    for name in fs::read_dir(&folder)?.flatten().map(|entry| entry.file_name()) {
        if !name.to_string_lossy().ends_with(".csv") {
            fs::copy(folder.join(&name), alone.join(&name))?;
        }
    }
    sealed_bytes(&alone.join(lines), &alone)
}

fn every_byte(folder: &Path, file: &str) -> Outcome<()> {
    let path = folder.join(file);
    let good = fs::read(&path)?;
    let step = (good.len() / TRIES).max(1);
    for at in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, &bad)?;
        let named = verify(folder)?.findings.iter().any(|finding| finding.file == file);
        ensure!(named, "byte {at} of {file} was changed unseen");
    }
    Ok(fs::write(&path, &good)?)
}

/// Bytes of the text, the hashes and the number of an entry.
fn sealed_bytes(path: &Path, folder: &Path) -> Outcome<()> {
    let good = fs::read_to_string(path)?;
    let mut start = 0;
    for (seq, line) in (1..).zip(good.split_inclusive('\n')) {
        let body = line.find("\"body\":").context("a body")?;
        for at in (body..line.len() - 1).step_by(13).chain(0..10) {
            let mut bad = good.clone().into_bytes();
            bad[start + at] ^= 1;
            fs::write(path, &bad)?;
            let export = read::open(folder)?;
            let named = content(&export).findings.into_iter().any(|finding| {
                // Who changes the number of an entry has it named by its new one.
                let here = |row: i64| at < body || row == seq || row == seq + 1;
                finding.file.starts_with("entries") && finding.row.is_some_and(here)
            });
            ensure!(named, "byte {at} of entry {seq} was changed unseen");
        }
        start += line.len();
    }
    Ok(fs::write(path, &good)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    tampered(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    tampered(Ground::FakePostgres).await
}
