//! Once a day the leaderboard room hears where the ledger ends, if it has moved; what was heard can be
//! compared with an export.
use super::export::export;
use super::played::{done, house};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::verifier::{content, read};
use partnerspace_tests::wait::until;

fn is_head(event: &&Event) -> bool {
    event.card()["kind"] == "ledger_head"
}

/// Midnight is past, as far as the job knows; waits until it has run.
async fn the_day_turns(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 1 where kind = 'ledger.head'", &[]).await?;
    house.program.restart().await?;
    let next = "select count(*) from job where kind = 'ledger.head' and run_at > 1";
    until("the next day's job", || async {
        (facts.number(next, &[]).await.ok()? == 1).then_some(())
    })
    .await
}

async fn told_when_moved(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    let room = house.room("leaderboard", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    the_day_turns(&house, &facts).await?;
    done(&mut house, "ana", "general", "!sale add 100 EUR Acme").await?;
    done(&mut house, "olga", "control", "!sale approve S-1").await?;
    the_day_turns(&house, &facts).await?;
    the_day_turns(&house, &facts).await?;
    done(&mut house, "ana", "general", "!sale add 200 EUR Beta").await?;
    done(&mut house, "olga", "control", "!sale approve S-2").await?;
    the_day_turns(&house, &facts).await?;
    let ana = house.person("ana")?;
    let second = ana
        .sees("the second head", |events| {
            events.iter().filter(is_head).find(|event| event.card()["seq"] == 2).cloned()
        })
        .await?;
    ensure!(second.room == room && second.body().contains("entry 2"), "{}", second.body());
    ensure!(second.body().lines().all(|line| line.chars().count() <= 90), "{}", second.body());
    let told = ana.shown().iter().filter(is_head).count();
    ensure!(told == 2, "{told} notices");

    done(&mut house, "olga", "control", "!sale void S-1 never paid --yes").await?;
    let kept = read::open(&export(&house, "later", &[])?)?;
    let hash = second.card()["hash"].as_str().context("a hash")?;
    ensure!(content(&kept).has_head(&kept, 2, hash), "the head is not in the export");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    told_when_moved(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    told_when_moved(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_synapse() -> Outcome<()> {
    told_when_moved(Ground::Synapse).await
}
