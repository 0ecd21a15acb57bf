//! Edits, redactions and signs on what others said.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::peer::said;
use serde_json::{Value, json};

/// Signs of a flood, and answers to it that may be given.
const SIGNS: usize = 30;
const ANSWERS_MAX: usize = 3;

pub const TABLE: &[Attack] = &[
    attack(
        "an edit of another's claim",
        "two partners of one server: one edits the other's claim",
        "the claim is as it was",
        |stage| Box::pin(edit_of_another(stage)),
    )
    .claims(1),
    attack(
        "talk turned into a claim",
        "plain talk is edited into a command, and an edit is of an event that nobody has",
        "nothing is run",
        |stage| Box::pin(edited_talk(stage)),
    ),
    attack(
        "an edit from another room",
        "a claim of a chat is edited in the general room",
        "the claim is as it was, the room hears nothing of it",
        |stage| Box::pin(edit_elsewhere(stage)),
    )
    .claims(1),
    attack(
        "a redaction of others' claims",
        "the peer redacts claims of its other user and of people of other servers",
        "the claims stand",
        |stage| Box::pin(redacted_claims(stage)),
    )
    .claims(2),
    attack(
        "a redaction of the bot's words",
        "the peer redacts answers of the bot",
        "they stand",
        |stage| Box::pin(redacted_bot(stage)),
    ),
    attack(
        "redactions of nothing",
        "redactions that name numbers, lists, long texts and no event at all",
        "nothing happens",
        |stage| Box::pin(redacted_nothing(stage)),
    ),
    attack(
        "another's yes to a share",
        "a third person presses ✅ and says yes where a co-seller is asked",
        "the share waits for its own person",
        |stage| Box::pin(share_of_another(stage)),
    )
    .claims(2),
    attack(
        "another's yes to a question",
        "thirty signs and a yes on what the bot asks somebody else",
        "nothing is done; three answers at most",
        |stage| Box::pin(question_of_another(stage)),
    )
    .claims(1),
    attack(
        "an edit after the decision",
        "a claim is rejected, then edited, then redacted",
        "it stays rejected",
        |stage| Box::pin(edit_after_decision(stage)),
    )
    .claims(1),
];

fn edit(of: &str, text: &str) -> Value {
    json!({
        "msgtype": "m.text", "body": format!("* {text}"), "m.new_content": said(text),
        "m.relates_to": { "rel_type": "m.replace", "event_id": of },
    })
}

fn sign(of: &str, key: &str) -> Value {
    json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": of, "key": key } })
}

async fn amount(stage: &Stage, claim: &str, minor: i64) -> Outcome<()> {
    let open = "select count(*) from sale where cause = $1 and amount_minor = cast($2 as bigint) \
                and withdrawn_at is null and approved_at is null";
    let same = stage.facts.number(open, &[claim, &minor.to_string()]).await?;
    ensure!(same == 1, "{claim} is not as it was");
    Ok(())
}

async fn claimed(stage: &Stage, room: &str, user: &str, line: &str) -> Outcome<String> {
    let claim = stage.peer.say(room, user, line).await?;
    let answer = stage.peer.answer_to(&claim).await?;
    ensure!(answer.card()["kind"] == "sale", "{line}: {}", answer.body());
    Ok(claim)
}

async fn edit_of_another(stage: &Stage) -> Outcome<Then> {
    let (peer, general) = (&stage.peer, &stage.general);
    let claim = claimed(stage, general, &stage.mona, "!sale add 31 EUR Edited").await?;
    let content = edit(&claim, "!sale add 3100 EUR Edited");
    let edit = peer.send(general, &stage.mallory, "m.room.message", &content).await?;
    stage.settled().await?;
    amount(stage, &claim, 3_100).await?;
    Ok(Then { silent: vec![edit], ..Then::counted([(claim, 1)]) })
}

async fn edited_talk(stage: &Stage) -> Outcome<Then> {
    let (peer, general, user) = (&stage.peer, &stage.general, &stage.mallory);
    let talk = peer.say(general, user, "good morning").await?;
    let mut ids = vec![talk.clone()];
    for of in [talk.as_str(), "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let content = edit(of, "!sale add 32 EUR Later");
        ids.push(peer.send(general, user, "m.room.message", &content).await?);
    }
    Ok(Then::silent(ids))
}

async fn edit_elsewhere(stage: &Stage) -> Outcome<Then> {
    let (peer, user) = (&stage.peer, &stage.mallory);
    let claim = claimed(stage, stage.chat(user)?, user, "sale add 33 EUR Elsewhere").await?;
    let content = edit(&claim, "!sale add 3300 EUR Elsewhere");
    let edit = peer.send(&stage.general, user, "m.room.message", &content).await?;
    stage.settled().await?;
    amount(stage, &claim, 3_300).await?;
    Ok(Then { silent: vec![edit], ..Then::counted([(claim, 1)]) })
}

async fn redacted_claims(stage: &Stage) -> Outcome<Then> {
    let (peer, general) = (&stage.peer, &stage.general);
    let monas = claimed(stage, general, &stage.mona, "!sale add 34 EUR Redacted").await?;
    let saras = stage.sara().say(general, "!sale add 35 EUR Redacted too").await?;
    stage.answered(&saras).await?;
    let mut ids = Vec::new();
    for claim in [&monas, &saras, &stage.claim] {
        let content = json!({ "redacts": claim });
        ids.push(peer.send(general, &stage.mallory, "m.room.redaction", &content).await?);
    }
    stage.settled().await?;
    amount(stage, &monas, 3_400).await?;
    amount(stage, &saras, 3_500).await?;
    amount(stage, &stage.claim, 7_700).await?;
    Ok(Then { silent: ids, ..Then::counted([(monas, 1), (saras, 1)]) })
}

