//! Very many claims at once: they are worked on beside the writer where that can be, and nobody can tell.
use super::{house_of_two, push};
use anyhow::ensure;
use futures_util::{StreamExt, TryStreamExt, stream};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;

/// Every so manieth names a client that was named before; every so manieth is none.
const KNOWN: usize = 90;
const WRONG: usize = 25;
/// Messages of one transaction, or on their way to a real homeserver.
const PUSHED: usize = 100;
const SAID: usize = 24;

fn line(n: usize) -> String {
    match n {
        10 => "!sale add 5 EUR Northwind Traders".to_owned(),
        11 => "!sale add 6 EUR Northwind Trader".to_owned(),
        20 => "!sale add 7 EUR Fabrikam Labs".to_owned(),
        21 => "!sale add 7 EUR Fabrikam Labs --note twice".to_owned(),
        _ if n % WRONG == WRONG - 1 => format!("!sale add -{n} EUR Nobody"),
        _ if n % KNOWN == KNOWN - 1 => format!("!sale add {n} EUR Acme Dental"),
        _ => format!("!sale add {}.50 EUR {n}", n + 1),
    }
}

/// Says all of them, as fast as it goes; gives the events.
async fn said(house: &House, room: &str, many: usize) -> Outcome<Vec<String>> {
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    if house.fake().is_none() {
        let saying = stream::iter(0..many).map(async |n| {
            let who = if n % 2 == 0 { ana } else { ben };
            Outcome::Ok(who.say(room, &line(n)).await?.to_string())
        });
        return saying.buffer_unordered(SAID).try_collect().await;
    }
    let ids: Vec<String> = (0..many).map(|n| format!("$many-{n:04}")).collect();
    let lines: Vec<String> = (0..many).map(line).collect();
    let texts: Vec<(&str, &str)> =
        ids.iter().zip(&lines).map(|(id, text)| (id.as_str(), text.as_str())).collect();
    for (part, some) in texts.chunks(PUSHED).enumerate() {
        let who = if part % 2 == 0 { ana } else { ben };
        let said: Vec<(&str, &str, &str)> =
            some.iter().map(|(id, text)| (who.id.as_str(), *id, *text)).collect();
        push(house, room, &said).await?;
    }
    Ok(ids)
}

async fn are_numbered_in_order(ground: Ground, many: usize) -> Outcome<()> {
    let more = "[limits]\ncommands_burst = 100000\n";
    let (house, room) = house_of_two(ground, more).await?;
    let facts = Facts::of(&house.program).await?;
    let events = said(&house, &room, many).await?;
    ensure!(events.len() == many, "{} were said", events.len());
    for event in &events {
        facts.ended(event).await?;
        let answers =
            "select count(*) from outbox where cause = $1 and dedupe_key like '%:reply:1'";
        ensure!(facts.number(answers, &[event]).await? == 1, "{event} has not one answer");
    }
    let claims = i64::try_from((0..many).filter(|n| n % WRONG != WRONG - 1).count())?;
    for (what, query) in [
        ("each claim is a sale", "select count(*) from sale"),
        ("no number is left out", "select max(number) from sale"),
    ] {
        ensure!(facts.number(query, &[]).await? == claims, "{what}: not so");
    }
    let crossed = "select count(*) from sale a join inbox i on i.event_id = a.cause \
                   join sale b on b.number > a.number join inbox j on j.event_id = b.cause \
                   where j.seq < i.seq";
    ensure!(
        facts.number(crossed, &[]).await? == 0,
        "the numbers are not in the order of the claims"
    );
    // What another claim of the same batch says is seen as if it had been written before.
    let flagged = "select count(*) from sale where flags like $1";
    for flag in ["%similar_client%", "%duplicate%"] {
        ensure!(facts.number(flagged, &[flag]).await? == 1, "{flag} does not stand at one");
    }
    let clients = "select count(*) from client where name = $1";
    ensure!(facts.number(clients, &["Acme Dental"]).await? == 1, "one client became several");
    until("all to be sent", || async {
        let open = "select count(*) from outbox where sent_at is null";
        (facts.number(open, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_numbered_in_order_on_sqlite() -> Outcome<()> {
    are_numbered_in_order(Ground::FakeSqlite, 600).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_numbered_in_order_on_postgres() -> Outcome<()> {
    are_numbered_in_order(Ground::FakePostgres, 600).await
}

/// People say them at once, and Synapse hands them on as it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_numbered_in_order_on_synapse() -> Outcome<()> {
    are_numbered_in_order(Ground::Synapse, 120).await
}
