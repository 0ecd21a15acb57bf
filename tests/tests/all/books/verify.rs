//! A long ledger is verified in turns: the one who asks hears at once that it goes on, others are
//! answered meanwhile, and the answer comes even when the program was killed between.
use super::played::{done, house};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::Ground;
use partnerspace_tests::people::Event;
use std::fmt::Write as _;

/// More than one turn takes.
const ENTRIES: usize = 5_000;

async fn in_turns(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    let ana = house.person("ana")?.id.clone();
    let short = done(&mut house, "olga", "control", "!ledger verify").await?;
    ensure!(short.card()["kind"] == "ledger", "{}", short.body());
    house.program.kill9();
    let mut file = "external_id,partner,client,amount,currency,on\n".to_owned();
    for n in 0..ENTRIES {
        writeln!(file, "crm-{n},{ana},Client {},1,EUR,2026-01-0{}", n % 50, n % 9 + 1)?;
    }
    std::fs::write(house.program.folder().join("sales.csv"), file)?;
    let written = house.program.output(&["import", "sales.csv", "--apply"])?;
    ensure!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    house.program.restart().await?;

    let olga = house.owner();
    let asked = olga.say(&house.control, "!ledger verify").await?;
    let first = olga.reply_to(&asked).await?;
    ensure!(first.body().contains("5,000 entries take a while"), "{}", first.body());
    // In the middle of it.
    house.program.restart().await?;
    done(&mut house, "ana", "general", "!me").await?;
    let is_answer = |event: &&Event| event.replies_to(&asked) && event.card()["kind"] == "ledger";
    let olga = house.owner();
    let answer = olga.sees("the answer", |events| events.iter().find(is_answer).cloned()).await?;
    ensure!(answer.body().contains("The ledger verifies") && answer.card()["entries"] == 5_000);

    // What is wrong far behind is found as well.
    let facts = Facts::of(&house.program).await?;
    let (off, on) = match ground {
        Ground::FakePostgres => {
            ("alter table posting disable trigger all", "alter table posting enable trigger all")
        }
        _ => ("drop trigger posting_no_update", "select 1"),
    };
    facts.change(off, &[]).await?;
    facts.change("update posting set minor = minor + 1 where seq = 4321 and n = 1", &[]).await?;
    facts.change(on, &[]).await?;
    let asked = olga.say(&house.control, "!ledger verify").await?;
    let is_answer = |event: &&Event| event.replies_to(&asked) && event.card()["kind"] == "ledger";
    let answer = olga.sees("the finding", |events| events.iter().find(is_answer).cloned()).await?;
    ensure!(answer.card()["bad_seq"] == 4321, "{}", answer.body());
    // So does the command line, of the boards as well.
    let bad = house.program.output(&["ledger", "verify"])?;
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    ensure!(!bad.status.success() && said.contains("Entry 4321 is bad"), "{said}");
    facts.change("update posting set minor = minor - 1 where seq = 4321 and n = 1", &[]).await.ok();
    Ok(())
}

/// A standing that the ledger does not make is named.
async fn odd_board(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    done(&mut house, "ana", "general", "!sale add 100 EUR Acme").await?;
    done(&mut house, "olga", "control", "!sale approve S-1").await?;
    let verify = |wanted: &str| -> Outcome<()> {
        let done = house.program.output(&["ledger", "verify"])?;
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        ensure!(said.contains(wanted), "{said}");
        Ok(())
    };
    verify("1 entries, head")?;
    let facts = Facts::of(&house.program).await?;
    let change = "update standing set score = score + 1 where board = 'revenue|all|'";
    facts.change(change, &[]).await?;
    verify("revenue|all| of ")?;
    verify("stored 10001 since")?;
    facts.change("update standing set score = score - 1 where board = 'revenue|all|'", &[]).await?;
    verify("boards equal a replay")?;
    facts.change("delete from standing where board = 'clients|all|'", &[]).await?;
    verify("clients|all| of ")?;
    verify("stored nothing, replayed 1 since")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_turns_on_sqlite() -> Outcome<()> {
    in_turns(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_turns_on_postgres() -> Outcome<()> {
    in_turns(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_board_on_sqlite() -> Outcome<()> {
    odd_board(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_board_on_postgres() -> Outcome<()> {
    odd_board(Ground::FakePostgres).await
}
