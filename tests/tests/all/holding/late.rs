//! What was said on a server that was cut off, and comes in when it is back.
use super::{FAR, fake, ordered, told};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// More than what an ordinary walk passes over before it ends.
const CHATTER: usize = 330;

/// A house with a remote partner in the general room.
async fn house_with_fay(ground: Ground) -> Outcome<(House, String)> {
    let mut house = House::open(ground, "olga").await?;
    house.outsider("fay", FAR)?;
    house.added("fay").await?;
    let general = house.room("general", "fay").await?;
    Ok((house, general))
}

async fn late_claims_count_once(ground: Ground) -> Outcome<()> {
    let (house, general) = house_with_fay(ground).await?;
    let (fake, fay) = (fake(&house)?, house.person("fay")?);
    let now = fake.world().now();
    let ages = [DAY_MS * 71 / 10, DAY_MS * 69 / 10, HOUR_MS, 60_000];
    fake.quirks(|quirks| quirks.hold = true);
    let mut said = Vec::new();
    for (n, age_ms) in ages.into_iter().enumerate() {
        fake.set_now(Some(now - age_ms));
        said.push(fake.say(&general, &fay.id, &format!("!sale add {} EUR Client {n}", n + 1)));
    }
    fake.set_now(None);
    fake.quirks(|quirks| quirks.hold = false);
    let bodies = ["7 days late and was not run", "6 days late", "60 minutes late"];
    for (event, body) in said.iter().zip(bodies) {
        let reply = fay.reply_to(event).await?;
        ensure!(reply.body().contains(body), "{}", reply.body());
    }
    let fresh = fay.reply_to(&said[3]).await?;
    ensure!(!fresh.body().contains("late"), "{}", fresh.body());
    // Servers bring the same again, and our own homeserver does, too.
    for event in &said {
        fake.push_again(&general, event);
    }
    let end = fay.say(&general, "!help").await?;
    fay.reply_to(&end).await?;
    let facts = Facts::of(&house.program).await?;
    for (event, count) in said.iter().zip([0, 1, 1, 1]) {
        ensure!(facts.sales_by(event).await? == count, "{event} is not {count} sales");
    }
    ensure!(told(&house, "inbox.late").len() == 1, "the one too late was not told once");
    let shown = ordered(&house, "!sale list").await?;
    ensure!(shown.card()["sales"].as_array().map(Vec::len) == Some(3), "{}", shown.body());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_claims_on_sqlite() -> Outcome<()> {
    late_claims_count_once(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_claims_on_postgres() -> Outcome<()> {
    late_claims_count_once(Ground::FakePostgres).await
}

/// A clock that is wrong makes nobody late: the age that servers count says otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_is_not_late() -> Outcome<()> {
    let (house, general) = house_with_fay(Ground::FakeSqlite).await?;
    let (fake, fay) = (fake(&house)?, house.person("fay")?);
    let now = fake.world().now();
    // The whole homeserver's clock is behind: the age that it counts is right all the same.
    fake.set_now(Some(now - 30 * DAY_MS));
    let claim = fake.say(&general, &fay.id, "!sale add 5 EUR Acme");
    let reply = fay.reply_to(&claim).await?;
    fake.set_now(None);
    ensure!(reply.card()["kind"] == "sale" && reply.card()["late"] != true, "{}", reply.body());
    Ok(())
}

/// Only the newest of a week is pushed; the rest lies deep in the room's past, and all of it counts,
/// though it is more than a person may say at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_deep_in_the_past_is_found() -> Outcome<()> {
    let (house, general) = house_with_fay(Ground::FakeSqlite).await?;
    let (fake, fay) = (fake(&house)?, house.person("fay")?);
    let now = fake.world().now();
    house.program.kill9();
    let mut said = Vec::new();
    for n in 0..25 {
        fake.set_now(Some(now - 6 * DAY_MS + n * 60_000));
        let line = format!("!sale add {} EUR Client {n}", n + 1);
        said.push(fake.say_unheard(&general, &fay.id, &line));
    }
    for n in 0..CHATTER {
        fake.set_now(Some(now - 3 * DAY_MS));
        fake.say_unheard(&general, &fay.id, &format!("talk {n}"));
    }
    // Plain talk, of no consequence by itself.
    fake.set_now(Some(now - HOUR_MS));
    fake.say(&general, &fay.id, "are you there?");
    fake.set_now(None);
    house.program.launch()?;
    house.program.ready().await?;
    let facts = Facts::of(&house.program).await?;
    for event in &said {
        let reply = fay.reply_to(event).await?;
        ensure!(reply.card()["late"] == true, "{}", reply.body());
        ensure!(facts.sales_by(event).await? == 1, "{event} is not one sale");
    }
    Ok(())
}
