//! The figures of a report that need another day than today: the time before, who is dormant, how long
//! claims waited. Facts are made through the bot; a past day is a claim's own, or set back in the rows.
use anyhow::ensure;
use jiff::Timestamp;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use serde_json::{Value, json};

/// Says something in the control room and waits for its answer.
async fn told(house: &House, line: &str, words: &str) -> Outcome<Value> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
    Ok(answer.card().clone())
}

/// A sale of a partner that the team has approved.
async fn sold(house: &mut House, who: &str, n: u8, line: &str) -> Outcome<()> {
    let room = house.room("general", who).await?;
    let person = house.person(who)?;
    let number = format!("S-{n}");
    let answer = person.reply_to(&person.say(&room, line).await?).await?;
    ensure!(answer.body().contains(&number), "{line} was answered: {}", answer.body());
    told(house, &format!("!sale approve {number}"), "Approved").await.map(drop)
}

async fn the_past_counts(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben", "cleo"] {
        house.partner(name).await?;
    }
    told(&house, "!industry add gyms \"Gyms\"", "is open").await?;
    let zone = jiff::tz::TimeZone::get("Europe/Berlin")?;
    let facts = Facts::of(&house.program).await?;
    let now = facts.number("select max(approved_at) from partner", &[]).await?;
    let today = Timestamp::from_millisecond(now)?.to_zoned(zone).date();
    let last_month = today.first_of_month().yesterday()?;
    let back = format!("--on {last_month}");
    sold(&mut house, "ana", 1, &format!("!sale add 400 EUR Acme --industry gyms {back}")).await?;
    sold(&mut house, "ana", 2, "!sale add 500 EUR Acme --industry gyms").await?;
    sold(&mut house, "ana", 3, "!sale add 100 EUR Beta --industry gyms").await?;
    sold(&mut house, "ben", 4, "!sale add 70 EUR Gamma").await?;
    told(&house, "!sale void S-4 never happened --yes", "S-4").await?;
    let hour = "update sale set claimed_at = approved_at - 3600000 * number";
    facts.change(hour, &[]).await?;
    let (ben, cleo) = (house.person("ben")?.id.clone(), house.person("cleo")?.id.clone());
    // Approved a hundred days ago, and without a sale that counts.
    let long = "update partner set approved_at = approved_at - 8640000000 where user_id = $1";
    facts.change(long, &[&ben]).await?;
    told(&house, &format!("!partner remove {cleo} moved away --yes"), "").await?;

    let card = told(&house, "!report", "Report").await?;
    let month = last_month.strftime("%Y-%m").to_string();
    ensure!(card["before"] == month.as_str(), "{card}");
    let minor = |value: &Value| value["minor"].clone();
    // The month before is open for seven days more: then it takes what is approved now, else this one does.
    let late = today.day() > 7;
    let (now, before) = if late { (100_000, 0) } else { (60_000, 40_000) };
    ensure!(minor(&card["revenue"]) == now && minor(&card["revenue_before"]) == before, "{card}");
    let gyms = &card["industries"][0];
    ensure!(gyms["slug"] == "gyms" && minor(&gyms["revenue"]) == now, "{card}");
    // Acme was won last month, whatever was sold to it since.
    ensure!((&gyms["clients"], &gyms["clients_before"]) == (&json!(1), &json!(1)), "{card}");
    ensure!((&card["clients"], &card["clients_before"]) == (&json!(1), &json!(1)), "{card}");
    ensure!(card["partners"] == json!({"active": 1, "waiting": 0, "dormant": 1}), "{card}");
    ensure!(card["funnel"]["first_sale"] == 1 && card["funnel"]["repeat"] == 1, "{card}");
    // 500, 100 and 70 are of this month, and 70 are void.
    let refunds = &card["refunds"];
    ensure!(minor(&refunds["credited"]) == 67_000 && minor(&refunds["taken"]) == 7_000, "{card}");
    ensure!(refunds["sales"] == 3 && refunds["touched"] == 1 && refunds["bps"] == 1044, "{card}");
    // Four waited 1, 2, 3 and 4 hours.
    let hours = json!({"decided": 4, "median_ms": 7_200_000, "p90_ms": 14_400_000});
    ensure!(card["reviews"] == hours, "{card}");
    let card = told(&house, &format!("!report {month}"), &month).await?;
    ensure!(card["open"] == false && card["clients"] == 1, "{card}");
    ensure!(card["refunds"]["sales"] == 1 && card["reviews"]["decided"] == 0, "{card}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    the_past_counts(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    the_past_counts(Ground::FakePostgres).await
}
