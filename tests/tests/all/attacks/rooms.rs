//! Rooms of others, and other hands on ours.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::people::Person;
use partnerspace_tests::registration::secret;
use partnerspace_tests::wait::until;
use reqwest::Method;
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
        "in a chat of one's own: a tombstone, the program's state, the control room's name, no power for the bot",
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
        "invitations to nowhere",
        "thirty made-up people ask the bot into rooms that do not exist, with state of every shape",
        "nobody else waits, nobody is told",
        |stage| Box::pin(nowhere(stage)),
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
    let levels = json!({ "users": { bot: 0 }, "events_default": 100 });
    // The creator of a room of version 12 keeps their own power.
    sara.set_state(&chat, "m.room.power_levels", "", levels).await?;
    let unheard = sara.say(&chat, "help").await?;
    stage.settled().await?;
    ensure!(stage.answers(&unheard).is_empty(), "the bot has spoken without power");
    Ok(Then { parked: 1, ..Then::default() })
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

async fn nowhere(stage: &Stage) -> Outcome<Then> {
    let (peer, bot) = (&stage.peer, &stage.house.program.bot);
    let mut taken = 0;
    for n in 0..30 {
        let user = peer.user(&format!("made-up-{n}"));
        let id = &secret()[..43];
        let room = format!("!{id}");
        let event = json!({
            "type": "m.room.member", "room_id": room, "sender": user, "state_key": bot,
            "content": { "membership": "invite", "is_direct": true, "displayname": "<h1>@room" },
            "origin_server_ts": partnerspace_tests::fake::clock(), "depth": 1,
            "prev_events": [], "auth_events": [],
        });
        let event = peer.signed(event);
        let state = json!([
            { "type": "m.room.create", "state_key": "", "sender": user, "content": { "room_version": "11" } },
            { "type": "m.room.name", "state_key": "", "sender": user, "content": { "name": ["x"] } },
            { "type": "m.room.join_rules", "state_key": "", "sender": user, "content": "public" },
        ]);
        let body = json!({ "room_version": "11", "event": event.pdu, "invite_room_state": state });
        let path = format!("v2/invite/{room}/{}", event.id).replace('$', "%24").replace('!', "%21");
        taken += usize::from(peer.ask(Method::PUT, &path, Some(&body)).await.is_ok());
    }
    ensure!(taken > 0, "the homeserver takes no such invitation, and so nothing was tried");
    let fresh = stage.mallory_asks("!help").await?;
    ensure!(fresh.card()["kind"] != "refusal", "{}", fresh.body());
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
