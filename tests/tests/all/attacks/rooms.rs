//! Rooms of others, and other hands on ours.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::people::Person;
use partnerspace_tests::wait::until;
use serde_json::json;

/// Chats that one person may open with the bot.
const CHATS_MAX: i64 = 5;

pub const TABLE: &[Attack] = &[
    attack(
        "chats without end",
        "an outsider opens twelve chats with the bot",
        "it follows into five",
        |stage| Box::pin(chats(stage)),
    ),
    attack(
        "a room that is no chat",
        "outsiders of both servers ask the bot into rooms of many",
        "it does not come",
        |stage| Box::pin(no_chat(stage)),
    ),
    attack(
        "a third in the chat",
        "a partner's chat with the bot is joined by an outsider, then figures are asked for",
        "the bot leaves and says nothing",
        |stage| Box::pin(third(stage)),
    ),
    attack(
        "a chat with hostile state",
        "in a chat of one's own: a tombstone, the program's state, the control room's name",
        "nothing is followed, orders are refused",
        |stage| Box::pin(hostile_chat(stage)),
    ),
    attack(
        "hands on our rooms",
        "partners at real servers write tombstones, names, powers, states and bans into our rooms",
        "the homeserver refuses them all",
        |stage| Box::pin(hands(stage)),
    ),
    attack(
        "guests of a partner",
        "partners ask outsiders into our rooms",
        "the homeserver refuses",
        |stage| Box::pin(guests(stage)),
    ),
];

async fn chat_of(person: &Person, bot: &str) -> Outcome<String> {
    let chat = person.create_room(&[bot], true).await?;
    person.sees_join(&chat, bot).await?;
    Ok(chat)
}

async fn chats(stage: &Stage) -> Outcome<Then> {
    let (oscar, bot) = (stage.oscar(), &stage.house.program.bot);
    for _ in 0..12 {
        oscar.create_room(&[bot], true).await?;
    }
    let count = "select count(*) from chat where user_id = $1 and joined_at is not null";
    until("the bot to follow", || async {
        let count = stage.facts.number(count, &[&oscar.id]).await.ok()?;
        (count >= CHATS_MAX).then_some(())
    })
    .await?;
    stage.settled().await?;
    let count = stage.facts.number(count, &[&oscar.id]).await?;
    ensure!(count == CHATS_MAX, "the bot is in {count} chats");
    Ok(Then::default())
}

async fn no_chat(stage: &Stage) -> Outcome<Then> {
    let bot = &stage.house.program.bot;
    for person in [stage.oscar(), stage.ossi()] {
        let room = person.create_room(&[bot, &stage.sara().id], false).await?;
        stage.settled().await?;
        let member = person.state(&room, "m.room.member", bot).await?;
        let joined = member.is_some_and(|member| member["membership"] == "join");
        ensure!(!joined, "the bot has come into {room}");
    }
    Ok(Then::default())
}

async fn third(stage: &Stage) -> Outcome<Then> {
    let (sara, ossi, bot) = (stage.sara(), stage.ossi(), &stage.house.program.bot);
    let chat = chat_of(sara, bot).await?;
    sara.reply_to(&sara.say(&chat, "help").await?).await?;
    sara.set_state(&chat, "m.room.member", &ossi.id, json!({ "membership": "invite" })).await?;
    ossi.sees_invitation(&chat).await?;
    ossi.join(&chat).await?;
    sara.sees_join(&chat, &ossi.id).await?;
    let asked = sara.say(&chat, "me").await?;
    until("the bot to leave", || async {
        let member = sara.state(&chat, "m.room.member", bot).await.ok()??;
        (member["membership"] == "leave").then_some(())
    })
    .await?;
    Ok(Then::silent([asked]))
}

async fn hostile_chat(stage: &Stage) -> Outcome<Then> {
    let (sara, bot) = (stage.sara(), &stage.house.program.bot);
    let chat = chat_of(sara, bot).await?;
    let control = stage.house.program.alias("control");
    for (kind, key, content) in [
        ("m.room.name", "", json!({ "name": "Control room" })),
        ("m.room.topic", "", json!({ "topic": control })),
        ("agency.siso.partners.program", "", json!({ "v": 1, "name": "mine" })),
        ("agency.siso.partners.room", "", json!({ "v": 1, "role": "control" })),
        ("m.room.guest_access", "", json!({ "guest_access": "can_join" })),
        ("m.room.tombstone", "", json!({ "body": "x", "replacement_room": stage.general })),
    ] {
        sara.set_state(&chat, kind, key, content).await?;
    }
    for line in ["!sale approve S-1", "!partner list", "!audit"] {
        let answer = sara.reply_to(&sara.say(&chat, line).await?).await?;
        ensure!(answer.card()["code"] == "E-AUTH", "{line}: {}", answer.body());
    }
    Ok(Then::default())
}

async fn hands(stage: &Stage) -> Outcome<Then> {
    let nowhere = json!({ "body": "x", "replacement_room": "!nowhere" });
    let ban = json!({ "membership": "ban" });
    for person in [stage.ana(), stage.sara()] {
        for room in [&stage.general, &stage.house.space] {
            for (kind, key, content) in [
                ("m.room.tombstone", "", nowhere.clone()),
                ("m.room.name", "", json!({ "name": "mine" })),
                ("m.room.power_levels", "", json!({ "users": { &person.id: 100 } })),
                ("m.room.pinned_events", "", json!({ "pinned": [] })),
                ("agency.siso.partners.leaderboard", "revenue.month", json!({ "v": 1 })),
                ("m.room.member", &stage.house.program.bot, ban.clone()),
                ("m.room.member", &stage.olga().id, ban.clone()),
            ] {
                let written = person.set_state(room, kind, key, content).await;
                ensure!(written.is_err(), "{} wrote {kind}", person.id);
            }
        }
    }
    Ok(Then::default())
}

async fn guests(stage: &Stage) -> Outcome<Then> {
    for person in [stage.ana(), stage.sara()] {
        for room in [&stage.general, &stage.house.space] {
            for guest in [stage.oscar(), stage.ossi()] {
                let invite = json!({ "membership": "invite" });
                let asked = person.set_state(room, "m.room.member", &guest.id, invite).await;
                ensure!(asked.is_err(), "{} has asked {} in", person.id, guest.id);
            }
        }
    }
    Ok(Then::default())
}
