//! A playbook that nobody has used or changed for half a year: its author is asked, once.
use super::{done, order};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

async fn asked_once(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    for slug in ["old", "new"] {
        let save = format!("!playbook save {slug} \"The {slug} one\"\nsome text");
        done(house.person("ana")?, &general, &save).await?;
        order(&house, &format!("!playbook publish {slug}")).await?;
    }
    let facts = Facts::of(&house.program).await?;
    // Half a year and a day ago; the other one a day short of it.
    let back = "update playbook set touched_at = touched_at - 86400000 * cast($1 as bigint) where slug = $2";
    facts.change(back, &["181", "old"]).await?;
    facts.change(back, &["179", "new"]).await?;
    turn_of_the_day(&house, &facts).await?;
    let chat = house.chat_of("ana")?.to_owned();
    let ana = house.person("ana")?;
    let question = ana.sees("the question", |events| questions(events).first().cloned()).await?;
    ensure!(
        question.room == chat && question.body().contains("in 181 days"),
        "{}",
        question.body()
    );

    // Not again on the next day; the answer keeps it for another half year.
    turn_of_the_day(&house, &facts).await?;
    ana.react(&chat, question.id(), "✅").await?;
    let kept = ana.reply_to(question.id()).await?;
    ensure!(kept.card()["event"] == "kept", "{}", kept.body());
    let asked = questions(&ana.shown()).len();
    ensure!(asked == 1, "{asked} questions");
    let young = "select count(*) from playbook where touched_at > asked_at and slug = 'old'";
    ensure!(facts.number(young, &[]).await? == 1, "it was not kept");
    Ok(())
}

/// Runs the daily look at once.
async fn turn_of_the_day(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 0 where key = 'playbook.stale'", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    order(house, "!status").await.map(drop)
}

fn questions(events: &[Event]) -> Vec<Event> {
    events.iter().filter(|event| event.card()["event"] == "stale").cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stale_on_sqlite() -> Outcome<()> {
    asked_once(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stale_on_postgres() -> Outcome<()> {
    asked_once(Ground::FakePostgres).await
}
