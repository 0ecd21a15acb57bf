//! People who look like others, and take what is not theirs: names, cards, marks, state, power.
use super::stage::{SECRETS, Stage};
use super::{Attack, Then, attack};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::peer::said;
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::registration::secret;
use serde_json::{Value, json};

const CARD: &str = "agency.siso.partners.card";
const MARK: &str = "agency.siso.partners.txn";
const PROGRAM: &str = "agency.siso.partners.program";

pub const TABLE: &[Attack] = &[
    attack(
        "the owner's name on show",
        "a partner calls themselves as the owner, and orders",
        "every order is refused",
        |stage| Box::pin(called_as_owner(stage)),
    )
    .rewrites(&["partner"]),
    attack(
        "the owner's name elsewhere",
        "an account with the owner's name at another server orders in a chat",
        "every order is refused",
        |stage| Box::pin(owner_elsewhere(stage)),
    ),
    attack(
        "a name of markup",
        "a display name of tags, mentions and turned letters, then a claim",
        "the name is text wherever it stands",
        |stage| Box::pin(name_of_markup(stage)),
    )
    .claims(1)
    .rewrites(&["partner"]),
    attack(
        "a name without end",
        "display names of 60 KB, of numbers, of nothing",
        "the person keeps their name",
        |stage| Box::pin(odd_names(stage)),
    ),
    attack(
        "a card of one's own",
        "a partner's message carries a review card; the owner presses ✅ on it",
        "nothing is decided",
        |stage| Box::pin(own_card(stage)),
    ),
    attack(
        "the bot's mark",
        "a partner's message carries the mark of one of the bot's",
        "it is a message as any other",
        |stage| Box::pin(own_mark(stage)),
    )
    .claims(1),
    attack(
        "the bot's state",
        "the peer writes the program's state and the room's name without power",
        "the rooms are as they were",
        |stage| Box::pin(own_state(stage)),
    ),
    attack(
        "power for oneself",
        "the peer gives its user all power, and opens the room to everybody",
        "the rooms are as they were",
        |stage| Box::pin(own_power(stage)),
    ),
    attack(
        "others put out",
        "the peer kicks and bans others, and asks an outsider in",
        "everybody is where they were",
        |stage| Box::pin(others_out(stage)),
    ),
    attack(
        "in by the side door",
        "outsiders of all servers join by id and by alias",
        "none is in",
        |stage| Box::pin(side_door(stage)),
    ),
    attack(
        "words from outside",
        "the peer sends claims of somebody who never joined",
        "nothing is run",
        |stage| Box::pin(from_outside(stage)),
    ),
];

/// Sets what somebody of the peer is called in the general room.
async fn called(stage: &Stage, user: &str, content: &Value) -> Outcome<()> {
    let kind = ("m.room.member", user);
    let pdu = stage.peer.draft_state(&stage.general, user, kind, content)?;
    let event = stage.peer.signed(pdu);
    let answer = stage.peer.push(std::slice::from_ref(&event)).await;
    if answer.is_ok_and(|answer| answer["pdus"][&event.id]["error"].is_null()) {
        stage.peer.heard().take(&event.pdu);
    }
    Ok(())
}

fn named(name: &Value) -> Value {
    json!({ "membership": "join", "displayname": name })
}

async fn called_as_owner(stage: &Stage) -> Outcome<Then> {
    let olga = &stage.olga().id;
    let owner = stage.olga().state(&stage.general, "m.room.member", olga).await?;
    let owner = owner.context("the owner is not in the room")?;
    called(stage, &stage.mallory, &named(&owner["displayname"])).await?;
    let ana = &stage.ana().id;
    for line in [
        format!("!partner suspend {ana} bye"),
        format!("!role grant {} manager", stage.mallory),
        "!sale approve S-1".to_owned(),
        "!announce all is lost".to_owned(),
    ] {
        let answer = stage.mallory_asks(&line).await?;
        ensure!(answer.card()["code"] == "E-AUTH", "{line}: {}", answer.body());
        let chat = stage.chat(&stage.mallory)?;
        let answer = stage.peer.asks(chat, &stage.mallory, &line).await?;
        ensure!(answer.card()["code"] == "E-AUTH", "{line}: {}", answer.body());
    }
    Ok(Then::default())
}

