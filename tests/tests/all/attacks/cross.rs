//! What is said in one room about an event of another, whose id has become known.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::peer::said;
use partnerspace_tests::people::Event;
use serde_json::json;

pub const TABLE: &[Attack] = &[
    attack(
        "a sign on another room's question",
        "partners press ✅ in general on what the bot asks the owner in the control room",
        "no answer: it would say what was asked",
        |stage| Box::pin(signs(stage)),
    ),
    attack(
        "a yes to another room's question",
        "yes and no, said in general as replies to questions of other rooms and in their threads",
        "no answer",
        |stage| Box::pin(words(stage)),
    ),
    attack(
        "a thread of another room",
        "a command in general stands in a thread of the control room",
        "no answer in either room; the team is not told of that",
        |stage| Box::pin(thread(stage)),
    ),
    attack(
        "a playbook from another room",
        "a message of another room is saved as a playbook by a reply",
        "nothing is read, nothing is saved",
        |stage| Box::pin(playbook(stage)),
    ),
    attack(
        "a decision in the wrong room",
        "the owner presses ✅ in general on a review card of the control room",
        "nothing is decided",
        |stage| Box::pin(decision(stage)),
    ),
    attack(
        "a reason in the wrong room",
        "a partner replies in general to a review card",
        "nothing is decided",
        |stage| Box::pin(reason(stage)),
    ),
];

fn of_thread(root: &str, text: &str) -> serde_json::Value {
    let mut content = said(text);
    content["m.relates_to"] = json!({
        "rel_type": "m.thread", "event_id": root, "m.in_reply_to": { "event_id": root },
    });
    content
}

async fn signs(stage: &Stage) -> Outcome<Then> {
    let mut ids = Vec::new();
    for key in ["✅", "❌"] {
        let sign = json!({
            "m.relates_to": { "rel_type": "m.annotation", "event_id": stage.prompt, "key": key },
        });
        let general = &stage.general;
        ids.push(stage.peer.send(general, &stage.mallory, "m.reaction", &sign).await?);
        let chat = stage.chat(&stage.mallory)?;
        ids.push(stage.peer.send(chat, &stage.mallory, "m.reaction", &sign).await?);
        // A homeserver may refuse it to its own people.
        ids.extend(stage.sara().react(general, &stage.prompt, key).await.ok());
    }
    let before = stage.bot_said().len();
    stage.peer.asks(stage.chat(&stage.mallory)?, &stage.mallory, "help").await?;
    stage.settled().await?;
    let more = stage.bot_said().len() - before;
    ensure!(more <= 3, "the bot said {more} things");
    Ok(Then::silent(ids))
}

async fn words(stage: &Stage) -> Outcome<Then> {
    let mut ids = Vec::new();
    for (target, word) in [(&stage.prompt, "yes"), (&stage.prompt, "no"), (&stage.claim, "yes")] {
        let mut reply = said(word);
        reply["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": target } });
        for content in [reply, of_thread(target, word)] {
            let (general, user) = (&stage.general, &stage.mallory);
            ids.push(stage.peer.send(general, user, "m.room.message", &content).await?);
        }
    }
    Ok(Then::silent(ids))
}

async fn thread(stage: &Stage) -> Outcome<Then> {
    let content = of_thread(&stage.prompt, "!help");
    let (general, user) = (&stage.general, &stage.mallory);
    stage.peer.send(general, user, "m.room.message", &content).await?;
    stage.settled().await?;
    let control = &stage.house.control;
    let astray = stage.bot_said().into_iter().find(|event| {
        event.room == *control && event.replies_to(&stage.prompt) && event.card()["kind"] == "help"
    });
    ensure!(astray.is_none(), "the control room hears the answer");
    // Homeservers take no relation into another room.
    Ok(Then { parked: 1, ..Then::default() })
}

async fn playbook(stage: &Stage) -> Outcome<Then> {
    for target in [&stage.claim, &stage.prompt] {
        let mut content = said("!playbook save stolen \"Stolen\"");
        content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": target } });
        let (general, user) = (&stage.general, &stage.mallory);
        let id = stage.peer.send(general, user, "m.room.message", &content).await?;
        let answer = stage.peer.answer_to(&id).await?;
        ensure!(answer.card()["kind"] == "refusal", "{}", answer.body());
    }
    Ok(Then::default())
}

fn review(stage: &Stage) -> Outcome<Event> {
    let is_one = |event: &Event| event.card()["kind"] == "review" && event.edits().is_none();
    stage.olga().shown().into_iter().rfind(is_one).context("no review card")
}

async fn decision(stage: &Stage) -> Outcome<Then> {
    let card = review(stage)?;
    let pressed = stage.olga().react(&stage.general, card.id(), "✅").await;
    Ok(Then::silent(pressed.ok()))
}

async fn reason(stage: &Stage) -> Outcome<Then> {
    let card = review(stage)?;
    let content = of_thread(card.id(), "no such client");
    let (general, user) = (&stage.general, &stage.mallory);
    let id = stage.peer.send(general, user, "m.room.message", &content).await?;
    Ok(Then::silent([id]))
}
