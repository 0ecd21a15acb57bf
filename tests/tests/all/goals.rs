//! A goal as time goes by: its end in a zone whose clocks change, claims that are still in review then,
//! milestones once for ever, a file of past sales, and a ledger that says the same.
use anyhow::{Context, ensure};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;
use serde_json::{Value, json};

const ZONE: &str = "Europe/Berlin";

async fn a_goal_has_its_time(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(
        ground,
        "olga",
        "[limits]\npin_every_ms = 500\ncelebrate_every_ms = 500\n",
    )
    .await?;
    house.partner("ana").await?;
    for room in ["leaderboard", "wins"] {
        house.room(room, "ana").await?;
    }
    let facts = Facts::of(&house.program).await?;
    let (today, odd) = days(&house)?;

    // It is over when the night in which the clocks change is.
    order(&house, &format!("!goal set \"Spring\" revenue 1000 --until {odd}"), "G-1").await?;
    let midnight = instant(odd.tomorrow()?)?;
    let waiting = facts.number("select run_at from job where kind = 'goal.end'", &[]).await?;
    ensure!(waiting == midnight, "ends at {waiting}, not at {midnight}");
    ensure!((midnight - instant(odd)?) % 86_400_000 != 0, "{odd} has 24 hours");

    // A quarter, back, a quarter again, and then half by a file.
    sell(&house, "300").await?;
    order(&house, "!sale refund S-1 200 part of it --yes", "Left").await?;
    sell(&house, "200").await?;
    house.program.kill9();
    let ana = house.person("ana")?.id.clone();
    let file =
        format!("external_id,partner,client,amount,currency,on\ncrm-1,{ana},Old,250,EUR,{today}\n");
    std::fs::write(house.program.folder().join("sales.csv"), file)?;
    let done = house.program.output(&["import", "sales.csv", "--apply"])?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    house.program.restart().await?;
    state(&house, "G-1", json!({"progress": 55_000, "contributors": 1, "status": "open"})).await?;
    let half = house.person("ana")?;
    half.sees("half", |events| events.iter().find(|e| e.body().contains("Half way")).map(drop))
        .await?;
    let quarters = half.shown().iter().filter(|event| event.body().contains("A quarter")).count();
    ensure!(quarters == 1, "{quarters} quarters");

    // A claim of its days is in review when the time is over: it waits.
    let claim = said(&house, "ana", "sale add 10 EUR Late").await?;
    ensure!(claim.body().contains("S-4"), "{}", claim.body());
    pinned(&house, (3, 1)).await?;
    time_is_over(&house, &facts, today).await?;
    let ana = house.person("ana")?;
    let asks =
        |event: &Event| event.body().contains("Its time is over; 1 claim of its days in review");
    ana.sees("the wait", |events| events.iter().find(|e| asks(e)).map(drop)).await?;
    order(&house, "!sale reject S-4 no contract", "rejected").await?;
    time_is_over(&house, &facts, today).await?;
    let end = ana.sees("the end", |events| results(events).first().cloned()).await?;
    ensure!(end.body().contains("The time is over: Spring"), "{}", end.body());
    ensure!(end.body().contains("€550 of €1,000") && end.body().contains("Ana"), "{}", end.body());
    ensure!(end.content()["m.mentions"] == json!({}), "somebody is mentioned");
    state(&house, "G-1", json!({"status": "missed", "progress": 55_000})).await?;
    pinned(&house, (2, 0)).await?;

    // Over is over: neither a refund nor another end changes it, and the ledger says the same.
    order(&house, "!sale refund S-2 50 late --yes", "Left").await?;
    time_is_over(&house, &facts, today).await?;
    state(&house, "G-1", json!({"status": "missed", "progress": 55_000})).await?;
    ensure!(results(&ana.shown()).len() == 1, "told twice");
    as_it_was(&facts, today).await?;
    verify(&house, "the boards equal a replay")?;

    the_next_one(&house, &facts, today).await
}

async fn the_next_one(house: &House, facts: &Facts, today: Date) -> Outcome<()> {
    let ana = house.person("ana")?;
    // The next one begins with what its days have brought; a challenge that ends with a tie.
    let taken = "!goal set \"Next\" revenue 500 --until today";
    order(house, taken, "Its days have brought €500 already").await?;
    for (slug, name) in [("dental", "Dental"), ("legal", "Law")] {
        order(house, &format!("!industry add {slug} \"{name}\""), "open").await?;
    }
    let derby = "!goal set Derby clients --until today --between dental,legal";
    order(house, derby, "G-2").await?;
    for (number, slug) in [(5, "dental"), (6, "legal")] {
        let line = format!("sale add 10 EUR Client{number} --industry {slug}");
        said(house, "ana", &line).await?;
        order(house, &format!("!sale approve S-{number}"), "Approved").await?;
    }
    time_is_over(house, facts, today).await?;
    let tie = ana.sees("the tie", |events| results(events).get(1).cloned()).await?;
    ensure!(tie.body().contains("Derby: a tie of Dental and Law"), "{}", tie.body());
    state(house, "G-2", json!({"status": "reached", "winners": ["dental", "legal"]})).await?;
    as_it_was(facts, today).await?;
    verify(house, "the boards equal a replay")?;
    facts.change("update goal_part set score = score + 1 where place = 1", &[]).await?;
    verify(house, "goal G-2: what partners have given")?;
    facts.change("update goal_side set progress = 9 where place = 1", &[]).await?;
    verify(house, "goal G-2: stored 1, 9, replayed 1, 1")
}

