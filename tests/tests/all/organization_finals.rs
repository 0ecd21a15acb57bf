//! Organizations in final results prove themselves: by an export, of which a changed place is found, and by what a
//! member of the room holds. Nothing that others read tells whose colleague somebody without a name is, and
//! nothing that comes after the close moves what is final.
use crate::books::export::export;
use anyhow::{Context, ensure};
use appservice::verify::{events::read, judge};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::past::sales;
use partnerspace_tests::people::Event;
use partnerspace_tests::verifier::{self, verify};
use serde_json::{Value, json};
use std::path::Path;

const FAST: &str = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\npin_every_ms = 500\n";
/// Acme with its hidden seller, Beta with its nameless one, and Gamma, who has nobody else.
const SECRETS: [&str; 7] =
    [":71111,", "€711.11", ":67777,", "€677.77", ":8888,", "€88.88", "Gamma"];

async fn order(house: &House, line: &str) -> Outcome<Event> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer)
}

async fn said(house: &House, name: &str, line: &str) -> Outcome<Event> {
    let person = house.person(name)?;
    person.reply_to(&person.say(house.chat_of(name)?, line).await?).await
}

async fn frozen(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", FAST).await?;
    let mut room = String::new();
    for name in ["ana", "ben", "cleo", "eva", "gus", "dora"] {
        house.partner(name).await?;
        room = house.room("leaderboard", name).await?;
    }
    for (slug, name) in [("acme", "Acme Partners"), ("beta", "Beta Sales"), ("gamma", "Gamma")] {
        order(&house, &format!("!organization add {slug} \"{name}\"")).await?;
    }
    order(&house, "!industry add dental \"Dental practices\"").await?;
    let id = |name: &str| house.person(name).map(|person| person.id.clone());
    let mut rows = Vec::new();
    for (name, slug) in
        [("ana", "acme"), ("ben", "acme"), ("cleo", "beta"), ("eva", "beta"), ("gus", "gamma")]
    {
        rows.push(format!("2026-02-01T09:00:00Z {} joins {slug}", id(name)?));
    }
    for (day, name, client, amount) in [
        ("05", "ana", "Praxis", "600"),
        ("06", "ben", "Kontor", "111.11"),
        ("07", "cleo", "Kanzlei", "300"),
        ("08", "eva", "Atelier", "77.77"),
        ("09", "gus", "Galerie", "88.88"),
        ("10", "dora", "Solo", "50"),
    ] {
        let sale = format!("{},{client},{amount},EUR,2026-02-{day},dental", id(name)?);
        rows.push(format!("2026-02-{day}T12:00:00Z {sale}"));
    }
    rows.push(format!("2026-02-15T09:00:00Z {} joins beta", id("ana")?));
    rows.push(format!("2026-02-20T12:00:00Z {},Werk,300,EUR,2026-02-20,dental", id("ana")?));
    sales(&house.program, &rows.join("; ")).await?;
    for (name, how) in [("ben", "hidden"), ("eva", "anonymous"), ("gus", "hidden")] {
        said(&house, name, &format!("profile --visibility {how}")).await?;
    }
    order(&house, "!season close 2026-02 --yes").await?;

    let final_rows = json!([["acme", 1, 60_000], ["beta", 1, 60_000]]);
    final_board(&house, &final_rows).await?;
    for name in ["dora", "cleo"] {
        unread(&house, name).await?;
    }
    in_the_room(&house, &room).await?;
    // What comes later: a void, somebody who hides, one who moves on.
    order(&house, "!sale void S-1 a mistake --yes").await?;
    said(&house, "cleo", "profile --visibility hidden").await?;
    order(&house, &format!("!partner organization {} gamma", id("ana")?)).await?;
    final_board(&house, &final_rows).await?;
    order(&house, "!season close 2026-Q1 --yes").await?;
    let folder = export(&house, "books", &[])?;
    changes_are_found(&folder)?;
    refused(&house).await
}

async fn final_board(house: &House, wanted: &Value) -> Outcome<()> {
    let answer = said(house, "dora", "season show 2026-02 --organizations").await?;
    let row = |row: &Value| json!([row["partner"], row["rank"], row["score"]]);
    let rows: Value =
        answer.card()["standings"].as_array().context("rows")?.iter().map(row).collect();
    ensure!(rows == *wanted && answer.card()["final"] == true, "{rows}, not {wanted}");
    Ok(())
}

