//! The rows that a person sends as more than a line: forms of messages, edits, repetitions.
use super::{Case, Scene, case};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    vec![
        case("B098", |scene| Box::pin(twice(scene))),
        case("B090 B091 B095", |scene| Box::pin(no_commands(scene))),
        case("B093", |scene| Box::pin(deceived(scene))),
        case("B096", |scene| Box::pin(edit_of_another(scene))),
        case("B110 B111", |scene| Box::pin(words_of_later(scene))),
    ]
}

async fn twice(scene: &Scene) -> Outcome<()> {
    let line = "!sale add 198 EUR Twice";
    scene.ana(line).await?;
    let asked = scene.ana(line).await?;
    ensure!(asked.card()["code"] == "E-DUP", "{}", asked.body());
    let confirmed = scene.ana("!sale confirm").await?;
    ensure!(confirmed.card()["kind"] == "sale", "confirmed: {}", confirmed.body());
    Ok(())
}

async fn no_commands(scene: &Scene) -> Outcome<()> {
    let ana = scene.house.person("ana")?;
    let first = ana.say(&scene.general, "only talk").await?;
    let command = "!sale add 5 EUR Quiet";
    let mut quiet = Vec::new();
    for content in [
        json!({"msgtype": "m.notice", "body": command}),
        json!({"msgtype": "m.emote", "body": command}),
        json!({"msgtype": "m.image", "body": command, "url": "mxc://example.org/a"}),
        json!({"msgtype": "m.text", "body": format!("```\n{command}\n```"), "format": "org.matrix.custom.html",
               "formatted_body": format!("<pre><code>{command}</code></pre>")}),
        json!({"msgtype": "m.text", "body": command, "m.relates_to": {"rel_type": "m.replace", "event_id": first}}),
    ] {
        quiet.push((ana.send(&scene.general, "m.room.message", content.clone()).await?, content));
    }
    for (event, content) in &quiet {
        scene.unanswered(&content.to_string(), event).await?;
    }
    Ok(())
}

/// People saw other words than those that run: the answer quotes what ran.
async fn deceived(scene: &Scene) -> Outcome<()> {
    let ana = scene.house.person("ana")?;
    let content = json!({"msgtype": "m.text", "body": "!sale list", "format": "org.matrix.custom.html",
                         "formatted_body": "!help"});
    let event = ana.send(&scene.general, "m.room.message", content).await?;
    let replies = ana.replies_to(&event, 2).await?;
    ensure!(replies.iter().any(|e| e.body().contains("sale list")), "the exact line is quoted");
    Ok(())
}

async fn edit_of_another(scene: &Scene) -> Outcome<()> {
    let (ana, ben) = (scene.house.person("ana")?, scene.house.person("ben")?);
    let claim = ana.say(&scene.general, "!sale add 196 EUR Mine").await?;
    let number = ana.reply_to(&claim).await?.card()["sale"]["number"].clone();
    let edit = ben.edit(&scene.general, &claim, "!sale add 1 EUR Mine").await?;
    scene.unanswered("an edit by another", &edit).await?;
    let number = number.as_str().map_or_else(|| format!("S-{number}"), str::to_owned);
    let shown = scene.ana(&format!("!sale show {number}")).await?;
    ensure!(shown.card()["sale"]["amount"]["minor"] == 19_600, "{}", shown.card());
    Ok(())
}

/// Names that lead nowhere, in the chat with the bot, where everything is for it.
async fn words_of_later(scene: &Scene) -> Outcome<()> {
    let ana = scene.house.person("ana")?;
    let chat = scene.house.chat_of("ana")?;
    let search = |tail: &str| format!("!playbook search (a+)+${tail}");
    for (line, code) in [
        ("!playbook show ../secret".to_owned(), "E-REF"),
        ("!playbook show ..\u{2215}secret".to_owned(), "E-REF"),
        (search(""), "E-REF"),
        (search(&"a".repeat(50_000)), "E-LONG"),
    ] {
        let reply = ana.reply_to(&ana.say(chat, &line).await?).await?;
        ensure!(reply.card()["code"] == code, "{:.60}: {}", line, reply.card());
    }
    Ok(())
}
