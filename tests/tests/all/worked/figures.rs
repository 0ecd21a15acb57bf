//! Worked examples that take many sales: how far industries are entered, how evenly clients lie, how ranks
//! move from one day to the next, and in which order playbooks stand.
use super::{Said, database, desk};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::desk::Desk;
use partnerspace_tests::house::Ground;
use serde_json::{Value, json};

const NOW: &str = "2026-06-10T10:00:00Z";
const DAY: i64 = 86_400_000;

pub async fn all(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    let begin = async || desk(&db, "Europe/Berlin", NOW).await;
    penetration(begin().await?).await.context("penetration")?;
    diversification(begin().await?).await.context("diversification")?;
    movement(begin().await?).await.context("movement")?;
    playbooks(begin().await?).await.context("playbooks")?;
    db.close().await;
    Ok(())
}

async fn won(desk: &mut Desk, who: &str, words: &str) -> Outcome<()> {
    desk.now += 60_000;
    let (said, card) = desk.ask(who, &format!("sale add {words}")).await?;
    let number = card["sale"]["number"].as_str().context(said)?.to_owned();
    desk.order(&format!("!sale approve {number}")).await?.says(&["Approved"])
}

/// Clients of an industry, each with a name that resembles no other's.
async fn clients(desk: &mut Desk, industry: &str, count: usize) -> Outcome<()> {
    for n in 0..count {
        let name = format!("{industry} {n} {}", n * 7919);
        won(desk, "ana", &format!("10 EUR {name} --industry {industry}")).await?;
    }
    Ok(())
}

async fn open(desk: &mut Desk, industry: &str) -> Outcome<()> {
    desk.order(&format!("!industry add {industry} {industry}")).await?.says(&["is open"])
}

async fn penetration(mut desk: Desk) -> Outcome<()> {
    let all = [("dental", 18, 120, 1500), ("legal", 6, 40, 1500), ("gyms", 30, 1000, 300)];
    for (industry, count, targets, _) in all {
        open(&mut desk, industry).await?;
        let target = format!("!industry target {industry} {targets} --from 2026-01-01");
        desk.order(&target).await?.says(&["to be won"])?;
        clients(&mut desk, industry, count).await?;
    }
    let (said, card) = desk.order("!industry list").await?;
    for (industry, count, targets, bps) in all {
        let rows = card["industries"].as_array().context("industries")?;
        let row = rows.iter().find(|row| row["slug"] == industry).with_context(|| said.clone())?;
        let found = (&row["won"], &row["targets"], &row["penetration_bps"]);
        ensure!(found == (&json!(count), &json!(targets), &json!(bps)), "{row}");
    }
    let (_, card) = desk.ask("ana", "board penetration").await?;
    ensure!(card["reached"]["penetration_bps"] == 465, "{card}");
    desk.forget().await
}

async fn diversification(mut desk: Desk) -> Outcome<()> {
    for (industry, count) in [("dental", 37), ("legal", 1), ("gyms", 1), ("spas", 1)] {
        open(&mut desk, industry).await?;
        clients(&mut desk, industry, count).await?;
    }
    let (said, card) = desk.ask("ana", "me").await?;
    let spread = json!({"industries": 4, "hhi_bps": 8575, "effective_x100": 117});
    ensure!(card["spread"] == spread, "{said}");
    desk.forget().await
}

/// From the day before: Ana 5 and now 12, Bo 9 and 9, Cy 7 and 9, Di new with 1.
async fn movement(mut desk: Desk) -> Outcome<()> {
    for (n, name) in (2..).zip(["bo", "cy", "di"]) {
        desk.partner(name, n).await?;
    }
    desk.turn_days().await?;
    for (who, amount) in [("bo", 9), ("cy", 7), ("ana", 5)] {
        won(&mut desk, who, &format!("{amount} EUR Acme {who}")).await?;
    }
    desk.now += DAY;
    for (who, amount) in [("ana", 7), ("cy", 2), ("di", 1)] {
        won(&mut desk, who, &format!("{amount} EUR Beta {who}")).await?;
    }
    let (said, card) = desk.ask("ana", "board revenue month").await?;
    let row =
        |row: &Value| json!([row["name"], row["rank"], row["score"], row["move"], row["new"]]);
    let rows: Vec<Value> =
        card["standings"].as_array().context("standings")?.iter().map(row).collect();
    let wanted = json!([
        ["ana", 1, 1200, 2, null],
        ["bo", 2, 900, -1, null],
        ["cy", 2, 900, 0, null],
        ["di", 4, 100, null, true],
    ]);
    ensure!(json!(rows) == wanted, "{said}: {rows:?}");
    desk.forget().await
}

/// 3 of 3, 40 of 50 and never used: the second leads.
async fn playbooks(mut desk: Desk) -> Outcome<()> {
    for slug in ["first", "second", "third"] {
        let line = format!("playbook save {slug} \"The {slug} way\"\nSay hello to them.");
        desk.ask("ana", &line).await?.says(&["draft"])?;
        desk.order(&format!("!playbook publish {slug}")).await?.says(&[slug])?;
    }
    for (slug, uses, wins) in [("first", 3, 3), ("second", 50, 40)] {
        for n in 0..uses {
            let words = format!("10 EUR {slug} {n} {} --playbook {slug}", n * 7919);
            if n < wins {
                won(&mut desk, "ana", &words).await?;
                continue;
            }
            desk.now += 60_000;
            let (said, card) = desk.ask("ana", &format!("sale add {words}")).await?;
            let number = card["sale"]["number"].as_str().context(said)?.to_owned();
            desk.order(&format!("!sale reject {number} no invoice")).await?.says(&["Not"])?;
        }
    }
    let (said, card) = desk.ask("ana", "playbook list").await?;
    let slug = |row: &Value| row["slug"].clone();
    let order: Vec<Value> =
        card["playbooks"].as_array().with_context(|| said.clone())?.iter().map(slug).collect();
    ensure!(json!(order) == json!(["second", "first", "third"]), "{said}");
    desk.ask("ana", "playbook show second").await?.says(&["40 won of 50"])?;
    desk.forget().await
}
