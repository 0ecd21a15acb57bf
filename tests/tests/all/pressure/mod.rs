//! What gives way, and when: too much waiting, a full disk, two bots, commands that nobody heard,
//! old texts. The limits are lowered here, as each test says.
mod backlog;
mod claims;
mod dozens;

use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::Fake;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const DAY_MS: i64 = 86_400_000;

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("this test needs the fake")
}

/// One transaction of messages in a room: (sender, id, text).
async fn push(house: &House, room: &str, said: &[(&str, &str, &str)]) -> Outcome<StatusCode> {
    push_aged(house, room, said, &json!({})).await
}

/// With what the homeserver counts beside each.
async fn push_aged(
    house: &House,
    room: &str,
    said: &[(&str, &str, &str)],
    unsigned: &Value,
) -> Outcome<StatusCode> {
    let events: Vec<Value> = said
        .iter()
        .map(|(sender, id, body)| {
            json!({"type": "m.room.message", "room_id": room, "sender": sender, "event_id": id,
                   "origin_server_ts": 1_790_000_000_000_i64, "unsigned": unsigned,
                   "content": {"msgtype": "m.text", "body": body}})
        })
        .collect();
    let url = format!("{}/_matrix/app/v1/transactions/1", house.program.url());
    let request = Client::new().put(url).bearer_auth(&house.program.registration.hs_token);
    Ok(request.body(json!({ "events": events }).to_string()).send().await?.status())
}

/// A house with two partners in the general room.
async fn house_of_two(ground: Ground, more: &str) -> Outcome<(House, String)> {
    let mut house = House::open_with(ground, "olga", more).await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    house.room("general", "ben").await?;
    let general = house.room("general", "ana").await?;
    // The program knows both as joined, or it would ask and take their inputs apart.
    for name in ["ana", "ben"] {
        let person = house.person(name)?;
        person.reply_to(&person.say(&general, "!help").await?).await?;
    }
    Ok((house, general))
}

async fn questions_share_an_answer(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "[limits]\ninbox_coalesce = 3\n").await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let facts = Facts::of(&house.program).await?;
    let said = [
        (ana.id.as_str(), "$q1", "!me"),
        (&ana.id, "$claim1", "!sale add 1 EUR One"),
        (&ben.id, "$q2", "!board"),
        (&ana.id, "$q3", "!board"),
        (&ana.id, "$claim2", "!sale add 2 EUR Two"),
        (&ana.id, "$q4", "!sale list"),
    ];
    push(&house, &room, &said).await?;
    let mut outcomes = Vec::new();
    for (_, id, _) in said {
        outcomes.push(facts.ended(id).await?);
    }
    ensure!(outcomes == ["coalesced", "ran", "ran", "coalesced", "ran", "ran"], "{outcomes:?}");
    for id in ["$claim1", "$claim2", "$q4"] {
        ana.reply_to(id).await?;
    }
    ben.reply_to("$q2").await?;
    let answered = ana.shown().iter().any(|e| e.replies_to("$q1") || e.replies_to("$q3"));
    ensure!(!answered, "an older question had an answer of its own");
    // With little waiting, each has its own again.
    ana.reply_to(&ana.say(&room, "!me").await?).await.map(drop)
}