async fn order(house: &House, line: &str, words: &str) -> Outcome<()> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
    Ok(())
}

async fn said(house: &House, name: &str, line: &str) -> Outcome<Event> {
    let person = house.person(name)?;
    person.reply_to(&person.say(house.chat_of(name)?, line).await?).await
}

async fn sell(house: &House, amount: &str) -> Outcome<()> {
    let claim = said(house, "ana", &format!("sale add {amount} EUR Client{amount}")).await?;
    let number = claim.card()["sale"]["number"].as_str().context("a number")?.to_owned();
    order(house, &format!("!sale approve {number}"), "Approved").await
}

/// Today, and the next day that has not 24 hours.
fn days(house: &House) -> Outcome<(Date, Date)> {
    let now = house.fake().context("the fake's clock")?.world().now();
    let today = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::get(ZONE)?).date();
    let mut day = today.tomorrow()?;
    while instant(day.tomorrow()?)? - instant(day)? == 86_400_000 {
        day = day.tomorrow()?;
    }
    Ok((today, day))
}

fn instant(day: Date) -> Outcome<i64> {
    Ok(day.to_zoned(TimeZone::get(ZONE)?)?.timestamp().as_millisecond())
}

/// The last day of every goal was yesterday, and its job is due.
async fn time_is_over(house: &House, facts: &Facts, today: Date) -> Outcome<()> {
    house.program.kill9();
    let yesterday = today.checked_sub(1.day())?.to_string();
    let change = "update goal set from_on = $1, to_on = $2 where closed_seq is null";
    // What was sold today counts on: the figures stand.
    facts.change(change, &[&yesterday, &yesterday]).await?;
    facts.change("update job set run_at = 0 where kind like 'goal.%'", &[]).await?;
    let claims =
        "update sale set effective_on = $1 where approved_at is null and rejected_at is null";
    facts.change(claims, &[&yesterday]).await?;
    house.program.restart().await?;
    until("the jobs to have run", || async {
        let due = "select count(*) from job where kind = 'goal.end' and run_at = 0";
        (facts.number(due, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

/// The days go back to where the ledger has its sales.
async fn as_it_was(facts: &Facts, today: Date) -> Outcome<()> {
    let back = "update goal set from_on = $1, to_on = $2 where to_on < $3";
    let today = today.to_string();
    facts.change(back, &[&today, &today, &today]).await
}

async fn state(house: &House, key: &str, wanted: Value) -> Outcome<()> {
    let space = house.program.alias("space");
    let ana = house.person("ana")?;
    let space = ana.resolve(&space).await?;
    until(&format!("{key} to be {wanted}"), || async {
        let found = ana.state(&space, "agency.siso.partners.goal", key).await.ok()??;
        let wanted = wanted.as_object()?;
        wanted.iter().all(|(name, value)| found[name] == *value).then_some(())
    })
    .await
}

/// Until so many messages are pinned in the leaderboard room, and so many of them are goals.
async fn pinned(house: &House, wanted: (usize, usize)) -> Outcome<()> {
    let ana = house.person("ana")?;
    let room = ana.resolve(&house.program.alias("leaderboard")).await?;
    until(&format!("{wanted:?} pins"), || async {
        let pinned = ana.pinned(&room).await.ok()?;
        let goals = pinned.iter().filter(|text| text.starts_with("🎯")).count();
        ((pinned.len(), goals) == wanted).then_some(())
    })
    .await
}

fn results(events: &[Event]) -> Vec<Event> {
    let result =
        |event: &&Event| event.card()["kind"] == "goal" && event.card()["event"] == "result";
    events.iter().filter(result).cloned().collect()
}

fn verify(house: &House, words: &str) -> Outcome<()> {
    let done = house.program.output(&["ledger", "verify"])?;
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    ensure!(said.contains(words), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goal_has_its_time_on_sqlite() -> Outcome<()> {
    a_goal_has_its_time(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goal_has_its_time_on_postgres() -> Outcome<()> {
    a_goal_has_its_time(Ground::FakePostgres).await
}
