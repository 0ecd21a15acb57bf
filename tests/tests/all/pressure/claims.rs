//! Very many claims at once: they are worked on beside the writer where that can be, and nobody can tell.
use super::{house_of_two, push};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::Ground;
use partnerspace_tests::wait::until;

const CLAIMS: usize = 600;
/// Every so manieth names a client that was named before, which makes it write before its end; every so
/// manieth is none.
const KNOWN: usize = 90;
const WRONG: usize = 25;

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

async fn are_numbered_in_order(ground: Ground) -> Outcome<()> {
    let more = "[limits]\ncommands_burst = 100000\n";
    let (house, room) = house_of_two(ground, more).await?;
    let (ana, ben, facts) =
        (house.person("ana")?, house.person("ben")?, Facts::of(&house.program).await?);
    let texts: Vec<(String, String)> =
        (0..CLAIMS).map(|n| (format!("$many-{n:04}"), line(n))).collect();
    for (part, some) in texts.chunks(100).enumerate() {
        let who = if part % 2 == 0 { &ana.id } else { &ben.id };
        let said: Vec<(&str, &str, &str)> =
            some.iter().map(|(id, text)| (who.as_str(), id.as_str(), text.as_str())).collect();
        push(&house, &room, &said).await?;
    }
    let open = "select count(*) from inbox where event_id like '$many-%' and outcome is null";
    until("all to be worked on", || async {
        (facts.number(open, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    let wrong = (0..CLAIMS).filter(|n| n % WRONG == WRONG - 1).count();
    let claims = i64::try_from(CLAIMS - wrong)?;
    let sales = "select count(*) from sale where cause like '$many-%'";
    ensure!(facts.number(sales, &[]).await? == claims, "not every claim is a sale");
    let last = "select max(number) from sale";
    ensure!(facts.number(last, &[]).await? == claims, "the numbers have holes");
    let crossed =
        "select count(*) from sale a join sale b on a.number < b.number and a.cause > b.cause";
    ensure!(
        facts.number(crossed, &[]).await? == 0,
        "the numbers are not in the order of the claims"
    );
    let answers =
        "select count(*) from outbox where cause like '$many-%' and dedupe_key like '%:reply:1'";
    ensure!(facts.number(answers, &[]).await? == i64::try_from(CLAIMS)?, "not each has one answer");
    // What another claim of the same batch says is seen as if it had been written before.
    let flagged = "select count(*) from sale where cause = $1 and flags like $2";
    for (cause, flag) in [("$many-0011", "%similar_client%"), ("$many-0021", "%duplicate%")] {
        ensure!(facts.number(flagged, &[cause, flag]).await? == 1, "{cause}: {flag} is missing");
    }
    let clients = "select count(*) from client where name = $1";
    ensure!(facts.number(clients, &["Acme Dental"]).await? == 1, "one client became several");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_numbered_in_order_on_sqlite() -> Outcome<()> {
    are_numbered_in_order(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_numbered_in_order_on_postgres() -> Outcome<()> {
    are_numbered_in_order(Ground::FakePostgres).await
}
