//! What the log says: an event's id through the whole way, and none of what is planted, though the
//! program tells all that it can.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::Fault;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::secrets::planted;
use partnerspace_tests::wait::until;
use serde_json::Value;

const LOUD: &str = "[log]\nfilter = \"debug\"\nformat = \"json\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_events_id_goes_the_whole_way() -> Outcome<()> {
    let loud = "[log]\nfilter = \"info,partnerspace_bridge=debug\"\nformat = \"json\"\n";
    let mut house = House::open_with(Ground::FakeSqlite, "olga", loud).await?;
    house.partner("ana").await?;
    let room = house.room("general", "ana").await?;
    let ana = house.person("ana")?;
    let event = ana.say(&room, "!me").await?;
    ana.reply_to(&event).await?;
    let steps = ["came in", "ran", "sent"];
    until("the log to have all three steps", || async {
        let log = house.program.log();
        let lines: Vec<Value> = log.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
        let about = |line: &&Value| line["fields"]["event"] == event.as_str();
        let said: Vec<&str> =
            lines.iter().filter(about).filter_map(|l| l["fields"]["message"].as_str()).collect();
        (said == steps).then_some(())
    })
    .await
    .with_context(|| house.program.log_tail())
}

/// Everything that is planted goes through the program, which is told to log all that it can; what it
/// printed is searched when it goes, as that of every program of these tests is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_planted_is_printed() -> Outcome<()> {
    let mut house = House::open_with(Ground::FakePostgres, "olga", LOUD).await?;
    house.program.set_env("PARTNERSPACE__PROGRAM__NAME", planted("environment"));
    house.program.restart().await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    let (general, bot) = (house.room("general", "ana").await?, house.program.bot.clone());
    let chat = house.chat_of("ana")?.to_owned();
    let (ben, facts) = (house.person("ben")?.id.clone(), Facts::of(&house.program).await?);
    house.stranger("eve").await?;
    let dm = house.person("eve")?.create_room(&[&bot], true).await?;
    house.person("eve")?.sees_join(&dm, &bot).await?;
    let (ana, olga, eve) = (house.person("ana")?, house.owner(), house.person("eve")?);
    let control = &house.control;
    ana.say(&general, planted("talk in a room")).await?;
    let lines = [
        format!("!sale add 12 EUR {} --note \"{}\"", planted("client's name"), planted("sale")),
        format!("!sale lst {}", planted("command's line")),
        format!("!win {}", planted("story of success")),
        format!("!playbook save calls \"Calls\"\n{}", planted("playbook's text")),
        format!("!kudos {ben} {}", planted("thanks")),
        format!("!ask {}", planted("question")),
    ];
    let mut last = String::new();
    for line in lines {
        last = ana.say(&general, &line).await?;
        ana.reply_to(&last).await?;
    }
    ana.react(&general, &last, planted("reaction's key")).await?;
    ana.say(&chat, planted("chat with the bot")).await?;
    let apply = eve.say(&dm, &format!("!apply {}", planted("application"))).await?;
    eve.reply_to(&apply).await?;
    for line in [
        format!("!sale reject S-1 {}", planted("rejection")),
        format!("!announce {}", planted("announcement")),
        format!("!goal set \"{}\" revenue 500 --until 2030-01-01", planted("goal's title")),
    ] {
        olga.reply_to(&olga.say(control, &line).await?).await?;
    }
    let fake = house.fake().context("a fake")?;
    fake.push_raw(&format!("{{\"event_id\": [\"{}\"]}}", planted("no event")));
    let refused = format!("{}/send", general.trim_start_matches('!'));
    fake.plan(&refused, Fault::Forbidden, 1);
    fake.say(&general, &ana.id, &format!("!board {}", planted("refuses")));
    until("it to be parked", || async {
        (house.program.metric("outbox_parked").await.ok()? > 0).then_some(())
    })
    .await?;
    let edited = ana.say(&general, "!sale add 5 EUR Other").await?;
    ana.reply_to(&edited).await?;
    ana.edit(&general, &edited, &format!("!sale add 6 EUR {}", planted("an edit"))).await?;
    fails(&house, &facts, &general).await?;
    ensure!(house.program.log().lines().count() > 100, "it was told to say more");
    Ok(())
}

/// An input that the database refuses, told of with the database's own words.
async fn fails(house: &House, facts: &Facts, room: &str) -> Outcome<()> {
    facts
        .change("alter table sale add constraint injected check (amount_minor <> 700)", &[])
        .await?;
    let ana = house.person("ana")?;
    ana.say(room, &format!("!sale add 7 EUR {}", planted("fails"))).await?;
    until("it to fail", || async {
        (house.program.metric("faults_total").await.ok()? > 0).then_some(())
    })
    .await
}
