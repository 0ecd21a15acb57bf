//! What was said long ago and comes at once has a bound of its own: a week's talk of one person, not more.
use super::{house_of_two, push_aged};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::Ground;
use partnerspace_tests::wait::until;
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

/// As many as one person's late commands are answered at once.
const LATE_BURST: i64 = 500;
const TOO_MANY: i64 = 10;
/// Enough for what became of the answers to be noted.
const IDLE: Duration = Duration::from_secs(1);
const HOUR_MS: i64 = 3_600_000;

async fn is_bounded(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "").await?;
    let (ana, facts) = (house.person("ana")?, Facts::of(&house.program).await?);
    let ids: Vec<String> = (0..LATE_BURST + TOO_MANY).map(|n| format!("$late-{n}")).collect();
    let said: Vec<(&str, &str, &str)> =
        ids.iter().map(|id| (ana.id.as_str(), id.as_str(), "!help")).collect();
    // The last ones come to a worker that has nothing else to do: it begins to answer them beside the
    // writer, and does so again in the writer's turn, as a refusal is more than an answer.
    let open = "select count(*) from inbox where event_id like '$late-%' and outcome is null";
    for some in said.chunks(100) {
        push_aged(&house, &room, some, &json!({ "age": HOUR_MS })).await?;
        until("all to be worked on", || async {
            (facts.number(open, &[]).await.ok()? == 0).then_some(())
        })
        .await?;
        sleep(IDLE).await;
    }
    let ended = "select count(*) from inbox where event_id like '$late-%' and outcome = $1";
    let ran = facts.number(ended, &["ran"]).await?;
    ensure!(ran == LATE_BURST, "{ran} were answered");
    let silent = facts.number(ended, &["rate limited"]).await?;
    ensure!(silent == TOO_MANY - 1, "{silent} had no answer");
    let told = ana.reply_to(&ids[500]).await?;
    ensure!(told.card()["code"] == "E-RATE", "{}", told.body());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_bounded_on_sqlite() -> Outcome<()> {
    is_bounded(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_bounded_on_postgres() -> Outcome<()> {
    is_bounded(Ground::FakePostgres).await
}