async fn questions_hear_busy(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "[limits]\ninbox_busy = 2\n").await?;
    let ana = house.person("ana")?;
    let said = [
        (ana.id.as_str(), "$q1", "!me"),
        (&ana.id, "$claim", "!sale add 1 EUR One"),
        (&house.person("ben")?.id, "$q2", "!board"),
    ];
    push(&house, &room, &said).await?;
    for id in ["$q1", "$q2"] {
        let reply = ana.reply_to(id).await?;
        ensure!(reply.card()["code"] == "E-RATE", "{}", reply.card());
        ensure!(reply.body().contains("busy"), "{}", reply.body());
    }
    let claimed = ana.reply_to("$claim").await?;
    ensure!(claimed.card()["kind"] == "sale", "{}", claimed.body());
    let me = ana.reply_to(&ana.say(&room, "!me").await?).await?;
    ensure!(me.card()["kind"] == "me", "{}", me.body());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_on_sqlite() -> Outcome<()> {
    questions_share_an_answer(Ground::FakeSqlite).await?;
    questions_hear_busy(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_on_postgres() -> Outcome<()> {
    questions_share_an_answer(Ground::FakePostgres).await?;
    questions_hear_busy(Ground::FakePostgres).await
}

/// The homeserver keeps what cannot be taken, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_and_room_again() -> Outcome<()> {
    let (mut house, room) = house_of_two(Ground::FakeSqlite, "").await?;
    let setting = "PARTNERSPACE__LIMITS__DISK_FREE_BYTES_MIN";
    house.program.set_env(setting, &u64::MAX.checked_shr(2).unwrap_or_default().to_string());
    house.program.restart().await?;
    until("the disk to be looked at", || async {
        (house.program.metric("disk_low").await.ok()? == 1).then_some(())
    })
    .await?;
    let ana = house.person("ana")?;
    let status = push(&house, &room, &[(&ana.id, "$full", "!me")]).await?;
    ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
    let waiting = ana.say(&room, "!sale add 7 EUR Patience").await?;
    let refused = |world: &partnerspace_tests::fake::World| {
        world.delivery.done.iter().any(|pushed| pushed.status == 503)
    };
    ensure!(fake(&house)?.wait_until(refused, Duration::from_secs(30)).await, "it was taken");
    let facts = Facts::of(&house.program).await?;
    ensure!(facts.outcome(&waiting).await?.is_none(), "it was kept");
    house.program.set_env(setting, "1");
    house.program.restart().await?;
    let reply = house.person("ana")?.reply_to(&waiting).await?;
    ensure!(reply.card()["kind"] == "sale", "{}", reply.body());
    Ok(())
}

/// Another bot that answers every word of ours, in the chat and by replies in a room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_bots_fall_silent() -> Outcome<()> {
    let fast = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";
    let (house, general) = house_of_two(Ground::FakeSqlite, fast).await?;
    let ana = house.person("ana")?;
    let chat = house.chat_of("ana")?;
    for (room, talk) in [(chat, "!sorry, I did not understand that."), (&general, "!help")] {
        let mut last = ana.reply_to(&ana.say(room, "!help").await?).await?;
        for n in 0..5 {
            let said = ana.reply(room, last.id(), talk).await?;
            last = ana.reply_to(&said).await.with_context(|| format!("answer {n} in {room}"))?;
        }
        let unheard = ana.reply(room, last.id(), talk).await?;
        // A command that answers nothing of ours is a person's.
        ana.reply_to(&ana.say(room, "!help").await?).await?;
        let answered = ana.shown().iter().any(|e| e.sender() != ana.id && e.replies_to(&unheard));
        ensure!(!answered, "the sixth answer in ten seconds");
    }
    Ok(())
}

