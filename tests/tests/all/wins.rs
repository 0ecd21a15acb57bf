//! What transcripts cannot show of the wins room: that nothing is lost or said twice over a kill, that a
//! backlog folds, that a case study ends when nobody goes on with it, and that erased words are nowhere.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::wait::until;

const WORD: &str = "%xylophone%";

async fn done(person: &Person, room: &str, line: &str) -> Outcome<Event> {
    let answer = person.reply_to(&person.say(room, line).await?).await?;
    let card = answer.card();
    ensure!(card["kind"] != "refusal" && card["kind"] != "fault", "{line:.80}: {}", answer.body());
    Ok(answer)
}

/// Runs jobs as if their time had come.
async fn run(house: &House, facts: &Facts, kinds: &'static str) -> Outcome<()> {
    house.program.kill9();
    facts.change(kinds, &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    done(house.owner(), &house.control, "!status").await.map(drop)
}

fn celebrations(events: &[Event]) -> Vec<Event> {
    let posts = events
        .iter()
        .filter(|event| event.card()["kind"] == "celebration" && event.edits().is_none());
    posts.cloned().collect()
}

const GATHER: &str = "update job set run_at = 0 where kind = 'win.gather'";
const LAPSE: &str = "update job set run_at = 0 where kind = 'story.lapse'";
const SCRUB: &str = "update job set run_at = 0 where kind = 'win.scrub'";

async fn over_time(ground: Ground) -> Outcome<()> {
    let more = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";
    let mut house = House::open_with(ground, "olga", more).await?;
    let ana_id = house.partner("ana").await?.id.clone();
    let general = house.room("general", "ana").await?;
    house.room("wins", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    let ana = house.person("ana")?;
    for badge in ["first-sale", "clients", "revenue", "streak"] {
        done(house.owner(), &house.control, &format!("!badge disable {badge}")).await?;
    }
    // A dozen within the minute, and a kill before it is over: one message.
    for n in 1..=12 {
        done(ana, &general, &format!("!sale add {n}000 EUR Client{n}")).await?;
        done(house.owner(), &house.control, &format!("!sale approve S-{n}")).await?;
    }
    let posts = "select count(*) from celebration_post";
    ensure!(facts.number(posts, &[]).await? == 0, "said before its time");
    run(&house, &facts, GATHER).await?;
    let first = ana.sees("the message", |events| celebrations(events).first().cloned()).await?;
    ensure!(first.body().contains("12 to celebrate"), "{}", first.body());
    ensure!(first.body().contains("… and 2 more"), "{}", first.body());
    ensure!(first.content()["m.mentions"].as_object().is_some_and(|m| m.is_empty()), "a mention");
    // The next waits for its minute, even if its job comes too early.
    done(ana, &general, "!sale add 13 EUR Client13").await?;
    done(house.owner(), &house.control, "!sale approve S-13").await?;
    run(&house, &facts, GATHER).await?;
    ensure!(facts.number(posts, &[]).await? == 1, "two messages within a minute");
    let waits = "select count(*) from job where kind = 'win.gather'";
    ensure!(facts.number(waits, &[]).await? == 1, "nothing is owed any more");

    case_studies(&house, &facts, (&ana_id, &general)).await
}

async fn case_studies(
    house: &House,
    facts: &Facts,
    (ana_id, general): (&str, &str),
) -> Outcome<()> {
    let ana = house.person("ana")?;
    let chat = house.chat_of("ana")?.to_owned();
    // A case study that nobody goes on with ends once, not before its time.
    done(ana, &chat, "story start S-1").await?;
    done(ana, &chat, "my xylophone").await?;
    run(house, facts, LAPSE).await?;
    done(ana, &chat, "story show ST-1").await?;
    facts.change("update story set touched_at = 0", &[]).await?;
    run(house, facts, LAPSE).await?;
    let closed = |event: &&Event| event.card()["event"] == "closed";
    ana.sees("its end", |events| events.iter().find(closed).cloned()).await?;

    // Told again in full, published; and then the words go.
    done(ana, &chat, "story start S-1").await?;
    for answer in ["a xylophone", "b", "c", "d", "e", "yes"] {
        done(ana, &chat, answer).await?;
    }
    done(ana, &chat, "yes").await?;
    done(house.owner(), &house.control, "!story publish ST-2").await?;
    done(ana, general, "!win my xylophone").await?;
    let held = "select count(*) from outbox where content like $1";
    ensure!(facts.number(held, &[WORD]).await? >= 5, "too few messages hold the word");
    done(house.owner(), &house.control, &format!("!story erase {ana_id} --yes")).await?;
    let rows = "select (select count(*) from story_part where text like $1) + \
                (select count(*) from win where text like $1)";
    ensure!(facts.number(rows, &[WORD]).await? == 0, "the tables still have the word");
    let open = "select count(*) from outbox where kind = 'redact' and sent_at is null";
    until("the redactions to go out", || async {
        (facts.number(open, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    run(house, facts, SCRUB).await?;
    until("the outbox to be clean", || async {
        (facts.number(held, &[WORD]).await.ok()? == 0).then_some(())
    })
    .await?;
    let consents = "select count(*) from story_consent where said = 'yes'";
    ensure!(facts.number(consents, &[]).await? == 2, "the consents are facts and stay");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_time_on_sqlite() -> Outcome<()> {
    over_time(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_time_on_postgres() -> Outcome<()> {
    over_time(Ground::FakePostgres).await
}
