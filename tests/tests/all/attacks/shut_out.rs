//! Who was shut out and goes on: forks of the time before, carried by others, a server that is banned.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::peer::{Room, Signed, after, said};
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

pub const TABLE: &[Attack] = &[
    attack(
        "a claim from before the door closed",
        "a partner is suspended; claims, signs and redactions follow what was before",
        "nobody here sees them, nothing is run",
        |stage| Box::pin(before_the_door_closed(stage)),
    )
    .claims(1)
    .rewrites(&["partner"]),
    attack(
        "a way back in",
        "the suspended one's server joins them again in a fork, and they claim there",
        "the program does not take them for somebody in the room, and nobody is told",
        |stage| Box::pin(back_in(stage)),
    ),
    attack(
        "carried by a friend",
        "an accomplice's word follows a claim of the suspended one, which is given out on demand",
        "the claim is not run, the word is heard",
        |stage| Box::pin(carried(stage)),
    ),
    attack(
        "a suspended partner's chat",
        "they claim and order in their own chat with the bot",
        "each is refused",
        |stage| Box::pin(in_the_chat(stage)),
    ),
    attack(
        "a banned server that goes on",
        "its people are removed and the rooms let it in no more; it sends claims, signs, joins and forks",
        "its words are refused, nothing is run",
        |stage| Box::pin(banned(stage)),
    )
    .rewrites(&["partner", "setting"])
    .told(2),
    attack(
        "a removed partner's chat",
        "they claim in the chat with the bot, where no list of servers holds",
        "it is refused as anybody's",
        |stage| Box::pin(gone_in_the_chat(stage)),
    ),
];

fn forked(stage: &Stage, old: &Room, user: &str, kind: &str, content: &Value) -> Signed {
    stage.peer.signed(after(old, (&stage.general, user), kind, content))
}

/// What the general room was to the peer when a member joined it.
fn at_their_join(stage: &Stage, user: &str) -> Outcome<Room> {
    let mut room = stage.peer.room(&stage.general)?;
    let heard = stage.peer.heard();
    let joined = heard.known.iter().filter(|(_, pdu)| {
        pdu["room_id"] == json!(stage.general)
            && pdu["state_key"] == *user
            && pdu["content"]["membership"] == "join"
    });
    let (id, pdu) = joined
        .max_by_key(|(_, pdu)| pdu["depth"].as_i64())
        .ok_or_else(|| anyhow::anyhow!("{user} never joined"))?;
    room.latest = [id.clone()].into();
    room.depth = pdu["depth"].as_i64().unwrap_or_default();
    room.state.insert(("m.room.member".to_owned(), user.to_owned()), id.clone());
    Ok(room)
}

async fn before_the_door_closed(stage: &Stage) -> Outcome<Then> {
    let (peer, general, mona) = (&stage.peer, &stage.general, &stage.mona);
    let open = peer.say(general, mona, "!sale add 61 EUR Open").await?;
    peer.answer_to(&open).await?;
    let old = peer.room(general)?;
    stage.order(&format!("!partner suspend {mona} under review")).await?;
    peer.until("that they are out", |heard| {
        heard.events.iter().any(|(_, pdu)| is_out(pdu, general, mona)).then_some(())
    })
    .await?;
    let sign =
        json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": open, "key": "✅" } });
    let events = [
        forked(stage, &old, mona, "m.room.message", &said("!sale add 62 EUR Ghost")),
        forked(stage, &old, mona, "m.room.message", &said("!help")),
        forked(stage, &old, mona, "m.reaction", &sign),
        forked(stage, &old, mona, "m.room.redaction", &json!({ "redacts": open })),
    ];
    peer.push(&events).await?;
    stage.settled().await?;
    let stands = "select count(*) from sale where cause = $1 and withdrawn_at is null";
    ensure!(stage.facts.number(stands, &[&open]).await? == 1, "the claim was withdrawn");
    for event in &events {
        let shown = stage.olga().shown().iter().any(|seen| seen.id() == event.id);
        ensure!(!shown, "people here see {}", event.pdu);
    }
    let silent = events.into_iter().map(|event| event.id).collect();
    Ok(Then { silent, ..Then::counted([(open, 1)]) })
}

fn is_out(pdu: &Value, room: &str, user: &str) -> bool {
    pdu["room_id"] == *room && pdu["state_key"] == *user && pdu["content"]["membership"] == "leave"
}

