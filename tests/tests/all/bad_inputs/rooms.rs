//! The rows about room state that another hand than the bot's has written.
use super::{Case, Scene, faked};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::fake::Fake;
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    vec![
        faked("B131", |scene| Box::pin(power_levels(scene))),
        faked("B133", |scene| Box::pin(tombstones(scene))),
        faked("B134", |scene| Box::pin(own_types(scene))),
    ]
}

const POWERS: [&str; 6] = ["ban", "events", "events_default", "invite", "state_default", "users"];

/// Overwrites state past all rules and waits until the program has put it back.
async fn put_back(scene: &Scene, room: &str, kind: &str, content: Value) -> Outcome<()> {
    let fake = scene.fake()?;
    let before = fake.state(room, kind, "").with_context(|| format!("no {kind}"))?;
    let shown = content.to_string();
    fake.force(room, &scene.house.owner().id, kind, Some(""), content);
    // The homeserver's own additions at the room's making need not come back.
    let is_back = |now: &Value| match kind {
        "m.room.power_levels" => POWERS.iter().all(|name| now[name] == before[name]),
        _ => *now == before,
    };
    let same = || async { fake.state(room, kind, "").filter(&is_back).map(drop) };
    until(&format!("{kind} to be put back from {shown}"), same).await
}

async fn power_levels(scene: &Scene) -> Outcome<()> {
    let before = scene.alerts("state_differs");
    let contents = [
        json!({"users": {"@e:x": 9_007_199_254_740_993_i64}}),
        json!({"users": {"@e:x": "50"}, "ban": "50"}),
        json!({"users": [], "events": [], "ban": []}),
        json!({"users": {"@e:x": u64::MAX}}),
        json!({}),
    ];
    let count = contents.len();
    for content in contents {
        put_back(scene, &scene.general, "m.room.power_levels", content).await?;
    }
    scene.alerted("state_differs", before + count).await?;
    // What nobody would call levels at all: no effect, no panic.
    for raw in ["[]", "null", "7", r#"{"users":{"@e:x":1e400}}"#] {
        let event = format!(
            r#"{{"type":"m.room.power_levels","state_key":"","room_id":"{}","sender":"{}","event_id":"$b131-{}","content":{raw}}}"#,
            scene.general,
            scene.house.owner().id,
            raw.len()
        );
        scene.fake()?.push_raw(&event);
    }
    scene.drain().await
}

fn room_of(fake: &Fake, scene: &Scene, name: &str) -> Outcome<String> {
    fake.room_of(&scene.house.program.alias(name)).with_context(|| format!("no room {name}"))
}

/// What cannot be put back is told once, however often the rooms are looked at.
async fn tombstones(scene: &Scene) -> Outcome<()> {
    let (fake, olga) = (scene.fake()?, &scene.house.owner().id);
    let wins = room_of(fake, scene, "wins")?;
    let mentorship = room_of(fake, scene, "mentorship")?;
    let away = json!({"body": "moved", "replacement_room": "!nowhere:elsewhere.example"});
    fake.push_raw(
        &json!({"type": "m.room.tombstone", "room_id": wins, "sender": olga, "event_id": "$b133",
                "content": away})
        .to_string(),
    );
    scene.drain().await?;
    ensure!(scene.alerts("tombstone") == 0, "a tombstone without a state key is none");
    ensure!(scene.facts.outcome("$b133").await?.is_none(), "it needs no row");
    fake.force(&wins, olga, "m.room.tombstone", Some(""), away.clone());
    let aes = json!({"algorithm": "m.megolm.v1.aes-sha2"});
    fake.force(&mentorship, olga, "m.room.encryption", Some(""), aes);
    scene.alerted("tombstone", 1).await?;
    scene.alerted("encrypted", 1).await?;
    fake.force(&wins, olga, "m.room.tombstone", Some(""), json!({"replacement_room": "!b:c"}));
    looked_at(scene).await?;
    looked_at(scene).await?;
    for finding in ["tombstone", "encrypted"] {
        let told = scene.alerts(finding);
        ensure!(told == 1, "{finding} was told {told} times");
    }
    let followed = fake.requests().iter().any(|seen| seen.path.contains("nowhere"));
    ensure!(!followed, "the program followed a tombstone");
    Ok(())
}

/// Has all rooms looked at, and waits until that is done.
async fn looked_at(scene: &Scene) -> Outcome<()> {
    scene.order("!room repair").await?;
    let due = "select count(*) from room where drift_at is not null";
    until("the rooms to be looked at", || async {
        match scene.facts.number(due, &[]).await {
            Ok(0) => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    })
    .await??;
    scene.drain().await
}

async fn own_types(scene: &Scene) -> Outcome<()> {
    let before = scene.alerts("state_differs");
    let mine = json!({"v": 1, "name": "mine", "rooms": {}});
    put_back(scene, &scene.house.space, "agency.siso.partners.program", mine).await?;
    scene.alerted("state_differs", before + 1).await
}
