//! `verify-export <folder> [<seq> <hash>]`: checks an export, and a head that somebody has kept.
#![expect(clippy::print_stdout, reason = "a program whose output is a report")]
use anyhow::{Context, bail};
use partnerspace_tests::verifier::{content, read, verify};
use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(words.first().context("verify-export <folder> [<seq> <hash>]")?);
    let report = verify(&folder)?;
    for finding in &report.findings {
        println!("{finding}");
    }
    if !report.findings.is_empty() {
        bail!("The export does not verify.");
    }
    if let [_, seq, hash] = words.as_slice() {
        let export = read::open(&folder)?;
        let seq = seq.parse().context("the number of an entry")?;
        if !content(&export).has_head(&export, seq, hash) {
            bail!("Entry {seq} has another hash: the ledger is not the one that was kept.");
        }
        println!("Entry {seq} is the one that was kept.");
    }
    println!(
        "The export verifies: {} entries, head {}, {} balances, {} standings.",
        report.seq,
        report.hash,
        report.balances.len(),
        report.boards.len()
    );
    Ok(())
}
