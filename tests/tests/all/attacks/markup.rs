//! Text that would be more than text: tags, mentions, pills, links that run, quotes, turned letters.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::peer::said;
use serde_json::json;

/// Ends whatever it may stand in, notifies, links, runs.
const HOSTILE: &str = "</code></pre></p><h1>PWN</h1><img src=x onerror=alert(1)> @room \
    <a href='https://matrix.to/#/@olga:x'>a</a> [y](javascript:alert(1)) ![z](https://x/y) `~~**";

pub const TABLE: &[Attack] = &[
    attack("markup as a client", "tags and mentions in a client's name", "it is text", |stage| {
        Box::pin(one_claim(stage, format!("!sale add 41 EUR \"{HOSTILE}\"")))
    })
    .claims(1),
    attack("markup as a note", "the same in a note to the team", "it is text", |stage| {
        Box::pin(one_claim(stage, format!("!sale add 42 EUR Noted --note \"{HOSTILE}\"")))
    })
    .claims(1),
    attack("markup as thanks", "the same in kudos, which the room reads", "it is text", |stage| {
        let line = format!("!kudos {} {HOSTILE}", stage.ana().id);
        Box::pin(asked(stage, line))
    })
    .may(&["kudos", "help_fact"]),
    attack("markup as a story", "the same in a story of success", "it is text", |stage| {
        Box::pin(asked(stage, format!("!win {HOSTILE}")))
    })
    .may(&["win", "win_post"]),
    attack("markup as a deal", "the same as a deal's client", "it is text", |stage| {
        Box::pin(asked(stage, format!("!deal register \"{HOSTILE}\"")))
    })
    .may(&["client", "deal"])
    .told(1),
    attack(
        "markup as a playbook",
        "the same as a playbook's title and text",
        "it is text",
        |stage| {
            let line = format!(
                "!playbook save hostile \"{HOSTILE}\"\n{HOSTILE}\n\n> {HOSTILE}\n\n<script>"
            );
            Box::pin(asked(stage, line))
        },
    )
    .may(&["playbook", "playbook_author", "playbook_version", "playbook_post"])
    .told(1),
    attack(
        "markup as an application",
        "an outsider applies with the same",
        "the team reads text",
        |stage| Box::pin(application(stage)),
    )
    .may(&["partner"])
    .rewrites(&["partner"])
    .told(1),
    attack(
        "mentions along with a command",
        "a command that mentions everybody and the owner",
        "its answer mentions nobody",
        |stage| Box::pin(mentioned(stage)),
    ),
    attack(
        "a command in a quote",
        "a reply whose quoted part holds a claim, and one below it",
        "only what is below the quote is run",
        |stage| Box::pin(quoted(stage)),
    ),
    attack(
        "two faces",
        "the formatted text shows other words than those that run",
        "the answer says which have run",
        |stage| Box::pin(two_faces(stage)),
    ),
    attack(
        "letters that are not seen",
        "claims with turned, hidden and broken letters",
        "each is refused",
        |stage| Box::pin(unseen(stage)),
    ),
];

async fn one_claim(stage: &Stage, line: String) -> Outcome<Then> {
    let sara = stage.sara();
    let claim = sara.say(&stage.general, &line).await?;
    let answer = stage.answered(&claim).await?;
    ensure!(answer.card()["kind"] == "sale", "{}", answer.body());
    stage.order("!sale list").await?;
    Ok(Then::counted([(claim, 1)]))
}

async fn asked(stage: &Stage, line: String) -> Outcome<Then> {
    let asked = stage.sara().say(&stage.general, &line).await?;
    stage.answered(&asked).await?;
    Ok(Then::default())
}

async fn application(stage: &Stage) -> Outcome<Then> {
    let (ossi, bot) = (stage.ossi(), &stage.house.program.bot);
    let chat = ossi.create_room(&[bot], true).await?;
    ossi.sees_join(&chat, bot).await?;
    ossi.reply_to(&ossi.say(&chat, &format!("apply {HOSTILE}")).await?).await?;
    Ok(Then::default())
}

async fn mentioned(stage: &Stage) -> Outcome<Then> {
    let mut content = said("!help @room");
    content["m.mentions"] = json!({ "room": true, "user_ids": [stage.olga().id] });
    let (general, user) = (&stage.general, &stage.mallory);
    let id = stage.peer.send(general, user, "m.room.message", &content).await?;
    stage.peer.answer_to(&id).await?;
    Ok(Then::default())
}

async fn quoted(stage: &Stage) -> Outcome<Then> {
    let claim = "!sale add 43 EUR Quoted";
    let (general, user) = (&stage.general, &stage.mallory);
    let only = said(&format!("> <{}> {claim}\n> {claim}\n\nfine", stage.ana().id));
    let only = stage.peer.send(general, user, "m.room.message", &only).await?;
    let below = said(&format!("> <{}> {claim}\n\n!help", stage.ana().id));
    let below = stage.peer.send(general, user, "m.room.message", &below).await?;
    let answer = stage.peer.answer_to(&below).await?;
    ensure!(answer.card()["kind"] != "sale", "{}", answer.body());
    Ok(Then { silent: vec![only], ..Then::counted([(below, 0)]) })
}

async fn two_faces(stage: &Stage) -> Outcome<Then> {
    let mut content = said("!sale list");
    content["format"] = json!("org.matrix.custom.html");
    content["formatted_body"] = json!("<b>!help</b> <span data-mx-hidden>@room</span>");
    let (general, user) = (&stage.general, &stage.mallory);
    let id = stage.peer.send(general, user, "m.room.message", &content).await?;
    stage
        .peer
        .until("which words have run", |heard| {
            let has = |pdu: &serde_json::Value| {
                let body = pdu["content"]["body"].as_str().unwrap_or_default();
                body.contains("What ran was") && body.contains("sale list")
            };
            heard.events.iter().any(|(_, pdu)| has(pdu)).then_some(())
        })
        .await?;
    Ok(Then::counted([(id, 0)]))
}

async fn unseen(stage: &Stage) -> Outcome<Then> {
    let mut ids = Vec::new();
    for client in ["Ac\u{202e}me", "Ac\u{2066}me", "A\u{200d}cme", "Acme\u{feff}", "Ac\u{e0041}me"]
    {
        let answer = stage.mallory_asks(&format!("!sale add 44 EUR {client}")).await?;
        ensure!(answer.card()["code"] == "E-CHARS", "{client:?}: {}", answer.body());
        let id = answer.content()["m.relates_to"]["event_id"].as_str().unwrap_or_default();
        ids.push((id.to_owned(), 0));
    }
    Ok(Then::counted(ids))
}