async fn redacted_bot(stage: &Stage) -> Outcome<Then> {
    let answer = stage.mallory_asks("!help").await?;
    let content = json!({ "redacts": answer.id() });
    let id = stage.peer.send(&stage.general, &stage.mallory, "m.room.redaction", &content).await?;
    stage.settled().await?;
    let read = stage.olga().reads(answer.id());
    ensure!(read.is_some_and(|text| !text.is_empty()), "the bot's answer is gone");
    Ok(Then::silent([id]))
}

async fn redacted_nothing(stage: &Stage) -> Outcome<Then> {
    let long = format!("${}", "x".repeat(40_000));
    let mut ids = Vec::new();
    for target in [json!(7), json!(["$a"]), json!(null), json!({ "a": 1 }), json!(long), json!("")]
    {
        let content = json!({ "redacts": target });
        let pdu = stage.peer.draft(&stage.general, &stage.mallory, "m.room.redaction", &content)?;
        let event = stage.peer.signed(pdu);
        drop(stage.peer.push(std::slice::from_ref(&event)).await);
        ids.push(event.id);
    }
    Ok(Then::silent(ids))
}

async fn share_of_another(stage: &Stage) -> Outcome<Then> {
    let (peer, general, user) = (&stage.peer, &stage.general, &stage.mallory);
    let line = format!("!sale add 36 EUR Shared --with \"me 1, {} 1\"", stage.ana().id);
    let sara = stage.sara();
    let claim = sara.say(general, &line).await?;
    let answer = stage.answered(&claim).await?;
    let chat = stage.anas_chat()?;
    let asked = stage.ana().sees("the question", |events| {
        let asked = |event: &&partnerspace_tests::people::Event| {
            event.room == chat && event.card()["event"] == "asked"
        };
        events.iter().rfind(asked).map(|event| event.id().to_owned())
    });
    let asked = asked.await?;
    let mut ids = Vec::new();
    for target in [claim.as_str(), answer.id(), &asked] {
        for key in ["✅", "👍"] {
            ids.push(peer.send(general, user, "m.reaction", &sign(target, key)).await?);
        }
    }
    ids.push(peer.say(general, user, "yes").await?);
    stage.settled().await?;
    let waits = "select count(*) from share s join sale on sale.id = s.sale_id \
                 where sale.cause = $1 and s.asked_at is not null and s.confirmed_at is null";
    ensure!(stage.facts.number(waits, &[&claim]).await? == 1, "somebody else has said yes");
    Ok(Then { silent: ids, ..Then::counted([(claim, 1)]) })
}

async fn question_of_another(stage: &Stage) -> Outcome<Then> {
    let (peer, general, user) = (&stage.peer, &stage.general, &stage.mallory);
    let ana = stage.ana();
    let first = ana.say(general, "!sale add 37 EUR Once").await?;
    ana.reply_to(&first).await?;
    let again = ana.say(general, "!sale add 37 EUR Once").await?;
    let asked = ana.reply_to(&again).await?;
    ensure!(asked.card()["code"] == "E-DUP", "{}", asked.body());
    peer.until("the question", |heard| heard.known.contains_key(asked.id()).then_some(())).await?;
    let mut ids = Vec::new();
    for n in 0..SIGNS {
        let key = ["✅", "👍", "✔️"][n % 3];
        let mut content = sign(asked.id(), key);
        content["n"] = json!(n);
        ids.push(peer.send(general, user, "m.reaction", &content).await?);
    }
    let content = json!({
        "msgtype": "m.text", "body": "yes",
        "m.relates_to": { "rel_type": "m.thread", "event_id": again },
    });
    ids.push(peer.send(general, user, "m.room.message", &content).await?);
    let before = stage.bot_said().len();
    stage.settled().await?;
    // Two of them are for the honest partner.
    let answers = (stage.bot_said().len() - before).saturating_sub(2);
    ensure!(answers <= ANSWERS_MAX, "{answers} answers to {SIGNS} signs");
    Ok(Then::counted([(first, 1), (again, 0)]))
}

async fn edit_after_decision(stage: &Stage) -> Outcome<Then> {
    let (peer, general, user) = (&stage.peer, &stage.general, &stage.mallory);
    let claim = peer.say(general, user, "!sale add 38 EUR Decided").await?;
    let answer = peer.answer_to(&claim).await?;
    let number = answer.card()["sale"]["number"].as_str().unwrap_or_default().to_owned();
    stage.order(&format!("!sale reject {number} no such client")).await?;
    peer.send(general, user, "m.room.message", &edit(&claim, "!sale add 39 EUR Decided")).await?;
    peer.send(general, user, "m.room.redaction", &json!({ "redacts": claim })).await?;
    stage.settled().await?;
    let kept = "select count(*) from sale where cause = $1 and amount_minor = 3800 \
                and rejected_at is not null and withdrawn_at is null";
    ensure!(stage.facts.number(kept, &[&claim]).await? == 1, "the decision is another");
    Ok(Then::counted([(claim, 1)]))
}