async fn back_in(stage: &Stage) -> Outcome<Then> {
    let (peer, mona) = (&stage.peer, &stage.mona);
    let old = at_their_join(stage, mona)?;
    let mut events = Vec::new();
    let mut known = old;
    for n in 0..5 {
        let content = json!({ "membership": "join", "displayname": format!("Mona {n}") });
        let mut join = after(&known, (&stage.general, mona), "m.room.member", &content);
        join["state_key"] = json!(mona);
        let rules = ("m.room.join_rules".to_owned(), String::new());
        let ids = join["auth_events"].as_array_mut();
        ids.into_iter().for_each(|ids| ids.extend(known.state.get(&rules).map(|id| json!(id))));
        let join = peer.signed(join);
        known.latest = [join.id.clone()].into();
        known.depth += 1;
        known.state.insert(("m.room.member".to_owned(), mona.clone()), join.id.clone());
        events.push(join);
        events.push(forked(stage, &known, mona, "m.room.message", &said("!sale add 63 EUR Back")));
    }
    peer.push(&events).await?;
    stage.settled().await?;
    let seen =
        "select count(*) from member where room_id = $1 and user_id = $2 and membership = 'join'";
    let seen = stage.facts.number(seen, &[&stage.general, mona]).await?;
    ensure!(seen == 0, "the program takes them for somebody in the room");
    Ok(Then::silent(events.into_iter().map(|event| event.id)))
}

async fn carried(stage: &Stage) -> Outcome<Then> {
    let (peer, general) = (&stage.peer, &stage.general);
    let old = at_their_join(stage, &stage.mona)?;
    let hidden =
        forked(stage, &old, &stage.mona, "m.room.message", &said("!sale add 64 EUR Carried"));
    peer.heard().known.insert(hidden.id.clone(), hidden.pdu.clone());
    let mut word = peer.draft(general, &stage.mallory, "m.room.message", &said("!help"))?;
    let before = word["prev_events"].as_array_mut();
    before.into_iter().for_each(|before| before.push(json!(hidden.id)));
    let word = peer.signed(word);
    peer.push(std::slice::from_ref(&word)).await?;
    peer.answer_to(&word.id).await?;
    Ok(Then::silent([hidden.id]))
}

async fn in_the_chat(stage: &Stage) -> Outcome<Then> {
    let chat = stage.chat(&stage.mona)?;
    let mut ids = Vec::new();
    for line in
        ["sale add 65 EUR Ghost", "!partner list", "kudos @a:b thanks", "deal register Ghost"]
    {
        let answer = stage.peer.asks(chat, &stage.mona, line).await?;
        ensure!(answer.card()["code"] == "E-AUTH", "{line}: {}", answer.body());
        ids.push((answer.id().to_owned(), 0));
    }
    Ok(Then::counted(ids))
}

async fn banned(stage: &Stage) -> Outcome<Then> {
    let (peer, general, mallory) = (&stage.peer, &stage.general, &stage.mallory);
    let old = peer.room(general)?;
    stage.order("!room acl members").await?;
    for user in [mallory, &stage.mona] {
        stage.order(&format!("!partner remove {user} contract ended --yes")).await?;
    }
    until("the list to let the peer in no more", || async {
        let acl = stage.olga().state(general, "m.room.server_acl", "").await.ok()??;
        let allowed = acl["allow"].as_array()?;
        (!allowed.iter().any(|name| *name == peer.name.as_str())).then_some(())
    })
    .await?;
    let mut join =
        after(&old, (general, mallory), "m.room.member", &json!({ "membership": "join" }));
    join["state_key"] = json!(mallory);
    let sign = json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": stage.prompt, "key": "✅" } });
    let mut events = vec![
        forked(stage, &old, mallory, "m.room.message", &said("!sale add 66 EUR Banned")),
        forked(stage, &old, mallory, "m.reaction", &sign),
        peer.signed(join),
    ];
    for n in 0..20 {
        let line = format!("!sale add {n} EUR Again");
        let pdu = peer.draft(general, mallory, "m.room.message", &said(&line))?;
        events.push(peer.signed(pdu));
    }
    let answer = peer.push(&events).await?;
    for event in &events {
        let refused = answer["pdus"][&event.id]["error"].is_string();
        ensure!(refused, "{} was taken: {answer}", event.pdu);
    }
    let typing = json!({ "room_id": general, "user_id": mallory, "typing": true });
    drop(peer.push_passing(&json!([{ "edu_type": "m.typing", "content": typing }])).await);
    ensure!(peer.join(general, mallory).await.is_err(), "somebody of a banned server came in");
    Ok(Then::silent(events.into_iter().map(|event| event.id)))
}

async fn gone_in_the_chat(stage: &Stage) -> Outcome<Then> {
    let chat = stage.chat(&stage.mallory)?;
    let answer = stage.peer.asks(chat, &stage.mallory, "sale add 67 EUR Gone").await?;
    ensure!(answer.card()["code"] == "E-AUTH", "{}", answer.body());
    Ok(Then::default())
}
