//! What a review card points at beside the claim: names that are nearly another's, days long gone.
use anyhow::ensure;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use serde_json::Value;

/// Claims as Ana; the flags on the review card.
async fn flags(house: &House, chat: &str, line: &str) -> Outcome<Vec<Value>> {
    let ana = house.person("ana")?;
    let claimed = ana.reply_to(&ana.say(chat, line).await?).await?;
    let number = claimed.card()["sale"]["number"].clone();
    ensure!(!number.is_null(), "{line}: {}", claimed.body());
    let card = house.owner().sees(line, |events| {
        let review = |e: &&partnerspace_tests::people::Event| {
            e.card()["kind"] == "review" && e.card()["subject"]["sale"]["number"] == number
        };
        events.iter().find(review).cloned()
    });
    let card = card.await?;
    let flags = card.card()["flags"].as_array().cloned().unwrap_or_default();
    ensure!(card.body().matches("⚠️").count() == flags.len(), "{}", card.body());
    Ok(flags)
}

fn has(flags: &[Value], kind: &str) -> bool {
    flags.iter().any(|flag| flag["flag"] == kind)
}

async fn flagged(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let chat = house.chat_of("ana")?;
    let now = house.now();
    let today = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::get("Europe/Berlin")?).date();
    let first = flags(&house, chat, "sale add 100 EUR Smile Clinic").await?;
    ensure!(first.is_empty(), "{first:?}");
    let near = flags(&house, chat, "sale add 250 EUR \"Smile-Clinc GmbH\"").await?;
    ensure!(has(&near, "similar_client"), "{near:?}");
    ensure!(
        near[0]["client"]["name"] == "Smile Clinic" && near[0]["sales"][0] == "S-1",
        "{near:?}"
    );
    let other = flags(&house, chat, "sale add 250 EUR Smart Lawyers").await?;
    ensure!(other.is_empty(), "{other:?}");
    let again = flags(&house, chat, "sale add 100.00 EUR Smile Clinic").await?;
    ensure!(has(&again, "duplicate") && !has(&again, "similar_client"), "{again:?}");
    // 44 days back is always in a month that is over for more than its seven days of grace.
    let day = today.checked_sub(44.days())?;
    let old = flags(&house, chat, &format!("sale add 77 EUR Yesteryear --on {day}")).await?;
    ensure!(has(&old, "backdated"), "{old:?}");
    Ok(())
}

/// Refunds of more than a quarter are told while the sales are of the last 90 days, and no longer.
async fn forgiven(ground: Ground) -> Outcome<()> {
    // A day more than the 90: the clocks may have been put back in between.
    const OLD: &str = "update sale set approved_at = approved_at - 7862400000";
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let chat = house.chat_of("ana")?;
    for (n, client) in (1..).zip(["Alpha", "Bravo", "Delta"]) {
        flags(&house, chat, &format!("sale add 100 EUR {client}")).await?;
        let olga = house.owner();
        let approved = olga.say(&house.control, &format!("!sale approve S-{n}")).await?;
        olga.reply_to(&approved).await?;
    }
    let olga = house.owner();
    let refund = olga.say(&house.control, "!sale refund S-1 75 returned --yes").await?;
    olga.reply_to(&refund).await?;
    let at = flags(&house, chat, "sale add 100 EUR Echo").await?;
    ensure!(at.is_empty(), "a quarter is not above a quarter: {at:?}");
    let refund = olga.say(&house.control, "!sale refund S-1 0.01 returned --yes").await?;
    olga.reply_to(&refund).await?;
    let above = flags(&house, chat, "sale add 100 EUR Foxtrot").await?;
    ensure!(has(&above, "refund_rate") && above[0]["taken"]["minor"] == 7_501, "{above:?}");
    Facts::of(&house.program).await?.change(OLD, &[]).await?;
    house.program.restart().await?;
    let later = flags(&house, chat, "sale add 100 EUR Golf").await?;
    ensure!(later.is_empty(), "{later:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_refunds_are_forgiven_on_sqlite() -> Outcome<()> {
    forgiven(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_refunds_are_forgiven_on_postgres() -> Outcome<()> {
    forgiven(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flags_on_sqlite() -> Outcome<()> {
    flagged(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flags_on_postgres() -> Outcome<()> {
    flagged(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgiven_on_synapse() -> Outcome<()> {
    forgiven(Ground::Synapse).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flagged_on_synapse() -> Outcome<()> {
    flagged(Ground::Synapse).await
}