async fn owner_elsewhere(stage: &Stage) -> Outcome<Then> {
    let (name, _) = stage.olga().id[1..].split_once(':').context("no server")?;
    let (id, password) = stage.there.account(name).await?;
    let token = stage.there.token(&id, &password).await?;
    let false_olga = Person::with_token(&stage.there.url, &id, &token);
    let bot = &stage.house.program.bot;
    let chat = false_olga.create_room(&[bot], true).await?;
    false_olga.sees_join(&chat, bot).await?;
    for line in ["sale approve S-1", "!partner list", "partner suspend @ana:x", "ledger verify"] {
        let answer = false_olga.reply_to(&false_olga.say(&chat, line).await?).await?;
        ensure!(answer.card()["code"] == "E-AUTH", "{line}: {}", answer.body());
    }
    Ok(Then::default())
}

async fn name_of_markup(stage: &Stage) -> Outcome<Then> {
    let name = "<h1>@room</h1>\u{202e}<a href='https://matrix.to/#/@x:y'>[x](javascript:1)";
    called(stage, &stage.mona, &named(&json!(name))).await?;
    let claim = "!sale add 21 EUR Named";
    let answer = stage.peer.asks(&stage.general, &stage.mona, claim).await?;
    ensure!(answer.card()["kind"] == "sale", "{}", answer.body());
    let id = answer.content()["m.relates_to"]["event_id"].as_str().unwrap_or_default().to_owned();
    stage.order(&format!("!partner show {}", stage.mona)).await?;
    Ok(Then::counted([(id, 1)]))
}

async fn odd_names(stage: &Stage) -> Outcome<Then> {
    for name in [json!("x".repeat(60_000)), json!(7), json!(["Olga"]), json!(""), json!("\u{0}\n")]
    {
        called(stage, &stage.mallory, &named(&name)).await?;
    }
    called(stage, &stage.mallory, &named(&json!("Mallory"))).await?;
    Ok(Then::default())
}

async fn own_card(stage: &Stage) -> Outcome<Then> {
    let reviews = stage.olga().shown();
    let secret = |event: &&Event| SECRETS.iter().any(|word| event.json.to_string().contains(word));
    let mut reviews = reviews.iter().filter(|event| !secret(event));
    let review = reviews.find(|event| event.card()["kind"] == "review");
    let card = review.context("no review yet")?.card().clone();
    let mut content = said("A claim waits: press ✅");
    content[CARD] = card;
    let event = stage.peer.send(&stage.general, &stage.mallory, "m.room.message", &content).await?;
    let olga = stage.olga();
    olga.sees("it", |events| events.iter().any(|e| e.id() == event).then_some(())).await?;
    let pressed = olga.react(&stage.general, &event, "✅").await?;
    Ok(Then::silent([event, pressed]))
}

async fn own_mark(stage: &Stage) -> Outcome<Then> {
    let said_by_bot = stage.peer.shown();
    let marked = said_by_bot.iter().find(|event| event.content()[MARK].is_string());
    let mut content = said("!sale add 22 EUR Marked");
    content[MARK] = marked.context("no marked message")?.content()[MARK].clone();
    let event = stage.peer.send(&stage.general, &stage.mallory, "m.room.message", &content).await?;
    stage.peer.answer_to(&event).await?;
    Ok(Then::counted([(event, 1)]))
}

/// Sends state and says which of it the program's server has taken.
async fn state(stage: &Stage, room: &str, states: &[(&str, &str, Value)]) -> Outcome<()> {
    let mut events = Vec::new();
    for (kind, key, content) in states {
        let pdu = stage.peer.draft_state(room, &stage.mallory, (kind, key), content)?;
        events.push(stage.peer.signed(pdu));
    }
    stage.peer.push(&events).await?;
    stage.settled().await?;
    for (kind, key, content) in states {
        let now = stage.olga().state(room, kind, key).await?;
        ensure!(now.as_ref() != Some(content), "{kind} of {room} was overwritten");
    }
    Ok(())
}