/// Their own claims and answers apart, which are nobody else's.
async fn unread(house: &House, name: &str) -> Outcome<()> {
    let person = house.person(name)?;
    let told = person.sees("the organizations' board", |events| {
        let board = |event: &&Event| {
            event.card()["scope"] == "organizations" && event.card()["final"] == true
        };
        events.iter().find(board).map(|_| events.to_vec())
    });
    for event in told.await?.iter().filter(|event| event.sender() != person.id) {
        let text = format!("{} {}", event.body(), event.content());
        let secret = SECRETS.iter().find(|secret| text.contains(**secret));
        ensure!(secret.is_none(), "{name} reads {secret:?}: {text}");
    }
    Ok(())
}

/// What somebody in the leaderboard room has adds up; a place that was changed afterwards is found.
async fn in_the_room(house: &House, room: &str) -> Outcome<()> {
    let person = house.person("dora")?;
    let own: Vec<Value> = person
        .sees("both boards of organizations", |events| {
            let own = events.iter().filter(|event| event.room == room);
            let own: Vec<Value> = own.map(|event| event.json.clone()).collect();
            let board = |json: &&Value| {
                let card = &json["content"]["agency.siso.partners.card"];
                card["kind"] == "board" && card["scope"] == "organizations"
            };
            (own.iter().filter(board).count() >= 2).then_some(own)
        })
        .await?;
    let bot = Some(house.program.bot.as_str());
    let good = judge(&read(&Value::from(own.clone()).to_string())?, bot);
    ensure!(good.found.differs.is_empty(), "{good}");
    let mut doctored = own;
    let result = doctored
        .iter_mut()
        .map(|json| &mut json["content"]["agency.siso.partners.card"])
        .find(|card| card["kind"] == "season")
        .context("a result")?;
    let boards = result["boards"].as_array_mut().context("boards")?;
    let board = boards.iter_mut().find(|board| board["scope"] == "organizations");
    board.context("of organizations")?["standings"][1]["score"] = 59_999.into();
    let found = judge(&read(&Value::from(doctored).to_string())?, bot);
    ensure!(found.code() == 1 && found.to_string().contains("told twice"), "{found}");
    Ok(())
}

/// An export holds, and one value changed in a file of it does not.
fn changes_are_found(folder: &Path) -> Outcome<()> {
    let found = verify(folder)?.findings;
    ensure!(found.is_empty(), "{found:?}");
    for (table, before, after, says) in [
        ("final_organizations", "\"score\":60000", "\"score\":60001", "the entries make"),
        (
            "final_organizations",
            "\"organization\":\"acme\",\"rank\":1",
            "\"organization\":\"acme\",\"rank\":2",
            "has the rank",
        ),
        ("final_organizations", "", "", "is missing"),
        ("final_unnamed", "", "", "the entries make"),
        (
            "seasons",
            "\"organization_boards\":4",
            "\"organization_boards\":5",
            "boards of organizations",
        ),
    ] {
        let file = folder.join(format!("{table}.jsonl"));
        let text = std::fs::read_to_string(&file)?;
        ensure!(text.contains(before), "{table}: {before}: {text}");
        let changed = match before {
            // The first row is gone.
            "" => text.split_once('\n').context("a row")?.1.to_owned(),
            before => text.replacen(before, after, 1),
        };
        std::fs::write(&file, changed)?;
        // The other form of the file is not looked at here.
        let other = folder.join(format!("{table}.csv"));
        let csv = std::fs::read(&other)?;
        std::fs::remove_file(&other)?;
        let export = verifier::read::open(folder)?;
        let found = verifier::content(&export).findings;
        let named = |what: &str| found.iter().any(|one| one.what.contains(what));
        ensure!(named(says) && (named("its hash") || table == "seasons"), "{table}: {found:?}");
        std::fs::write(&file, text)?;
        std::fs::write(&other, csv)?;
    }
    Ok(())
}

/// The database itself keeps what was frozen.
async fn refused(house: &House) -> Outcome<()> {
    let facts = Facts::of(&house.program).await?;
    let change = "update final_organization set score = score + 1 where organization = 'acme'";
    ensure!(facts.change(change, &[]).await.is_err(), "a final result was changed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_on_sqlite() -> Outcome<()> {
    frozen(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_on_postgres() -> Outcome<()> {
    frozen(Ground::FakePostgres).await
}
