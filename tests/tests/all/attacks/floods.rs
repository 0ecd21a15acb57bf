//! Too much, too big, too deep.
use super::stage::{BURST, EVERY_MS, Stage};
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::fake::clock;
use partnerspace_tests::peer::{Signed, said};
use serde_json::{Value, json};

/// What servers send in one transaction at most.
const PDUS_MAX: usize = 50;
const MANY: usize = 30;

pub const TABLE: &[Attack] = &[
    attack(
        "commands without end",
        "three bursts of commands at once, with times that say they are some minutes old",
        "one burst is answered, the rest is not; others are served",
        |stage| Box::pin(commands(stage)),
    ),
    attack(
        "an event of full size",
        "a claim with 60 KB beside it, and a claim of 60 KB",
        "the first is one claim, the second is refused",
        |stage| Box::pin(giants(stage)),
    )
    .claims(1),
    attack(
        "depth",
        "claims with lists within lists, 100 and 124 and 400 deep",
        "each is at most one claim, and no answer is missing after them",
        |stage| Box::pin(deep(stage)),
    )
    .claims(3),
    attack(
        "edits without end",
        "a claim is edited thirty times at once",
        "it is one claim; the edits beyond a burst are not heard",
        |stage| Box::pin(edits(stage)),
    )
    .claims(1),
    attack(
        "signs without end",
        "thirty signs, some of 10 KB, on one answer",
        "no answer",
        |stage| Box::pin(signs(stage)),
    ),
    attack(
        "names without end",
        "a partner calls themselves otherwise twenty times at once",
        "nothing is said about it",
        |stage| Box::pin(names(stage)),
    )
    .rewrites(&["partner"]),
    attack(
        "talk without end",
        "thirty words in a chat with the bot",
        "one answer a day, not thirty",
        |stage| Box::pin(talk(stage)),
    ),
    attack(
        "what cannot be read",
        "twenty encrypted events in general and in a chat",
        "one word about it in the chat",
        |stage| Box::pin(unreadable(stage)),
    ),
    attack(
        "what is not kept",
        "thirty typing notices, receipts and presences of every wrong shape",
        "nothing happens",
        |stage| Box::pin(passing(stage)),
    ),
    attack(
        "types of every shape",
        "messages whose body, kind and relation are numbers, lists and nothing",
        "nothing happens",
        |stage| Box::pin(shapes(stage)),
    ),
];

/// Events of Mallory's in one room, all after the same.
fn many(stage: &Stage, kind: &str, contents: &[Value]) -> Outcome<Vec<Signed>> {
    let of = |content| stage.peer.draft(&stage.general, &stage.mallory, kind, content);
    contents.iter().map(|content| Ok(stage.peer.signed(of(content)?))).collect()
}

async fn push_all(stage: &Stage, events: &[Signed]) -> Outcome<()> {
    for events in events.chunks(PDUS_MAX) {
        stage.peer.push(events).await?;
    }
    Ok(())
}

/// One after another, so that the room's past does not fork as often.
async fn in_a_row(
    stage: &Stage,
    room: &str,
    kind: &str,
    contents: &[Value],
) -> Outcome<Vec<String>> {
    let mut events = Vec::new();
    for content in contents {
        let event = stage.peer.signed(stage.peer.draft(room, &stage.mallory, kind, content)?);
        stage.peer.heard().take(&event.pdu);
        events.push(event);
    }
    push_all(stage, &events).await?;
    Ok(events.into_iter().map(|event| event.id).collect())
}

fn answered(stage: &Stage, ids: &[String]) -> usize {
    let said = stage.bot_said();
    ids.iter().filter(|id| said.iter().any(|event| event.replies_to(id))).count()
}