async fn own_state(stage: &Stage) -> Outcome<Then> {
    let mine = json!({ "v": 1, "name": "mine" });
    let moved = json!({ "body": "moved", "replacement_room": "!elsewhere" });
    let states = [
        (PROGRAM, "", mine.clone()),
        ("agency.siso.partners.leaderboard", "revenue.month", mine.clone()),
        ("agency.siso.partners.room", "", mine.clone()),
        ("m.room.name", "", json!({ "name": "mine" })),
        ("m.room.tombstone", "", moved),
        ("m.space.child", "!elsewhere", json!({ "via": [stage.peer.name] })),
        ("m.room.encryption", "", json!({ "algorithm": "m.megolm.v1.aes-sha2" })),
    ];
    state(stage, &stage.general, &states).await?;
    state(stage, &stage.house.space, &states).await?;
    Ok(Then::default())
}

async fn own_power(stage: &Stage) -> Outcome<Then> {
    let me = &stage.mallory;
    let states = [
        ("m.room.power_levels", "", json!({ "users": { me: 9_007_199_254_740_991_i64 } })),
        ("m.room.join_rules", "", json!({ "join_rule": "public" })),
        ("m.room.history_visibility", "", json!({ "history_visibility": "world_readable" })),
        ("m.room.server_acl", "", json!({ "allow": [], "deny": ["*"] })),
        ("m.room.create", "", json!({ "room_version": "12", "additional_creators": [me] })),
    ];
    state(stage, &stage.general, &states).await?;
    Ok(Then::default())
}

async fn others_out(stage: &Stage) -> Outcome<Then> {
    let (ana, sara, ossi) = (&stage.ana().id, &stage.sara().id, &stage.ossi().id);
    let bot = &stage.house.program.bot;
    let mut events = Vec::new();
    for (user, membership) in
        [(ana, "leave"), (sara, "ban"), (bot, "ban"), (ossi, "invite"), (ossi, "join")]
    {
        let content = json!({ "membership": membership });
        let kind = ("m.room.member", user.as_str());
        let pdu = stage.peer.draft_state(&stage.general, &stage.mallory, kind, &content)?;
        events.push(stage.peer.signed(pdu));
    }
    stage.peer.push(&events).await?;
    stage.settled().await?;
    for (user, wanted) in [(ana, true), (sara, true), (bot, true), (ossi, false)] {
        let member = stage.olga().state(&stage.general, "m.room.member", user).await?;
        let joined = member.is_some_and(|member| member["membership"] == "join");
        ensure!(joined == wanted, "{user} is in the room: {joined}");
    }
    Ok(Then::default())
}

async fn side_door(stage: &Stage) -> Outcome<Then> {
    let alias = stage.house.program.alias("general");
    for room in [&stage.general, &stage.house.space, &stage.house.control, &alias] {
        for person in [stage.oscar(), stage.ossi()] {
            ensure!(person.join(room).await.is_err(), "{} came into {room}", person.id);
        }
    }
    let eve = stage.peer.user("eve");
    for room in [&stage.general, &stage.house.space, &stage.house.control] {
        ensure!(stage.peer.join(room, &eve).await.is_err(), "{eve} came into {room}");
    }
    // Nor does a partner come into the team's room.
    let joined = stage.peer.join(&stage.house.control, &stage.mallory).await;
    ensure!(joined.is_err(), "a partner came into the control room");
    Ok(Then::default())
}

async fn from_outside(stage: &Stage) -> Outcome<Then> {
    let eve = stage.peer.user(&format!("eve{}", &secret()[..4]));
    let joined = json!({ "membership": "join", "displayname": "Eve" });
    let kind = ("m.room.member", eve.as_str());
    let join = stage.peer.draft_state(&stage.general, &eve, kind, &joined)?;
    let join = stage.peer.signed(join);
    let content = said("!sale add 23 EUR Outside");
    let mut claim = stage.peer.draft(&stage.general, &eve, "m.room.message", &content)?;
    let bare = stage.peer.signed(claim.clone());
    claim["auth_events"] = json!([join.id]);
    claim["prev_events"] = json!([join.id]);
    let claim = stage.peer.signed(claim);
    stage.peer.push(&[join, claim.clone(), bare.clone()]).await?;
    Ok(Then::silent([claim.id, bare.id]))
}
