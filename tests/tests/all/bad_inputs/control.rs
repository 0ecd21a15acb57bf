//! The rows of the control room: numbers that are none, things done twice, people without a role.
use super::{Case, Scene, case, faked};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use serde_json::json;

pub fn cases() -> Vec<Case> {
    vec![
        case("B103", |scene| Box::pin(void_twice(scene))),
        case("B104 B105", |scene| Box::pin(no_numbers(scene))),
        faked("B113", |scene| Box::pin(without_a_role(scene))),
        case("B126", |scene| Box::pin(reactions(scene))),
        // The last one: it fills Ana's totals to the brim.
        case("B035", |scene| Box::pin(overflow(scene))),
    ]
}

/// The number of a new claim.
async fn claim(scene: &Scene, amount: &str, client: &str) -> Outcome<String> {
    let claimed = scene.ana(&format!("!sale add {amount} EUR {client}")).await?;
    let number = &claimed.card()["sale"]["number"];
    ensure!(claimed.card()["kind"] == "sale", "{}", claimed.body());
    Ok(number.as_str().map_or_else(|| format!("S-{number}"), str::to_owned))
}

async fn void_twice(scene: &Scene) -> Outcome<()> {
    let number = claim(scene, "103", "Void").await?;
    let void = format!("!sale void {number} gone --yes");
    let early = scene.order(&void).await?;
    ensure!(early.card()["code"] == "E-USAGE", "before it counts: {}", early.body());
    scene.order(&format!("!sale approve {number}")).await?;
    let first = scene.order(&void).await?;
    ensure!(first.card()["kind"] != "refusal", "{}", first.body());
    let second = scene.order(&void).await?;
    ensure!(second.card()["code"] == "E-DUP", "{}", second.body());
    ensure!(second.body().contains("already void"), "{}", second.body());
    Ok(())
}

async fn no_numbers(scene: &Scene) -> Outcome<()> {
    for number in ["S-99999999999999999999", "S--1", "S-0", "S-1.5", "S-1; drop table", "../S-1"] {
        let reply = scene.order(&format!("!sale void {number} why --yes")).await?;
        ensure!(reply.card()["code"] == "E-REF", "{number}: {}", reply.body());
    }
    Ok(())
}

/// Being in the control room grants nothing, and is told.
async fn without_a_role(scene: &Scene) -> Outcome<()> {
    let (fake, ana) = (scene.fake()?, scene.house.person("ana")?);
    let control = &scene.house.control;
    fake.force(control, &ana.id, "m.room.member", Some(&ana.id), json!({"membership": "join"}));
    for line in ["!sale approve S-1", "!audit", "!audit what ever", "!partner list"] {
        let reply = ana.reply_to(&ana.say(control, line).await?).await?;
        ensure!(reply.card()["code"] == "E-AUTH", "{line}: {}", reply.body());
    }
    scene.alerted("access.refused", 4).await
}

async fn reactions(scene: &Scene) -> Outcome<()> {
    let control = &scene.house.control;
    let olga = scene.house.owner();
    for (n, yes) in ["✅", "✅\u{fe0f}", "✅\u{fe0e}"].into_iter().enumerate() {
        let number = claim(scene, "126", &format!("Press {n}")).await?;
        let is_card = |event: &partnerspace_tests::people::Event| {
            event.card()["kind"] == "review"
                && event
                    .body()
                    .lines()
                    .next()
                    .is_some_and(|title| title.contains(&format!(" {number} ")))
        };
        let card = olga
            .sees("the review card", |events| events.iter().find(|e| is_card(e)).cloned())
            .await?;
        if let Ok(fake) = scene.fake() {
            let ana = &scene.house.person("ana")?.id;
            fake.force(control, ana, "m.room.member", Some(ana), json!({"membership": "join"}));
            fake.react(control, ana, card.id(), yes);
        }
        // Synapse refuses this one itself.
        let long = olga.react(control, card.id(), &"✅".repeat(3_400)).await;
        ensure!(long.is_ok() || scene.fake().is_err(), "10 KB: {long:?}");
        let open = scene.order(&format!("!sale show {number}")).await?;
        ensure!(open.card()["sale"]["status"] == "claimed", "{}", open.card());
        olga.react(control, card.id(), yes).await?;
        let decided = scene.order(&format!("!sale show {number}")).await?;
        let status = decided.card()["sale"]["status"].as_str().context("a status")?;
        ensure!(status == "approved", "{yes:?}: {status}");
    }
    Ok(())
}

/// Nine claims of the largest amount fit what the wire carries, a tenth does not.
async fn overflow(scene: &Scene) -> Outcome<()> {
    let mut numbers = Vec::new();
    for n in 0..10 {
        numbers.push(claim(scene, "10000000000000", &format!("Giant {n}")).await?);
    }
    let last = numbers.pop().context("ten claims")?;
    for number in numbers {
        let approved = scene.order(&format!("!sale approve {number}")).await?;
        ensure!(approved.card()["kind"] == "sale", "{}", approved.body());
    }
    let entries = "select count(*) from entry";
    let scores = "select cast(sum(score) as bigint) from standing";
    let (before, sum) =
        (scene.facts.number(entries, &[]).await?, scene.facts.number(scores, &[]).await?);
    let refused = scene.order(&format!("!sale approve {last}")).await?;
    ensure!(refused.card()["code"] == "E-AMOUNT", "{}", refused.body());
    scene.alerted("total.too_large", 1).await?;
    ensure!(scene.facts.number(entries, &[]).await? == before, "an entry was written");
    ensure!(scene.facts.number(scores, &[]).await? == sum, "the totals moved");
    let board = scene.ana("!board revenue").await?;
    ensure!(board.card()["kind"] == "board", "{}", board.body());
    Ok(())
}
