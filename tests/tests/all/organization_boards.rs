//! What a partner of another organization, and one of none, can read of organizations: no total from which
//! a hidden or nameless member's sale can be told, nothing of a goal that one has for itself. And that the
//! totals hold when the process dies before they are counted, and prove themselves by an export.
use crate::books::export::export;
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::verifier::verify;
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

const FAST: &str = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\npin_every_ms = 500\n\
                    celebrate_every_ms = 500\n";

/// What would give somebody away: Acme's and Beta's totals with everybody in them, in a row and in figures.
const SECRETS: [&str; 7] =
    ["€723.45", "72345", "€867.89", "86789", "€123.45", "12345", "Nightfall"];

async fn told_to_nobody(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", FAST).await?;
    for name in ["ana", "ben", "cleo", "eva", "dora"] {
        house.partner(name).await?;
        for room in ["general", "leaderboard", "wins"] {
            house.room(room, name).await?;
        }
    }
    for (slug, name, people) in
        [("acme", "Acme Partners", ["ana", "ben"]), ("beta", "Beta Sales", ["cleo", "eva"])]
    {
        order(&house, &format!("!organization add {slug} \"{name}\"")).await?;
        for person in people {
            let id = house.person(person)?.id.clone();
            order(&house, &format!("!partner organization {id} {slug}")).await?;
        }
    }
    said(&house, "ben", "profile --visibility hidden").await?;
    said(&house, "eva", "profile --visibility anonymous").await?;
    order(&house, "!goal set Nightfall revenue 900 --until today --organization acme").await?;
    order(&house, "!goal set Derby revenue --until today --between acme,beta").await?;
    for (n, (who, amount)) in
        (1..).zip([("ana", "600"), ("ben", "123.45"), ("cleo", "800"), ("eva", "67.89")])
    {
        said(&house, who, &format!("sale add {amount} EUR Client{n}")).await?;
        order(&house, &format!("!sale approve S-{n} --anyway")).await?;
    }
    board(&house, json!([["beta", 80_000], ["acme", 60_000]])).await?;
    let derby = json!([{"organization": "acme", "progress": 60_000}, {"organization": "beta", "progress": 80_000}]);
    state(&house, "goal", "G-2", "between", &derby).await?;

    for line in
        ["board --organizations", "board clients all --organizations", "goal list", "goal show G-2"]
    {
        said(&house, "dora", line).await?;
    }
    let refused = said(&house, "dora", "goal show G-1").await?;
    ensure!(refused.body().contains("There is no such goal"), "{}", refused.body());
    let own = said(&house, "ana", "goal show G-1").await?;
    ensure!(own.body().contains("€723.45 of €900"), "its own people see the whole: {}", own.body());
    for name in ["dora", "cleo"] {
        unread(&house, name).await?;
    }
    survives(&house).await?;
    proves_itself(&house).await
}

/// Whether nothing that somebody can read holds a secret: neither messages and cards nor room state.
async fn unread(house: &House, name: &str) -> Outcome<()> {
    let person = house.person(name)?;
    let events = person.shown();
    ensure!(
        events.iter().any(|event| event.card()["scope"] == "organizations"),
        "{name} saw no board"
    );
    // Their own claims and answers apart, which are nobody else's.
    for event in events.iter().filter(|event| event.sender() != person.id) {
        let text = format!("{} {}", event.body(), event.content());
        let secret = SECRETS.iter().find(|secret| text.contains(**secret));
        ensure!(secret.is_none(), "{name} reads {secret:?}: {text}");
    }
    let space = person.resolve(&house.program.alias("space")).await?;
    let hidden = person.state(&space, "agency.siso.partners.goal", "G-1").await?;
    ensure!(hidden.is_none(), "{hidden:?}");
    Ok(())
}

/// The process dies after a sale and before it is counted.
async fn survives(house: &House) -> Outcome<()> {
    said(house, "cleo", "sale add 10 EUR Late").await?;
    order(house, "!sale approve S-5 --anyway").await?;
    house.program.kill9();
    house.program.restart().await?;
    board(house, json!([["beta", 81_000], ["acme", 60_000]])).await?;
    order(house, "!sale void S-5 a mistake --yes").await?;
    board(house, json!([["beta", 80_000], ["acme", 60_000]])).await
}

/// By the export, and by `ledger verify`, which finds one unit too many.
async fn proves_itself(house: &House) -> Outcome<()> {
    let report = verify(&export(house, "books", &[])?)?;
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    ensure!(found.is_empty(), "{}", found.join("\n"));
    let all = |metric: &str, slug: &str| {
        let key = [metric, "all", "", slug].map(str::to_owned);
        report.organizations.get(&key.into()).copied()
    };
    let found = [all("revenue", "acme"), all("revenue", "beta"), all("clients", "acme")];
    ensure!(found == [Some(60_000), Some(80_000), Some(1)], "{found:?}");
    verified(house, "the boards equal a replay")?;
    let facts = Facts::of(&house.program).await?;
    let one_more = "update organization_standing set score = score + 1 \
                    where organization = 'acme' and board = 'revenue|all|'";
    facts.change(one_more, &[]).await?;
    verified(house, "revenue|all| of acme: stored 60001, replayed 60000")?;
    let folder = export(house, "books-2", &[])?;
    let finding = verify(&folder)?.findings;
    ensure!(finding.iter().any(|one| one.file == "organization_standings"), "{finding:?}");
    Ok(())
}

fn verified(house: &House, words: &str) -> Outcome<()> {
    let done = house.program.output(&["ledger", "verify"])?;
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    ensure!(said.contains(words), "{said}");
    Ok(())
}

/// The month's board in chat and in the Space.
async fn board(house: &House, wanted: Value) -> Outcome<()> {
    let answer = said(house, "dora", "board --organizations").await?;
    let rows = rows(&answer.card()["standings"]);
    ensure!(rows == wanted, "{rows}, not {wanted}");
    let person = house.person("dora")?;
    let space = person.resolve(&house.program.alias("space")).await?;
    until(&format!("the board to be {wanted}"), || async {
        let kind = "agency.siso.partners.leaderboard";
        let state = person.state(&space, kind, "revenue.month.organizations").await.ok()??;
        (self::rows(&state["standings"]) == wanted).then_some(())
    })
    .await
}

fn rows(standings: &Value) -> Value {
    let row = |row: &Value| json!([row["partner"], row["score"]]);
    standings.as_array().into_iter().flatten().map(row).collect()
}

async fn state(house: &House, kind: &str, key: &str, field: &str, wanted: &Value) -> Outcome<()> {
    let person = house.person("dora")?;
    let space = person.resolve(&house.program.alias("space")).await?;
    let kind = format!("agency.siso.partners.{kind}");
    until(&format!("{key} to be {wanted}"), || async {
        let state = person.state(&space, &kind, key).await.ok()??;
        (state[field] == *wanted).then_some(())
    })
    .await
}

async fn order(house: &House, line: &str) -> Outcome<()> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(())
}

async fn said(house: &House, name: &str, line: &str) -> Outcome<Event> {
    let person = house.person(name)?;
    person.reply_to(&person.say(house.chat_of(name)?, line).await?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_nobody_on_sqlite() -> Outcome<()> {
    told_to_nobody(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_nobody_on_postgres() -> Outcome<()> {
    told_to_nobody(Ground::FakePostgres).await
}