async fn commands(stage: &Stage) -> Outcome<Then> {
    let contents: Vec<Value> = (0..3 * BURST).map(|_| said("!help")).collect();
    let mut events = many(stage, "m.room.message", &contents)?;
    let from = clock();
    for (n, event) in events.iter_mut().enumerate() {
        let mut pdu = event.pdu.clone();
        let at = pdu["origin_server_ts"].as_i64().unwrap_or_default();
        pdu["origin_server_ts"] = (at - i64::try_from(n)? * 6_000).into();
        *event = stage.peer.signed(pdu);
    }
    push_all(stage, &events).await?;
    stage.settled().await?;
    let ids: Vec<String> = events.into_iter().map(|event| event.id).collect();
    let answers = answered(stage, &ids);
    let may = BURST + usize::try_from((clock() - from) / EVERY_MS)? + 1;
    ensure!(answers > 0 && answers <= may, "{answers} of {} have an answer, not {may}", ids.len());
    Ok(Then::default())
}

async fn giants(stage: &Stage) -> Outcome<Then> {
    let mut beside = said("!sale add 51 EUR Beside");
    beside["junk"] = json!("x".repeat(60_000));
    let within = said(&format!("!sale add 52 EUR {}", "x".repeat(60_000)));
    let ids = in_a_row(stage, &stage.general, "m.room.message", &[beside, within]).await?;
    let answer = stage.peer.answer_to(&ids[1]).await?;
    ensure!(answer.card()["code"] == "E-LONG", "{}", answer.body());
    Ok(Then::counted([(ids[0].clone(), 1), (ids[1].clone(), 0)]))
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("x"), |inner, _| json!([inner]))
}

async fn deep(stage: &Stage) -> Outcome<Then> {
    let mut counted = Vec::new();
    for depth in [100, 124, 400] {
        let mut content = said(&format!("!sale add 53 EUR \"Depth {depth}\""));
        content["deep"] = nested(depth);
        content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": nested(depth) } });
        let event = many(stage, "m.room.message", &[content])?.remove(0);
        drop(stage.peer.push(std::slice::from_ref(&event)).await);
        counted.push(event.id);
    }
    stage.settled().await?;
    let mut then = Then::default();
    for id in counted {
        let count = stage.facts.sales_by(&id).await?;
        ensure!(count <= 1, "{id} is {count} claims");
        then.counted.push((id, count));
    }
    Ok(then)
}

async fn edits(stage: &Stage) -> Outcome<Then> {
    let (general, user) = (&stage.general, &stage.mallory);
    let claim = stage.peer.say(general, user, "!sale add 54 EUR Restless").await?;
    stage.peer.answer_to(&claim).await?;
    let edits: Vec<Value> = (0..MANY)
        .map(|n| {
            let text = format!("!sale add {} EUR Restless", 100 + n);
            json!({
                "msgtype": "m.text", "body": text, "m.new_content": said(&text),
                "m.relates_to": { "rel_type": "m.replace", "event_id": claim },
            })
        })
        .collect();
    let from = clock();
    in_a_row(stage, general, "m.room.message", &edits).await?;
    let before = stage.bot_said().len();
    stage.settled().await?;
    let more = stage.bot_said().len() - before;
    // An edit that is heard is answered, and its card reads anew; on a slow machine more are heard. One more word says why.
    let may = BURST + usize::try_from((clock() - from) / EVERY_MS)? + 1;
    ensure!(more <= 2 * may + 1, "{more} messages after {MANY} edits, of which {may} may be heard");
    Ok(Then::counted([(claim, 1)]))
}

async fn signs(stage: &Stage) -> Outcome<Then> {
    let answer = stage.mallory_asks("!help").await?;
    let signs: Vec<Value> = (0..MANY)
        .map(|n| {
            let key = if n % 2 == 0 { "✅".to_owned() } else { "✅".repeat(3_000) };
            json!({
                "n": n,
                "m.relates_to": { "rel_type": "m.annotation", "event_id": answer.id(), "key": key },
            })
        })
        .collect();
    Ok(Then::silent(in_a_row(stage, &stage.general, "m.reaction", &signs).await?))
}

