//! The bot is no longer in a room of ours: nothing that it owes there is lost, and what people say meanwhile counts.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

/// The bot goes, as by a slip of the server's administrator.
async fn leave(house: &House, room: &str) -> Outcome<()> {
    let (url, token) = (house.homeserver.url(), &house.program.registration.as_token);
    let login = json!({
        "type": "m.login.application_service",
        "identifier": { "type": "m.id.user", "user": house.program.bot },
    });
    let request = reqwest::Client::new().post(format!("{url}/_matrix/client/v3/login"));
    let answer: Value = request.bearer_auth(token).json(&login).send().await?.json().await?;
    let token = answer["access_token"].as_str().with_context(|| format!("no token: {answer}"))?;
    Person::with_token(&url, &house.program.bot, token).leave(room).await
}

async fn until_told(facts: &Facts, room: &str) -> Outcome<()> {
    until("the room to be known as lost", || async {
        let lost = "select count(*) from room where room_id = $1 and findings like '%not_joined%'";
        (facts.number(lost, &[room]).await.ok()? == 1).then_some(())
    })
    .await
}

/// In a room of ours nobody else has any power, so that nobody can ask the bot in again: the room is replaced.
async fn the_room_is_replaced(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    leave(&house, &general).await?;
    until_told(&facts, &general).await?;
    let (olga, ana) = (house.owner(), house.person("ana")?);
    let claim = ana.say(&general, "!sale add 200 EUR Beta").await?;
    olga.sees("the claim's card", |events| card(events, &house.control)).await?;
    olga.reply_to(&olga.say(&house.control, "!room upgrade general").await?).await?;
    olga.say(&house.control, "yes").await?;
    house.moved("general").await?;
    let (now, ana) = (house.room("general", "olga").await?, house.person("ana")?);
    ana.sees_invitation(&now).await?;
    ana.join(&now).await?;
    let answer = |events: &[Event]| {
        let is_answer = |event: &&Event| event.room == now && event.body().contains("S-1");
        events.iter().find(is_answer).cloned()
    };
    let answer = ana.sees("the answer in the new room", answer).await?;
    ensure!(answer.content().get("m.relates_to").is_none(), "it answers into another room");
    ana.reply_to(&ana.say(&now, "!me").await?).await?;
    whole(&facts, &claim).await
}

/// What is said there is heard, though nothing can be answered: so the control room can be replaced, too.
async fn the_control_room_is_replaced(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    leave(&house, &house.control).await?;
    until_told(&facts, &house.control).await?;
    let (olga, ana) = (house.owner(), house.person("ana")?);
    let claim = ana.say(&general, "!sale add 100 EUR Acme").await?;
    ana.reply_to(&claim).await?;
    for line in ["!room upgrade control", "yes"] {
        let event = olga.say(&house.control, line).await?;
        facts.ended(&event).await?;
    }
    house.moved("control").await?;
    let olga = house.owner();
    let card = olga.sees("the claim's card", |events| card(events, &house.control)).await?;
    olga.react(&house.control, card.id(), "✅").await?;
    until("the sale to count", || async {
        let entries = facts.number("select count(*) from entry", &[]);
        (entries.await.ok()? == 1).then_some(())
    })
    .await?;
    whole(&facts, &claim).await
}

fn card(events: &[Event], control: &str) -> Option<Event> {
    let is_card = |event: &&Event| event.room == control && event.card()["kind"] == "review";
    events.iter().find(is_card).cloned()
}

/// The claim counts once, and nothing was given up.
async fn whole(facts: &Facts, claim: &str) -> Outcome<()> {
    ensure!(facts.sales_by(claim).await? == 1, "the claim is not one sale");
    let parked = "select count(*) from outbox where parked_at is not null";
    ensure!(facts.number(parked, &[]).await? == 0, "something was given up");
    until("all to be sent", || async {
        let open = "select count(*) from outbox where sent_at is null";
        (facts.number(open, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_room_is_replaced_on_sqlite() -> Outcome<()> {
    the_room_is_replaced(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_room_is_replaced_on_postgres() -> Outcome<()> {
    the_room_is_replaced(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_room_is_replaced_on_synapse() -> Outcome<()> {
    the_room_is_replaced(Ground::Synapse).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_room_is_replaced_on_sqlite() -> Outcome<()> {
    the_control_room_is_replaced(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_room_is_replaced_on_postgres() -> Outcome<()> {
    the_control_room_is_replaced(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_room_is_replaced_on_synapse() -> Outcome<()> {
    the_control_room_is_replaced(Ground::Synapse).await
}
