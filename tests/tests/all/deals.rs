//! A registered deal as time goes by: two reminders, each once, and the end, once; after that the
//! client is anybody's. What a protection is in days stands in the rules; here the days are moved.
use anyhow::ensure;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

async fn days_go_by(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", "[deals]\nprotect_days = 30\n").await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    let today = today(&house)?;
    let deal = said(&house, "ana", "deal register Acme --domain acme.com").await?;
    let through = today.checked_add(30.days())?.to_string();
    ensure!(deal.card()["deal"]["through"] == through.as_str(), "{}", deal.body());
    let lasting = said(&house, "ana", "deal register Beta").await?;
    ensure!(lasting.card()["deal"]["number"] == "D-2", "{}", lasting.body());
    let facts = Facts::of(&house.program).await?;

    // Fourteen days before the end, at nine, and again at another start: one reminder. A day later it is
    // past nine whenever this runs.
    end_on(&facts, today.checked_add(13.days())?).await?;
    for _ in 0..2 {
        all_jobs(&house, &facts).await?;
    }
    let ana = house.person("ana")?;
    let first = ana.sees("a reminder", |events| of(events, "reminded").first().cloned()).await?;
    ensure!(first.body().contains("Left for you alone: 13 days"), "{}", first.body());
    ensure!(first.body().contains("!deal extend D-1"), "{}", first.body());
    ensure!(first.content()["m.mentions"]["user_ids"][0] == ana.id.as_str(), "nobody mentioned");

    // Three days before it, and a day later.
    end_on(&facts, today.checked_add(2.days())?).await?;
    all_jobs(&house, &facts).await?;
    let second = ana.sees("a second one", |events| of(events, "reminded").get(1).cloned()).await?;
    ensure!(second.body().contains("one more"), "{}", second.body());

    // A rival is still second now, and not in an instant.
    let rival = said(&house, "ben", "sale add 10 EUR Acme").await?;
    ensure!(rival.body().contains("(C-1)"), "by the name alone: {}", rival.body());
    end_on(&facts, today).await?;
    for _ in 0..2 {
        all_jobs(&house, &facts).await?;
    }
    let end = ana.sees("the end", |events| of(events, "ended").first().cloned()).await?;
    ensure!(end.body().contains("open to all again"), "{}", end.body());
    let over = said(&house, "ana", "deal won D-1 10 EUR").await?;
    ensure!(over.body().contains("D-1 is over since"), "{}", over.body());
    let next = said(&house, "ben", "deal register acme.com").await?;
    ensure!(next.card()["event"] == "registered", "{}", next.body());
    let (reminders, ends) = (of(&ana.shown(), "reminded").len(), of(&ana.shown(), "ended").len());
    ensure!((reminders, ends) == (2, 1), "{reminders} reminders, {ends} ends");
    // The other one has its whole time before it.
    let waiting = "select count(*) from job where kind in ('deal.remind', 'deal.end')";
    ensure!(facts.number(waiting, &[]).await? == 6, "jobs of D-2 and D-3");
    Ok(())
}

async fn said(house: &House, name: &str, line: &str) -> Outcome<Event> {
    let person = house.person(name)?;
    person.reply_to(&person.say(house.chat_of(name)?, line).await?).await
}

/// The day on which D-1 has no protection any more.
async fn end_on(facts: &Facts, day: Date) -> Outcome<()> {
    let at = day.to_zoned(TimeZone::get("Europe/Berlin")?)?.timestamp().as_millisecond();
    let change = "update deal set ends_on = $1, ends_at = cast($2 as bigint) where number = 1";
    facts.change(change, &[&day.to_string(), &at.to_string()]).await
}

/// Runs what deals owe as if its time had come.
async fn all_jobs(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 0 where kind like 'deal.%'", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    let olga = house.owner();
    olga.reply_to(&olga.say(&house.control, "!status").await?).await.map(drop)
}

fn today(house: &House) -> Outcome<Date> {
    let now = house.now();
    Ok(Timestamp::from_millisecond(now)?.to_zoned(TimeZone::get("Europe/Berlin")?).date())
}

fn of(events: &[Event], kind: &str) -> Vec<Event> {
    let deal = |event: &&Event| event.card()["kind"] == "deal" && event.card()["event"] == kind;
    events.iter().filter(deal).cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_go_by_on_sqlite() -> Outcome<()> {
    days_go_by(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_go_by_on_postgres() -> Outcome<()> {
    days_go_by(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_go_by_on_synapse() -> Outcome<()> {
    days_go_by(Ground::Synapse).await
}
