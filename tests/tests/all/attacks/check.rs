//! What must be so after every attack.
use super::stage::{SECRETS, Stage};
use super::{Attack, Then};
use anyhow::{Context, ensure};
use partnerspace_tests::people::Event;
use partnerspace_tests::{Outcome, mentions};
use regex::Regex;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Tables that say where work stands and what was looked at; all others hold facts.
const OF_WORK: &[&str] = &[
    "_migration",
    "alarm",
    "audit",
    "backup",
    "chat",
    "confirmation",
    "counter",
    "direct",
    "display_name",
    "gap",
    "inbox",
    "install",
    "job",
    "member",
    "outbox",
    "pin",
    "room",
    "room_access",
    "server_check",
    "sqlite_sequence",
    "state",
    "unreached",
];
const TAGS: &[&str] =
    &["a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong", "u", "ul"];

/// How things stood before an attack.
pub struct Before {
    facts: BTreeMap<String, BTreeSet<String>>,
    poison: i64,
    parked: i64,
    said: HashSet<String>,
}

impl Before {
    pub async fn of(stage: &Stage) -> Outcome<Self> {
        let said = stage.bot_said().iter().map(|event| event.id().to_owned()).collect();
        Ok(Self {
            facts: facts(stage).await?,
            poison: stage.facts.quarantined().await?,
            parked: parked(stage).await?,
            said,
        })
    }
}

pub async fn after(stage: &Stage, before: &Before, attack: &Attack, then: Then) -> Outcome<()> {
    stage.settled().await.context("an honest partner is not served")?;
    stage.house.program.alive()?;
    let seen = stage.bot_said();
    for id in &then.silent {
        let answer = seen.iter().find(|event| event.replies_to(id));
        ensure!(answer.is_none(), "{id} has the answer {:?}", answer.map(Event::body));
        ensure!(stage.facts.sales_by(id).await? == 0, "{id} has counted");
    }
    for (id, wanted) in &then.counted {
        let count = stage.facts.sales_by(id).await?;
        ensure!(count == *wanted, "{id} is {count} claims, not {wanted}");
    }
    let wanted: i64 = then.counted.iter().map(|(_, count)| count).sum();
    let now = facts(stage).await?;
    for (table, rows) in &now {
        let had = before.facts.get(table).with_context(|| format!("{table} is new"))?;
        let new = rows.difference(had).count();
        if table == "sale" {
            ensure!(i64::try_from(new)? == wanted, "{new} new claims, not {wanted}");
        }
        let rewritten = attack.rewrites.contains(&table.as_str());
        let grows = rewritten || attack.may.contains(&table.as_str());
        ensure!(new == 0 || grows, "{table} has now {:?}", rows.difference(had).next());
        let gone = had.difference(rows).next();
        ensure!(
            gone.is_none() || rewritten,
            "{table} had {gone:?}, and has {:?}",
            rows.difference(had).next()
        );
    }
    let poison = stage.facts.quarantined().await? - before.poison;
    ensure!(poison == then.poison, "{poison} inputs were set aside, not {}", then.poison);
    let parked = parked(stage).await? - before.parked;
    ensure!(parked <= then.parked, "{parked} messages of the bot were refused");
    said(stage, seen, before, attack)
}

fn said(stage: &Stage, seen: Vec<Event>, before: &Before, attack: &Attack) -> Outcome<()> {
    let own: HashSet<String> = stage.olga().shown().iter().map(|e| e.id().to_owned()).collect();
    let control = &stage.house.control;
    let mut told = Vec::new();
    for event in seen {
        let known = before.said.contains(event.id());
        if known || event.kind() != "m.room.message" {
            continue;
        }
        harmless(&event)?;
        let to_olga = own.iter().any(|id| event.replies_to(id) && !id.is_empty());
        if event.room == *control {
            if event.edits().is_none() && !to_olga {
                told.push(event.body().to_owned());
            }
        } else if event.room != stage.anas_chat()? {
            let text = event.json.to_string();
            let leaked = SECRETS.iter().find(|secret| text.contains(**secret));
            ensure!(leaked.is_none(), "{leaked:?} stands in {}: {}", event.room, event.body());
        }
    }
    ensure!(told.len() <= attack.told, "the team was told {} times: {told:?}", told.len());
    Ok(())
}

/// Nobody is mentioned or notified for nothing, and no markup but the bot's own.
fn harmless(event: &Event) -> Outcome<()> {
    let content = event.content();
    mentions::check(content, event.card())?;
    let announced = event.card()["kind"] == "announcement";
    let tags = Regex::new("</?([a-zA-Z][a-zA-Z0-9-]*)")?;
    let links = Regex::new("<a[^>]*href=\"([^\"]*)\"")?;
    for part in [content, &content["m.new_content"]] {
        let html = part["formatted_body"].as_str().unwrap_or_default();
        let body = part["body"].as_str().unwrap_or_default();
        ensure!(
            announced || !(html.contains("@room") || body.contains("@room")),
            "notifies: {body}"
        );
        for tag in tags.captures_iter(html) {
            ensure!(TAGS.contains(&&tag[1]), "a tag {} in {html}", &tag[1]);
        }
        for link in links.captures_iter(html) {
            let to = link[1].to_lowercase();
            let pill = to.contains("matrix.to/#/@") || to.contains("matrix.to/#/%40");
            let plain = to.starts_with("https://") || to.starts_with("http://");
            ensure!(plain && !pill, "a link to {to}");
        }
    }
    Ok(())
}

async fn parked(stage: &Stage) -> Outcome<i64> {
    stage.facts.number("select count(*) from outbox where parked_at is not null", &[]).await
}

/// All rows of all tables of facts, as text.
async fn facts(stage: &Stage) -> Outcome<BTreeMap<String, BTreeSet<String>>> {
    let file = stage.house.program.folder().join("partnerspace.db");
    let url = format!("sqlite:{}?mode=ro", file.display());
    let mut db = SqliteConnection::connect(&url).await?;
    let tables = sqlx::query("select name from sqlite_master where type = 'table'");
    let tables = tables.fetch_all(&mut db).await?;
    let mut all = BTreeMap::new();
    for table in tables {
        let table: String = table.try_get(0)?;
        if OF_WORK.contains(&table.as_str()) {
            continue;
        }
        let columns = sqlx::query("select name from pragma_table_info($1)").bind(&table);
        let columns = columns.fetch_all(&mut db).await?;
        let columns: Vec<String> = columns
            .iter()
            .map(|row| Ok(format!("'{0}=' || quote(\"{0}\")", row.try_get::<String, _>(0)?)))
            .collect::<Result<_, sqlx::Error>>()?;
        let text = format!("select {} from \"{table}\"", columns.join(" || ' ' || "));
        let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut db).await?;
        let rows = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, sqlx::Error>>()?;
        all.insert(table, rows);
    }
    Ok(all)
}

/// Neither other server holds what its people may not know.
pub async fn no_leaks(stage: &Stage) -> Outcome<()> {
    let control = format!("\"room_id\":\"{}\"", stage.house.control);
    let peer: Vec<String> =
        stage.peer.heard().events.iter().map(|(_, pdu)| pdu.to_string()).collect();
    for (server, events) in [("the other server", stage.there.events().await?), ("the peer", peer)]
    {
        ensure!(!events.is_empty(), "{server} holds nothing");
        for word in SECRETS.into_iter().chain([control.as_str()]) {
            let leaked = events.iter().find(|event| event.contains(word));
            ensure!(leaked.is_none(), "{server} holds {word}: {leaked:?}");
        }
    }
    Ok(())
}
