//! The monthly post about what moved between industries: nothing without facts, once with them.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;
use serde_json::json;

const POST: &str = "Across industries";

/// Says something in a room and waits for an answer with these words.
async fn told(house: &mut House, who: &str, room: &str, line: &str, words: &str) -> Outcome<()> {
    let room = house.room(room, who).await?;
    let person = house.person(who)?;
    let answer = person.reply_to(&person.say(&room, line).await?).await?;
    ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
    Ok(())
}

/// The first of the month is come, as far as the job knows; waits until it has run.
async fn the_month_ends(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 1 where kind = 'insights.month'", &[]).await?;
    house.program.restart().await?;
    let next = "select count(*) from job where kind = 'insights.month' and run_at > 1";
    until("the next month's job", || async {
        (facts.number(next, &[]).await.ok()? == 1).then_some(())
    })
    .await
}

/// A won sale in an industry that the playbook was not written for, a template filled in, an answer
/// from another industry.
async fn something_moves(house: &mut House, facts: &Facts) -> Outcome<()> {
    let save = "!playbook save recall \"Bring them back\" --industry dental\nHello {client}";
    told(house, "ana", "general", save, "recall").await?;
    told(house, "olga", "control", "!playbook publish recall", "Published").await?;
    let claim = "!sale add 100 EUR Acme --industry gyms --playbook recall";
    told(house, "ben", "general", claim, "S-1").await?;
    told(house, "olga", "control", "!sale approve S-1", "S-1").await?;
    told(house, "ben", "general", "!playbook use recall client=Acme", "Filled in").await?;
    told(house, "ben", "general", "!profile --industry gyms", "gyms").await?;
    let question = "insert into question (id, number, partner_id, text, industry, room, cause, \
                    asked_at, answered_at, answered_by) \
                    select 'q', 900, ana.id, 'How?', 'dental', 'general', '$q', 1, \
                    (select max(approved_at) from sale), ben.id from partner ana, partner ben \
                    where ana.user_id = $1 and ben.user_id = $2";
    let (ana, ben) = (house.person("ana")?.id.clone(), house.person("ben")?.id.clone());
    facts.change(question, &[ana.as_str(), ben.as_str()]).await
}

async fn a_month_is_told_of_once(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
        house.room("general", name).await?;
    }
    for (slug, name) in [("dental", "Dental practices"), ("gyms", "Gyms")] {
        let line = format!("!industry add {slug} \"{name}\"");
        told(&mut house, "olga", "control", &line, "is open").await?;
    }
    let facts = Facts::of(&house.program).await?;
    the_month_ends(&house, &facts).await?;
    something_moves(&mut house, &facts).await?;
    the_month_ends(&house, &facts).await?;
    let ana = house.person("ana")?;
    let is_post = |event: &&Event| event.body().contains(POST);
    let post = ana.sees("the post", |events| events.iter().find(is_post).cloned()).await?;
    let words = post.body().replace(['\u{2068}', '\u{2069}'], "");
    for part in [
        "📘 Bring them back, from Dental practices, now works in Gyms: 1 sale won.",
        "1 of 1 answer came from another industry\nGyms → Dental practices: 1",
        "Bring them back: 1 time by 1 partner",
        "Read one: !playbook show recall",
    ] {
        ensure!(words.contains(part), "{part} is not in {words}");
    }
    let card = post.card();
    ensure!(card["moved"][0]["to"] == "gyms" && card["answers"]["across"] == 1, "{card}");
    ensure!(
        card["templates"]
            == json!([{"slug": "recall", "title": "Bring them back", "uses": 1, "partners": 1}])
    );
    // Told again of the same month it says nothing more, and nothing was said of no facts.
    the_month_ends(&house, &facts).await?;
    told(&mut house, "ana", "general", "!me", "You").await?;
    let posts = house.person("ana")?.shown().iter().filter(is_post).count();
    ensure!(posts == 1, "{posts} posts");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    a_month_is_told_of_once(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    a_month_is_told_of_once(Ground::FakePostgres).await
}
