//! A partner's place in a tier as time goes by: warned, safe again, warned, and after the grace out of
//! it, each told once and to them alone. What a bar and a grace are stands in the rules; here days move.
use anyhow::{Context, ensure};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

async fn days_go_by(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let facts = Facts::of(&house.program).await?;
    control(&house, "!tier set bronze \"Bronze\" 500 EUR").await?;
    control(&house, "!tier set silver \"Silver\" 1000 EUR").await?;
    sold(&house, "900 EUR Acme", "S-1").await?;
    heard(&house, "entered", 1).await?;
    sold(&house, "200 EUR Beta", "S-2").await?;
    let silver = heard(&house, "entered", 2).await?;
    ensure!(silver.card()["tier"]["slug"] == "silver", "{}", silver.body());

    // Below nine tenths of the bar: told, with the first day on which it counts. The sale that let her
    // in stands, so that she has her grace.
    control(&house, "!sale refund S-1 300 a seat less --yes").await?;
    let warned = heard(&house, "warned", 1).await?;
    let today = today(&house)?;
    let ends = today.checked_add(31.days())?.to_string();
    ensure!(warned.card()["grace_ends_on"] == ends.as_str(), "{}", warned.card());
    ensure!(warned.body().contains(&ends) && warned.body().contains("€900"), "{}", warned.body());
    sold(&house, "150 EUR Gamma", "S-3").await?;
    heard(&house, "safe", 1).await?;
    control(&house, "!sale refund S-1 200 another seat --yes").await?;
    heard(&house, "warned", 2).await?;

    // The last day of the grace changes nothing, the next one does.
    for (days, places) in [(30, 0), (31, 1)] {
        warned_on(&facts, today.checked_sub(days.days())?).await?;
        day_turns(&house, &facts).await?;
        let left = "select count(*) from tier_fact where kind = 'left'";
        ensure!(facts.number(left, &[]).await? == places, "after {days} days");
    }
    let left = heard(&house, "left", 1).await?;
    ensure!(left.body().contains("Your tier is Bronze from today on"), "{}", left.body());
    ensure!(left.card()["now"] == "bronze", "{}", left.card());
    let wins = house.room("wins", "ana").await?;
    let ana = house.person("ana")?;
    let fallen = |event: &Event| event.room == wins && event.card()["event"] == "left";
    ensure!(!ana.shown().iter().any(fallen), "others heard of it");
    Ok(())
}

/// The newest of so many messages of a kind about her tier.
async fn heard(house: &House, kind: &str, count: usize) -> Outcome<Event> {
    let of = |event: &&Event| event.card()["kind"] == "tier" && event.card()["event"] == kind;
    let what = format!("{count} messages that say {kind}");
    let ana = house.person("ana")?;
    ana.sees(&what, |events| events.iter().filter(of).nth(count - 1).cloned()).await
}

async fn sold(house: &House, what: &str, number: &str) -> Outcome<()> {
    let ana = house.person("ana")?;
    ana.reply_to(&ana.say(house.chat_of("ana")?, &format!("sale add {what}")).await?).await?;
    control(house, &format!("!sale approve {number}")).await
}

async fn control(house: &House, line: &str) -> Outcome<()> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(())
}

/// A warning as if it had been given on that day.
async fn warned_on(facts: &Facts, day: Date) -> Outcome<()> {
    let warn = "insert into tier_fact (n, partner_id, kind, tier, day, at) \
        select max(n) + 1, min(partner_id), 'warned', 'silver', $1, 1 from tier_fact";
    facts.change(warn, &[&day.to_string()]).await
}

async fn day_turns(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 0 where kind = 'badge.day'", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    let places = "select count(*) from job where kind = 'badge.places' or run_at = 0";
    partnerspace_tests::wait::until("the day's work to be done", || async {
        (facts.number(places, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

fn today(house: &House) -> Outcome<Date> {
    let now = house.fake().context("the fake's clock")?.world().now();
    Ok(Timestamp::from_millisecond(now)?.to_zoned(TimeZone::get("Europe/Berlin")?).date())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tiers_on_sqlite() -> Outcome<()> {
    days_go_by(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tiers_on_postgres() -> Outcome<()> {
    days_go_by(Ground::FakePostgres).await
}
