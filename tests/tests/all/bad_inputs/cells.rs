//! What a spreadsheet would run, on its way through a claim into an export.
use super::{Case, Scene, faked};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use std::fs::read_to_string;

pub fn cases() -> Vec<Case> {
    vec![faked("B119", |scene| Box::pin(formulas(scene)))]
}

/// As a client and as a note; in quotes, so that a sign is no option.
async fn formulas(scene: &Scene) -> Outcome<()> {
    let mut names = Vec::new();
    for (n, text) in ["=HYPERLINK(http://x)", "+1", "-1", "@x", "\u{ff1d}1"].into_iter().enumerate()
    {
        let line = format!("!sale add 119.0{n} EUR \"{text}\" --note=\"{text}\"");
        let claimed = scene.ana(&line).await?;
        ensure!(claimed.card()["kind"] == "sale", "{text}: {}", claimed.body());
        names.push(text);
    }
    // No line brings a tab so far; a row may have one all the same.
    scene.facts.change("update sale set note = $1 where amount_minor = 11900", &["\t=1"]).await?;
    names.push("\t=1");
    let done = scene.house.program.output(&["export", "--to", "cells", "--format", "csv"])?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let folder = scene.house.program.folder().join("cells");
    let sales = read_to_string(folder.join("sales.csv"))?;
    for name in names {
        ensure!(sales.contains(&format!("\"'{name}\"")), "{name} is not made safe in {sales}");
    }
    for line in sales.lines() {
        for start in ["=", "+", "@", "\t", "\u{ff1d}"] {
            ensure!(!line.contains(&format!(",\"{start}")), "{line}");
            ensure!(!line.contains(&format!(",{start}")), "{line}");
        }
    }
    Ok(())
}
