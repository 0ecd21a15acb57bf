//! The rows that only a homeserver can deliver: repetitions, senders who are not there, contents
//! that are none.
use super::{Case, Scene, faked};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    vec![
        faked("B099", |scene| Box::pin(delivered_again(scene))),
        faked("B100", |scene| Box::pin(redacted_before(scene))),
        faked("B123", |scene| Box::pin(not_in_the_room(scene))),
        faked("B124", |scene| Box::pin(ourselves(scene))),
        faked("B128 B130", |scene| Box::pin(no_messages(scene))),
    ]
}

/// An event as the homeserver writes it; its id.
pub fn event(room: &str, sender: &str, id: &str, content: &Value) -> Value {
    json!({"type": "m.room.message", "room_id": room, "sender": sender, "event_id": id,
           "origin_server_ts": 1_790_000_000_000_i64, "content": content})
}

fn text(body: &str) -> Value {
    json!({"msgtype": "m.text", "body": body})
}

async fn delivered_again(scene: &Scene) -> Outcome<()> {
    let (fake, ana) = (scene.fake()?, scene.house.person("ana")?);
    let said = ana.say(&scene.general, "!sale add 99 EUR Again").await?;
    ana.reply_to(&said).await?;
    for _ in 0..50 {
        fake.push_again(&scene.general, &said);
    }
    scene.drain().await?;
    let rows =
        scene.facts.number("select count(*) from inbox where event_id = $1", &[&said]).await?;
    let replies = ana.shown().iter().filter(|e| e.replies_to(&said)).count();
    let sales = scene.facts.sales_by(&said).await?;
    ensure!((rows, sales, replies) == (1, 1, 1), "{rows} rows, {sales} sales, {replies} replies");
    Ok(())
}

async fn redacted_before(scene: &Scene) -> Outcome<()> {
    let (fake, ana) = (scene.fake()?, scene.house.person("ana")?);
    fake.quirks(|quirks| quirks.hold = true);
    let said = fake.say(&scene.general, &ana.id, "!sale add 100 EUR Gone");
    fake.redact(&scene.general, &ana.id, &said);
    fake.quirks(|quirks| quirks.hold = false);
    scene.unanswered("a command that was redacted before", &said).await
}

async fn not_in_the_room(scene: &Scene) -> Outcome<()> {
    let (fake, room) = (scene.fake()?, scene.general.as_str());
    let member = |user: &str, membership: &str| {
        fake.force(room, user, "m.room.member", Some(user), json!({"membership": membership}));
    };
    let before = scene.house.program.metric("inputs_ignored_total").await?;
    let never = fake.person("zoe");
    let banned = fake.person("max");
    let left = fake.person("lea");
    let remote = fake.remote("@eve:elsewhere.example");
    for user in [&banned, &left, &remote] {
        member(user, "join");
    }
    member(&banned, "ban");
    member(&left, "leave");
    let mut sent = Vec::new();
    for user in [&never, &banned, &left] {
        let id = format!("$b123-{}", &user[1..4]);
        fake.push_raw(&event(room, user, &id, &text("!help")).to_string());
        sent.push(id);
    }
    // Joined as far as anyone knows, but no client shows the event.
    sent.push(fake.soft_failed(room, &remote, "!help"));
    for id in &sent {
        let outcome = scene.facts.ended(id).await?;
        ensure!(outcome.contains("not"), "{id} ended as {outcome}");
        scene.unanswered(id, id).await?;
    }
    let ignored = scene.house.program.metric("inputs_ignored_total").await? - before;
    ensure!(ignored == 4, "{ignored} of 4 were counted");
    Ok(())
}

async fn ourselves(scene: &Scene) -> Outcome<()> {
    let (fake, bot) = (scene.fake()?, &scene.house.program.bot);
    let ghost = bot.replace("bot:", "ghost:");
    let own = fake.say(&scene.general, bot, "!sale add 5 EUR Own");
    fake.force(
        &scene.general,
        &ghost,
        "m.room.member",
        Some(&ghost),
        json!({"membership": "join"}),
    );
    let ghosts = fake.say(&scene.general, &ghost, "!sale add 5 EUR Ghost");
    for said in [own, ghosts] {
        scene.unanswered("our own command", &said).await?;
    }
    Ok(())
}

async fn no_messages(scene: &Scene) -> Outcome<()> {
    let (fake, ana) = (scene.fake()?, &scene.house.person("ana")?.id);
    let command = text("!sale add 5 EUR Nobody");
    let with = |body: Value| json!({"msgtype": "m.text", "body": body});
    let mut events: Vec<Value> = [
        with(json!(5)),
        with(json!(null)),
        with(json!({"text": "!help"})),
        with(json!(["!help"])),
        json!({"msgtype": "m.text"}),
        json!({"msgtype": 7, "body": "!help"}),
        json!({"body": "!help"}),
        json!({}),
        json!("!help"),
        json!([]),
        json!(null),
    ]
    .iter()
    .enumerate()
    .map(|(n, content)| event(&scene.general, ana, &format!("$b128-{n}"), content))
    .collect();
    let mut state = event(&scene.general, ana, "$b130", &command);
    state["state_key"] = json!("");
    events.push(state);
    let alerts = scene.alerts("state_differs");
    for event in &events {
        fake.push_raw(&event.to_string());
    }
    for event in &events {
        let id = event["event_id"].as_str().unwrap_or_default();
        scene.unanswered(id, id).await?;
    }
    ensure!(scene.alerts("state_differs") == alerts, "a message was taken for state");
    Ok(())
}
