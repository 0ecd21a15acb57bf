//! Past sales come in from a file, all or none, count on the boards, and go out again; each outcome is
//! told by line.
use super::export::export;
use super::played::{done, house};
use anyhow::ensure;
use jiff::{Timestamp, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::verifier::verify;
use partnerspace_tests::wait::until;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

const HEAD: &str = "external_id,partner,client,amount,currency,on,industry,note,rate\n";

/// Runs `import`: whether it was done, and what it said.
fn import(house: &House, arguments: &[&str]) -> Outcome<(bool, String)> {
    let done = house.program.output(&[&["import"], arguments].concat())?;
    let said = [done.stdout, done.stderr].concat();
    Ok((done.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

fn file(house: &House, name: &str, rows: &str) -> Outcome<()> {
    Ok(fs::write(house.program.folder().join(name), format!("{HEAD}{rows}"))?)
}

fn told(said: &str, words: &[&str]) -> Outcome<()> {
    for word in words {
        ensure!(said.contains(word), "“{word}” is not in:\n{said}");
    }
    Ok(())
}

/// The local day by the fake's clock.
fn today(house: &House) -> Outcome<String> {
    let now = house.now();
    let zone = TimeZone::get("Europe/Berlin")?;
    Ok(Timestamp::from_millisecond(now)?.to_zoned(zone).date().to_string())
}

async fn scores(house: &mut House, board: &str) -> Outcome<Vec<(String, i64)>> {
    let shown = done(house, "olga", "control", &format!("!board {board}")).await?;
    let rows = shown.card()["standings"].as_array().cloned().unwrap_or_default();
    let row =
        |row: &serde_json::Value| Some((row["name"].as_str()?.to_owned(), row["score"].as_i64()?));
    Ok(rows.iter().filter_map(row).collect())
}

async fn sales(facts: &Facts) -> Outcome<i64> {
    facts.number("select count(*) from sale", &[]).await
}

/// The ledger verifies, and so does an export.
fn whole(house: &House, folder: &str) -> Outcome<()> {
    let verified = house.program.output(&["ledger", "verify"])?;
    let said = String::from_utf8_lossy(&[verified.stdout, verified.stderr].concat()).into_owned();
    ensure!(verified.status.success(), "{said}");
    let report = verify(&export(house, folder, &[])?)?;
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

async fn in_and_out_again(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    let (ana, ben) = (house.person("ana")?.id.clone(), house.person("ben")?.id.clone());
    done(&mut house, "olga", "control", "!industry add dental \"Dental practices\"").await?;
    done(&mut house, "olga", "control", "!rate set USD 0.92 --from 2020-01-01").await?;
    done(&mut house, "ana", "general", "!sale add 100 EUR Acme").await?;
    done(&mut house, "olga", "control", "!sale approve S-1").await?;
    let (facts, on) = (Facts::of(&house.program).await?, today(&house)?);
    let good = format!(
        "crm-1,{ana},Acme,250.50,EUR,{on},dental,two sites,\n\
         crm-2,{ben},Beta,100,USD,{on},,,\n\
         crm-3,{ben},Gamma,1000,JPY,2021-03-02,dental,,0.0061\n\
         crm-1,{ana}, ACME ,250.5,eur,{on},dental,two sites,\n"
    );
    file(&house, "sales.csv", &good)?;
    // Not while the program runs.
    let (did, said) = import(&house, &["sales.csv"])?;
    ensure!(!did && said.contains("runs"), "{said}");
    house.program.kill9();
    comes_in(&house, &facts).await?;
    house.program.restart().await?;
    is_shown(&mut house).await?;
    house.program.kill9();
    goes_out(&mut house).await?;
    comes_again(&mut house, &ana, &on).await
}

/// Each fate first, without a trace; then written, once.
async fn comes_in(house: &House, facts: &Facts) -> Outcome<()> {
    let (did, said) = import(house, &["sales.csv"])?;
    ensure!(did, "{said}");
    told(&said, &["line 2 · crm-1", ": new\n", "line 4", "new, late: counts in"])?;
    told(&said, &["skipped: the same as line 2", "This would be B-1: 3 sales of 2 partners"])?;
    told(&said, &["€348.60", "1 of them are late", "--apply"])?;
    ensure!(sales(facts).await? == 1, "a dry run wrote something");
    let (did, _) = import(house, &["sales.csv", "--dry-run"])?;
    ensure!(did && sales(facts).await? == 1);

    let (did, said) = import(house, &["sales.csv", "--apply"])?;
    ensure!(did && said.contains("B-1 is written: 3 sales of 2 partners, €348.60"), "{said}");
    ensure!(said.contains("no commission"), "{said}");
    whole(house, "first")?;
    let (did, said) = import(house, &["sales.csv", "--apply"])?;
    ensure!(did, "{said}");
    told(&said, &["skipped: is S-2 already", "skipped: is S-4 already", "Nothing is new"])?;
    ensure!(sales(facts).await? == 4);
    Ok(())
}

/// The boards follow, in chat and as state; the team hears of it once; what came in is a sale as any
/// other, of which a part can be taken back.
async fn is_shown(house: &mut House) -> Outcome<()> {
    let ranks = scores(house, "revenue month").await?;
    ensure!(ranks == [("Ana".to_owned(), 35_050), ("Ben".to_owned(), 9_810)], "{ranks:?}");
    shown(house, "revenue.month", 35_050).await?;
    let notice = house.owner().sees("the notice", |events| {
        events.iter().find(|event| event.card()["kind"] == "import").cloned()
    });
    let notice = notice.await?;
    ensure!(notice.card()["batch"] == "B-1" && notice.card()["sales"] == 3, "{}", notice.card());
    let own = done(house, "ben", "dm", "!sale show S-3").await?;
    ensure!(own.card()["sale"]["status"] == "approved", "{}", own.card());

    done(house, "olga", "control", "!sale refund S-3 50 half --yes").await?;
    let news = house.person("ben")?.sees("the news", |events| {
        events.iter().find(|event| event.card()["event"] == "refunded").cloned()
    });
    ensure!(news.await?.body().contains("S-3"));
    done(house, "olga", "control", "!sale void S-4 twice --yes").await?;
    let status = done(house, "olga", "control", "!status").await?;
    ensure!(status.body().contains("0 parked"), "{}", status.body());
    Ok(())
}

async fn goes_out(house: &mut House) -> Outcome<()> {
    for (batch, reason, words) in
        [("B-2", "why", "no batch B-2"), ("B-1", " ", "say why"), ("1", "why", "is no batch")]
    {
        let (did, said) = import(house, &["--reverse", batch, "--reason", reason])?;
        ensure!(!did && said.contains(words), "{said}");
    }
    let (did, said) = import(house, &["--reverse", "B-1", "--reason", "the wrong file"])?;
    ensure!(did && said.contains("B-1 is reversed: 2 sales of 2 partners, €296.50"), "{said}");
    let (did, said) = import(house, &["--reverse", "B-1", "--reason", "again"])?;
    ensure!(!did && said.contains("reversed before"), "{said}");
    whole(house, "second")?;
    house.program.restart().await?;
    let ranks = scores(house, "revenue month").await?;
    ensure!(ranks == [("Ana".to_owned(), 10_000)], "{ranks:?}");
    shown(house, "revenue.month", 10_000).await
}

/// The same ids may come again, with other words, too.
async fn comes_again(house: &mut House, ana: &str, on: &str) -> Outcome<()> {
    house.program.kill9();
    file(house, "sales.csv", &format!("crm-1,{ana},Acme,300,EUR,{on},dental,,\n"))?;
    let (did, said) = import(house, &["sales.csv", "--apply"])?;
    ensure!(did && said.contains("B-2 is written"), "{said}");
    whole(house, "third")?;
    house.program.restart().await?;
    let ranks = scores(house, "revenue month --industry dental").await?;
    ensure!(ranks == [("Ana".to_owned(), 30_000)], "{ranks:?}");
    done(house, "olga", "control", "!ledger verify").await.map(drop)
}

/// Waits for the first score of a board's state.
async fn shown(house: &House, board: &str, score: i64) -> Outcome<()> {
    let (owner, space) = (house.owner(), &house.space);
    until(&format!("{score} in the state of {board}"), || async {
        let state = owner.state(space, "agency.siso.partners.leaderboard", board).await.ok()??;
        (state["standings"][0]["score"] == score).then_some(())
    })
    .await
}

/// One row that is wrong, and none is written; each is told by its line.
async fn all_or_nothing(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    let eve = house.stranger("eve").await?.id.clone();
    let ana = house.person("ana")?.id.clone();
    let (facts, on) = (Facts::of(&house.program).await?, today(&house)?);
    house.program.kill9();
    let rows = format!(
        "a,{ana},Acme,100,EUR,{on},,,\n\
         b,{eve},Acme,100,EUR,{on},,,\n\
         c,{ana},Acme,100,EUR,{on},boats,,\n\
         d,{ana},Acme,100,USD,{on},,,\n\
         e,{ana},\u{410}cme,100,EUR,{on},,,\n\
         f,{ana},Acme,1.0001,EUR,{on},,,\n\
         g,{ana},Acme,1,JPY,{on},,,0.001\n\
         a,{ana},Acme,101,EUR,{on},,,\n\
         h,{ana},Acme,100\n"
    );
    file(&house, "sales.csv", &rows)?;
    let (did, said) = import(&house, &["sales.csv", "--apply"])?;
    ensure!(!did, "{said}");
    for (line, words) in [
        (2, ": new"),
        (3, "is no partner of this program"),
        (4, "There is no such industry"),
        (5, "missing rate for USD"),
        (6, "only looks like the known client"),
        (7, "at most 2 decimals"),
        (8, "is nothing in EUR"),
        (9, "stands in line 2 with other words"),
        (10, "it has 4 cells, the first line has 9"),
    ] {
        let row = said.lines().find(|row| row.starts_with(&format!("line {line}")));
        ensure!(row.is_some_and(|row| row.contains(words)), "line {line} in:\n{said}");
    }
    told(&said, &["8 rows are wrong; nothing was written."])?;
    ensure!(sales(&facts).await? == 0);
    ensure!(facts.number("select count(*) from client", &[]).await? == 0, "a client was left");

    // Known with other words: named, and nothing is written.
    file(&house, "sales.csv", &format!("a,{ana},Acme,100,EUR,{on},,,\n"))?;
    ensure!(import(&house, &["sales.csv", "--apply"])?.0);
    file(
        &house,
        "sales.csv",
        &format!("n,{ana},Acme,5,EUR,{on},,,\na,{ana},Acme,99,EUR,{on},,,\n"),
    )?;
    let (did, said) = import(&house, &["sales.csv", "--apply"])?;
    ensure!(!did, "{said}");
    told(&said, &["line 3", "brought in before as S-1, with other words", "1 row is wrong"])?;

    // More than the boards can carry.
    let giants: String =
        (0..10).map(|n| format!("giant-{n},{ana},Acme,10000000000000,EUR,{on},,,\n")).collect();
    file(&house, "sales.csv", &giants)?;
    let (did, said) = import(&house, &["sales.csv", "--apply"])?;
    ensure!(!did && said.contains("larger than I can count"), "{said}");
    ensure!(
        sales(&facts).await? == 1 && facts.number("select count(*) from entry", &[]).await? == 1
    );
    whole(&house, "books")
}

const ROWS: usize = 1_000;

/// Killed at any moment, all rows are there or none.
async fn killed(ground: Ground) -> Outcome<()> {
    let house = house(ground).await?;
    let (facts, on, ana) =
        (Facts::of(&house.program).await?, today(&house)?, house.person("ana")?.id.clone());
    house.program.kill9();
    let rows: String =
        (0..ROWS).map(|n| format!("crm-{n},{ana},Client {n},1,EUR,{on},,,\n")).collect();
    file(&house, "sales.csv", &rows)?;
    let mut wait = Duration::from_millis(100);
    while sales(&facts).await? == 0 {
        let mut command = house.program.command(&["import", "sales.csv", "--apply"])?;
        let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        tokio::time::sleep(wait).await;
        running.kill()?;
        running.wait()?;
        let [sales, entries, postings, rows] = [
            "select count(*) from sale where approved_at is not null",
            "select count(*) from entry",
            "select count(*) from posting",
            "select count(*) from import_row",
        ];
        let found = [
            facts.number(sales, &[]).await?,
            facts.number(entries, &[]).await?,
            facts.number(postings, &[]).await? / 2,
            facts.number(rows, &[]).await?,
        ];
        let all = i64::try_from(ROWS)?;
        ensure!(found == [0; 4] || found == [all; 4], "{found:?} after {wait:?}");
        wait = wait * 3 / 2;
    }
    whole(&house, "books")
}

macro_rules! on_both {
    ($($name:ident: $run:ident),+ $(,)?) => { $(
        mod $name {
            use super::{Ground, Outcome, $run};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() -> Outcome<()> {
                $run(Ground::FakeSqlite).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() -> Outcome<()> {
                $run(Ground::FakePostgres).await
            }
        }
    )+ };
}

on_both!(sales_come_and_go: in_and_out_again, all_rows_or_none: all_or_nothing, kills: killed);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_come_and_go_on_synapse() -> Outcome<()> {
    in_and_out_again(Ground::Synapse).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_rows_or_none_on_synapse() -> Outcome<()> {
    all_or_nothing(Ground::Synapse).await
}
