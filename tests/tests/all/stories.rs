//! A case study that nobody goes on with: its author is reminded once before it lapses, and not while they go on.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

async fn asked(house: &House, who: &str, line: &str) -> Outcome<Event> {
    let (person, chat) = (house.person(who)?, house.chat_of(who)?);
    let answer = person.reply_to(&person.say(chat, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer)
}

/// Has jobs run now; returns when they have.
async fn due(house: &House, facts: &Facts, kind: &'static str) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 1 where kind = $1", &[kind]).await?;
    house.program.restart().await?;
    let waiting = "select count(*) from job where kind = $1 and run_at = 1";
    until(&format!("{kind} to run"), || async {
        (facts.number(waiting, &[kind]).await.ok()? == 0).then_some(())
    })
    .await
}

fn of(house: &House, event: &str) -> Outcome<Vec<Event>> {
    let shown = house.person("ana")?.shown();
    Ok(shown.into_iter().filter(|one| one.card()["event"] == event).collect())
}

async fn reminded_once(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    asked(&house, "ana", "sale add 900 EUR \"Smile Clinic\"").await?;
    let olga = house.owner();
    olga.reply_to(&olga.say(&house.control, "!sale approve S-1").await?).await?;
    asked(&house, "ana", "story start S-1").await?;
    let facts = Facts::of(&house.program).await?;
    let older = "update story set touched_at = touched_at - 86400000 * cast($1 as bigint)";

    // A day too early: it is looked at again, and nobody hears of it.
    facts.change(older, &["10"]).await?;
    due(&house, &facts, "story.remind").await?;
    ensure!(of(&house, "reminded")?.is_empty(), "too early");
    let later = "select count(*) from job where kind = 'story.remind'";
    ensure!(facts.number(later, &[]).await? == 1, "it is not looked at again");

    facts.change(older, &["1"]).await?;
    due(&house, &facts, "story.remind").await?;
    let ana = house.person("ana")?;
    let told = |events: &[Event]| events.iter().find(|e| e.card()["event"] == "reminded").cloned();
    let told = ana.sees("the reminder", told).await?;
    for part in ["ST-1 waits for you", "Smile Clinic", "!story show", "!story cancel"] {
        ensure!(told.body().contains(part), "no {part} in {}", told.body());
    }
    ensure!(facts.number(later, &[]).await? == 0, "it comes again and again");

    // Who goes on has all their days again; who does not has three.
    due(&house, &facts, "story.lapse").await?;
    ensure!(of(&house, "closed")?.is_empty(), "it lapsed three days early");
    ensure!(of(&house, "reminded")?.len() == 1, "reminded twice");
    asked(&house, "ana", "The clinic had no website.").await?;
    facts.change(older, &["14"]).await?;
    due(&house, &facts, "story.lapse").await?;
    let over = |events: &[Event]| events.iter().find(|e| e.card()["event"] == "closed").cloned();
    let over = ana.sees("its end", over).await?;
    ensure!(over.body().contains("has waited for 14 days"), "{}", over.body());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reminded_once_on_sqlite() -> Outcome<()> {
    reminded_once(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reminded_once_on_postgres() -> Outcome<()> {
    reminded_once(Ground::FakePostgres).await
}