async fn late_commands(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "").await?;
    let (fake, ana) = (fake(&house)?, house.person("ana")?);
    let now = fake.world().now();
    house.program.kill9();
    let mut said = Vec::new();
    for (age_ms, line) in [
        (9 * DAY_MS, "!sale add 9 EUR Nine"),
        (3 * DAY_MS, "!sale add 3 EUR Three"),
        (3 * DAY_MS - 60_000, "!help"),
    ] {
        fake.set_now(Some(now - age_ms));
        said.push(fake.say_unheard(&room, &ana.id, line));
    }
    fake.set_now(None);
    // Down since before the oldest of them was said.
    let facts = Facts::of(&house.program).await?;
    facts.change("update gap set walked_at = walked_at - 864000000", &[]).await?;
    house.program.restart().await?;
    let too_late = ana.reply_to(&said[0]).await?;
    ensure!(too_late.card()["code"] == "E-LATE", "{}", too_late.body());
    ensure!(facts.sales_by(&said[0]).await? == 0, "it was run all the same");
    let told = |events: &[partnerspace_tests::people::Event]| {
        events.iter().find(|e| e.card()["id"] == "inbox.late").cloned()
    };
    let alert = house.owner().sees("the late command", told).await?;
    ensure!(
        alert.body().contains("!sale add 9 EUR Nine")
            || alert.body().contains("sale add 9 EUR Nine"),
        "{}",
        alert.body()
    );
    let late = ana.reply_to(&said[1]).await?;
    ensure!(late.card()["kind"] == "sale" && late.card()["late"] == true, "{}", late.card());
    let help = ana.reply_to(&said[2]).await?;
    for reply in [&late, &help] {
        ensure!(
            reply.body().contains("3 days late") || reply.body().contains("2 days late"),
            "{}",
            reply.body()
        );
    }
    // Looking again tells nothing again, and what comes now is not late.
    house.program.restart().await?;
    let fresh = ana.reply_to(&ana.say(&room, "!help").await?).await?;
    ensure!(!fresh.body().contains("late;"), "{}", fresh.body());
    let told = house.owner().shown().iter().filter(|e| e.card()["id"] == "inbox.late").count();
    ensure!(told == 1, "told {told} times");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_on_sqlite() -> Outcome<()> {
    late_commands(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_on_postgres() -> Outcome<()> {
    late_commands(Ground::FakePostgres).await
}

async fn old_texts_go(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "[limits]\nraw_keep_days = 2\n").await?;
    let ana = house.person("ana")?;
    let (old, young) = (ana.say(&room, "!me").await?, ana.say(&room, "!me").await?);
    ana.reply_to(&old).await?;
    ana.reply_to(&young).await?;
    let facts = Facts::of(&house.program).await?;
    facts.ended(&young).await?;
    house.program.kill9();
    let age = "update inbox set received_at = received_at - 259200000, done_at = done_at - 259200000, checksum = null \
               where event_id = $1";
    facts.change(age, &[&old]).await?;
    // A day later, as far as the job knows.
    facts
        .change("update job set run_at = run_at - 86400000 where kind = 'inbox.shed'", &[])
        .await?;
    house.program.restart().await?;
    let held = "select count(*) from inbox where event_id = $1 and raw is not null";
    until("the old text to go", || async {
        (facts.number(held, &[&old]).await.ok()? == 0).then_some(())
    })
    .await?;
    ensure!(facts.number(held, &[&young]).await? == 1, "a young one went as well");
    ensure!(facts.outcome(&old).await?.as_deref() == Some("ran"), "its row stays");
    let next = "select count(*) from job where kind = 'inbox.shed'";
    until("the next day's job", || async {
        (facts.number(next, &[]).await.ok()? == 1).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_texts_on_sqlite() -> Outcome<()> {
    old_texts_go(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_texts_on_postgres() -> Outcome<()> {
    old_texts_go(Ground::FakePostgres).await
}

/// Refusals and edits take from the same burst as commands: everything that gets an answer does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_and_edits_are_slowed() -> Outcome<()> {
    let few = "[limits]\ncommands_burst = 4\ncommands_every_ms = 600000\n";
    let (house, general) = house_of_two(Ground::FakeSqlite, few).await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    for n in 0..3 {
        let reply = ana.reply_to(&ana.say(&general, "!sale add 1\u{200b}0 EUR A").await?).await?;
        ensure!(reply.card()["code"] == "E-CHARS", "{n}: {}", reply.body());
    }
    let slow = ana.reply_to(&ana.say(&general, "!sale add 1\u{200b}0 EUR A").await?).await?;
    ensure!(slow.card()["code"] == "E-RATE", "{}", slow.body());
    let claim = ben.say(&general, "!sale add 10 EUR Acme").await?;
    ben.reply_to(&claim).await?;
    for amount in 11..14 {
        ben.edit(&general, &claim, &format!("!sale add {amount} EUR Acme")).await?;
    }
    ben.sees("the answer that slows", |events| {
        events
            .iter()
            .find(|e| {
                e.card()["code"] == "E-RATE" && e.content()["m.relates_to"]["event_id"] == claim
            })
            .map(drop)
    })
    .await
}

/// Whoever has a homeserver has names without end; partners at the same server come in all the same.
async fn strangers_fill_their_own_server(ground: Ground) -> Outcome<()> {
    const STRANGERS_MAX: i64 = 200;
    let mut house = House::open(ground, "olga").await?;
    let (facts, bot) = (Facts::of(&house.program).await?, house.program.bot.clone());
    let fake = fake(&house)?;
    for n in 0..STRANGERS_MAX + 20 {
        fake.open_direct(&fake.remote(&format!("@n{n}:many.example")), &bot);
    }
    fake.open_direct(&fake.remote("@one:other.example"), &bot);
    let joined = "select count(*) from chat where joined_at is not null and user_id like $1";
    until("the bot to follow", || async {
        let many = facts.number(joined, &["%:many.example"]).await.ok()?;
        let other = facts.number(joined, &["%:other.example"]).await.ok()?;
        (many == STRANGERS_MAX && other == 1).then_some(())
    })
    .await?;
    house.outsider("ana", "many.example")?;
    house.added("ana").await?;
    let ana = house.person("ana")?;
    let chat = ana.create_room(&[&bot], true).await?;
    ana.sees_join(&chat, &bot).await?;
    until("both chats of hers", || async {
        let many = facts.number(joined, &["%:many.example"]).await.ok()?;
        (many == STRANGERS_MAX + 2).then_some(())
    })
    .await?;
    let shown = house.owner().shown();
    let told = shown.iter().filter(|event| event.card()["id"] == "chats_full").count();
    ensure!(told == 1, "told {told} times");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_fill_their_own_server_on_sqlite() -> Outcome<()> {
    strangers_fill_their_own_server(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_fill_their_own_server_on_postgres() -> Outcome<()> {
    strangers_fill_their_own_server(Ground::FakePostgres).await
}

/// A statement that does not come back: seen from outside, and over as soon as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_hangs_is_not_live() -> Outcome<()> {
    const HANGS: [&str; 2] = [
        "create function hangs() returns trigger as 'begin perform pg_sleep(4); return new; end' language plpgsql",
        "create trigger hangs before insert on sale for each row execute function hangs()",
    ];
    let impatient = "[limits]\nturn_ms_max = 1000\n";
    let (house, general) = house_of_two(Ground::FakePostgres, impatient).await?;
    let (facts, ana) = (Facts::of(&house.program).await?, house.person("ana")?);
    for statement in HANGS {
        facts.change(statement, &[]).await?;
    }
    let url = format!("{}/health/live", house.program.url());
    let live = || async { Some(Client::new().get(&url).send().await.ok()?.status().as_u16()) };
    ensure!(live().await == Some(200), "not live at rest");
    let claim = ana.say(&general, "!sale add 1 EUR One").await?;
    until("the batch to hang", || async { live().await.filter(|status| *status == 503) }).await?;
    until("the batch to end", || async { live().await.filter(|status| *status == 200) }).await?;
    ana.reply_to(&claim).await.map(drop)
}
