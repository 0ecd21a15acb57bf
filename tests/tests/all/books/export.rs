//! An export of a running program proves itself by the verifier that knows nothing but its files, and
//! says the same as the boards in chat.
use super::played::{done, house, play};
use anyhow::{Context, ensure};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::verifier::{Report, content, read, verify};
use partnerspace_tests::{Outcome, place};
use serde_json::Value;
use std::fs::{metadata, read_dir, read_to_string};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// Runs `export`; the folder.
pub fn export(house: &House, folder: &str, more: &[&str]) -> Outcome<PathBuf> {
    let arguments = [&["export", "--to", folder], more].concat();
    let done = house.program.output(&arguments)?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(house.program.folder().join(folder))
}

fn verified(folder: &std::path::Path) -> Outcome<Report> {
    let report = verify(folder)?;
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(report)
}

/// A folder that holds something stays as it is; a file is no folder.
fn kept_apart(house: &House) -> Outcome<()> {
    let again = house.program.output(&["export", "--to", "csv"])?;
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    ensure!(!again.status.success() && said.contains("holds files already"), "{said}");
    let file = house.program.output(&["export", "--to", "partnerspace.toml"])?;
    ensure!(!file.status.success());
    Ok(())
}

async fn exported(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    let empty = verified(&export(&house, "empty", &[])?)?;
    ensure!((empty.seq, empty.boards.len()) == (0, 0), "{empty:?}");
    play(&mut house).await?;
    let folder = export(&house, "out/books", &[])?;
    for entry in read_dir(&folder)? {
        let mode = metadata(entry?.path())?.permissions().mode();
        ensure!(mode & 0o777 == 0o600, "{mode:o}");
    }
    let report = verified(&folder)?;
    // Five approvals, three refunds, a void, a dispute lost, and what each meant for commission.
    ensure!(report.seq > 10, "{} entries", report.seq);
    let lines = read_to_string(folder.join("statements.jsonl"))?;
    ensure!(lines.contains(":held\"") && lines.contains("\"sale\":\"0"), "{lines}");

    // What the boards say in chat.
    for metric in ["revenue", "clients"] {
        let board = done(&mut house, "olga", "control", &format!("!board {metric} all")).await?;
        let standings = board.card()["standings"].as_array().context("standings")?;
        let shown = |row: &Value| {
            let key = [metric, "all", "", row["partner"].as_str()?].map(str::to_owned);
            let [metric, period, industry, partner] = key;
            let (score, _) = report.boards.get(&(metric, period, industry, partner))?;
            (row["score"].as_i64().map(i128::from) == Some(*score)).then_some(())
        };
        ensure!(
            !standings.is_empty() && standings.iter().all(|row| shown(row).is_some()),
            "{}",
            board.card()
        );
    }
    // 1000.01 less a third, in halves after it was put right, and 70 less 20; 250 − 100 USD at 0.92.
    let balance = |user: &str| -> Outcome<i128> {
        let read = read::open(&folder)?;
        let row = read
            .rows("partners")
            .find(|row| row.text("user_id").is_some_and(|id| id.starts_with(user)));
        let id = row.and_then(|row| row.text("id")).context("the partner")?;
        Ok(report.balances[&(format!("credit:{id}"), "EUR".to_owned())])
    };
    ensure!(balance("@ana")? == 33_334 + 5_000, "{}", balance("@ana")?);
    ensure!(balance("@ben")? == 33_334 + 13_800, "{}", balance("@ben")?);

    // One form alone proves itself, too.
    for form in ["csv", "jsonl"] {
        let alone = verified(&export(&house, form, &["--format", form])?)?;
        ensure!((alone.seq, &alone.hash) == (report.seq, &report.hash));
        ensure!(alone.boards == report.boards && alone.balances == report.balances);
    }
    let notes = read_to_string(folder.join("sales.csv"))?;
    ensure!(notes.contains("\"'=1+1\""), "{notes}");

    let sales = read::open(&folder)?;
    let right = |row: read::Row<'_>| row.text("corrects") == Some("S-2");
    ensure!(sales.rows("sales").any(right), "no sale names the one that it puts right");

    kept_apart(&house)?;

    // The head that somebody kept.
    let kept = read::open(&folder)?;
    let of_then = content(&kept);
    let first = kept.rows("entries").next().context("an entry")?;
    let hash = first.text("hash").context("a hash")?;
    ensure!(of_then.has_head(&kept, 1, hash) && of_then.has_head(&kept, report.seq, &report.hash));
    ensure!(
        !of_then.has_head(&kept, 2, hash) && !of_then.has_head(&kept, report.seq + 1, &report.hash)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    exported(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    exported(Ground::FakePostgres).await
}

/// The verifier would prove nothing if it asked the program.
#[test]
fn the_verifier_is_on_its_own() -> Outcome<()> {
    let mut files = 0;
    for entry in read_dir(place::root().join("tests/src/verifier"))? {
        let path = entry?.path();
        let text = read_to_string(&path)?;
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for name in ["bridge", "schema", "appservice"] {
                ensure!(!line.contains(&format!("{name}::")), "{}: {line}", path.display());
            }
        }
        files += 1;
    }
    ensure!(files > 5, "{files} files");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_synapse() -> Outcome<()> {
    exported(Ground::Synapse).await
}