async fn names(stage: &Stage) -> Outcome<Then> {
    let mut events = Vec::new();
    for n in 0..20 {
        let content = json!({ "membership": "join", "displayname": format!("Mallory {n}") });
        let kind = ("m.room.member", stage.mallory.as_str());
        let pdu = stage.peer.draft_state(&stage.general, &stage.mallory, kind, &content)?;
        let event = stage.peer.signed(pdu);
        stage.peer.heard().take(&event.pdu);
        events.push(event);
    }
    push_all(stage, &events).await?;
    let before = stage.bot_said().len();
    stage.settled().await?;
    let more = stage.bot_said().iter().filter(|event| event.kind() == "m.room.message").count();
    ensure!(more <= before + 3, "{} messages", more - before);
    Ok(Then::default())
}

async fn talk(stage: &Stage) -> Outcome<Then> {
    let chat = stage.chat(&stage.mallory)?;
    let words: Vec<Value> = (0..MANY).map(|n| said(&format!("hello {n} there"))).collect();
    in_a_row(stage, chat, "m.room.message", &words).await?;
    let in_chat = || stage.bot_said().iter().filter(|event| event.room == chat).count();
    let before = in_chat();
    stage.peer.asks(chat, &stage.mallory, "help").await?;
    stage.settled().await?;
    let more = in_chat() - before;
    ensure!(more <= 3, "{more} answers to {MANY} words");
    Ok(Then::default())
}

async fn unreadable(stage: &Stage) -> Outcome<Then> {
    let content = json!({
        "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AAAA", "sender_key": "k",
        "session_id": "s", "device_id": "d",
    });
    let secret = vec![content; 20];
    let chat = stage.chat(&stage.mallory)?;
    in_a_row(stage, &stage.general, "m.room.encrypted", &secret).await?;
    let before = stage.bot_said().len();
    in_a_row(stage, chat, "m.room.encrypted", &secret).await?;
    stage.peer.asks(chat, &stage.mallory, "help").await?;
    stage.settled().await?;
    let more = stage.bot_said().len() - before;
    ensure!(more <= 6, "{more} messages after events that cannot be read");
    Ok(Then::default())
}

async fn passing(stage: &Stage) -> Outcome<Then> {
    let (general, user) = (&stage.general, &stage.mallory);
    let kinds = ["m.typing", "m.receipt", "m.presence", "m.direct_to_device", "m.nonsense"];
    let contents = [
        json!({ "room_id": general, "user_id": user, "typing": true }),
        json!({ general: { "m.read": { user: { "event_ids": ["$x"], "data": { "ts": -1 } } } } }),
        json!({ "sender": user, "type": "m.room.message", "message_id": "1",
                "messages": { &stage.house.program.bot: { "*": said("!help") } } }),
        json!([]),
    ];
    let edus: Vec<Value> = kinds
        .iter()
        .flat_map(|kind| {
            contents.iter().map(move |content| json!({ "edu_type": kind, "content": content }))
        })
        .cycle()
        .take(MANY)
        .collect();
    // A server may refuse them all.
    drop(stage.peer.push_passing(&json!(edus)).await);
    Ok(Then::default())
}

async fn shapes(stage: &Stage) -> Outcome<Then> {
    let command = "!sale add 55 EUR Shape";
    let contents = [
        json!({ "msgtype": "m.text", "body": 7 }),
        json!({ "msgtype": "m.text", "body": { "text": command } }),
        json!({ "msgtype": "m.text", "body": [command] }),
        json!({ "msgtype": ["m.text"], "body": command }),
        json!({ "body": command }),
        json!({ "msgtype": "m.notice", "body": command }),
        json!({ "msgtype": "m.text", "body": "x", "m.relates_to": 7 }),
        json!({ "msgtype": "m.text", "body": "x", "m.relates_to": { "rel_type": 7, "event_id": [] } }),
        json!({ "msgtype": "m.text", "body": null, "formatted_body": command }),
        json!({}),
    ];
    Ok(Then::silent(in_a_row(stage, &stage.general, "m.room.message", &contents).await?))
}
