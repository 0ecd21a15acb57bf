//! Rooms that are closed to all servers but those of the program's people: the list is in every room,
//! comes back when another hand changes it, and never keeps ourselves out.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

const KIND: &str = "m.room.server_acl";

async fn order(house: &House, line: &str, words: &str) -> Outcome<()> {
    let said = house.owner().say(&house.control, line).await?;
    let reply = house.owner().reply_to(&said).await?;
    ensure!(reply.body().contains(words), "{line}: {}", reply.body());
    Ok(())
}

/// Waits until a room has this list.
async fn listed(house: &House, room: &str, allow: &Value) -> Outcome<()> {
    let what = format!("{room} to let in {allow}");
    until(&what, || async {
        let acl = house.owner().state(room, KIND, "").await.ok()??;
        (acl["allow"] == *allow && acl["deny"] == json!([])).then_some(())
    })
    .await
}

async fn closed_and_opened(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "olga").await?;
    order(&house, "!room acl", "Rooms are open").await?;
    ensure!(house.owner().state(&general, KIND, "").await?.is_none(), "nobody asked for a list");
    order(&house, "!room acl nobody", "only to those of members").await?;
    order(&house, "!room acl members", "Rooms are closed").await?;
    let server = house.homeserver.server_name();
    let host = server.split(':').next().context("no name")?;
    // Synapse compares names with their port, the specification without.
    let own = if host == server { json!([host]) } else { json!([host, server]) };
    for room in [&general, &house.space, &house.control] {
        listed(&house, room, &own).await?;
    }
    if let Some(fake) = house.fake() {
        let shut = json!({ "allow": [], "deny": ["*"] });
        fake.force(&general, &house.owner().id, KIND, Some(""), shut);
        listed(&house, &general, &own).await?;
        // Somebody of elsewhere: the list knows their server, and only then are they asked in.
        order(&house, "!partner add @rio:far.example --name Rio", "Rio").await?;
        listed(&house, &general, &json!([host, "far.example"])).await?;
        until("the invitation", || async {
            (fake.membership(&house.space, "@rio:far.example") == "invite").then_some(())
        })
        .await?;
        let space = fake.events(&house.space);
        let at =
            |found: &dyn Fn(&partnerspace_tests::fake::Event) -> bool| space.iter().position(found);
        let let_in =
            at(&|event| event.kind == KIND && event.content.to_string().contains("far.example"));
        let asked = at(&|event| event.state_key.as_deref() == Some("@rio:far.example"));
        ensure!(let_in < asked, "asked in at {asked:?}, let in at {let_in:?}");
    }
    order(&house, "!room acl open", "Rooms are open").await?;
    listed(&house, &general, &json!(["*"])).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    closed_and_opened(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    closed_and_opened(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_synapse() -> Outcome<()> {
    closed_and_opened(Ground::Synapse).await
}
