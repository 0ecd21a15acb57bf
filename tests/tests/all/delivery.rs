//! What becomes of things that the homeserver will not take, or not now: nothing waits for ever, the
//! team hears of it, and what people must be able to see is there in the end.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::{Fake, Fault, World};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("this test needs the fake")
}

/// A part of the path of requests to a room.
fn path(room: &str, what: &str) -> String {
    format!("{}/{what}", room.trim_start_matches('!'))
}

async fn ready_is(house: &House, wanted: u16) -> Outcome<String> {
    let url = format!("{}/health/ready", house.program.url());
    let what = format!("{url} to answer {wanted}");
    until(&what, || async {
        let answer = reqwest::get(&url).await.ok()?;
        if answer.status().as_u16() != wanted {
            return None;
        }
        answer.text().await.ok()
    })
    .await
}

/// The review card is refused: its decision stands in a message of its own, which can be answered
/// like the card, and nothing behind it waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_card_holds_up_nothing() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.partner("ana").await?;
    let room = house.room("general", "ana").await?;
    fake(&house)?.plan(&path(&house.control, "send/m.room.message"), Fault::Forbidden, 1);
    let ana = house.person("ana")?;
    ana.reply_to(&ana.say(&room, "!sale add 7 EUR Acme").await?).await?;
    let alert = |world: &World| {
        let events = &world.rooms.get(&house.control)?.timeline;
        events.iter().find(|e| e.body().contains("was refused")).map(drop)
    };
    fake(&house)?.wait_for(alert, SOON).await.context("nobody was told")?;
    let olga = house.owner();
    let approved = olga.say(&house.control, "!sale approve S-1").await?;
    olga.reply_to(&approved).await?;
    let facts = Facts::of(&house.program).await?;
    let waiting = "select count(*) from outbox where sent_at is null and parked_at is null";
    until("the outbox to be empty", || async {
        (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    let stands = "select count(*) from outbox where dedupe_key like 'review:%' \
                  and parked_at is not null and event_id is not null";
    ensure!(facts.number(stands, &[]).await? == 1, "no message stands for the card");
    let alerts = "select count(*) from outbox where dedupe_key like 'parked:%'";
    ensure!(facts.number(alerts, &[]).await? == 1, "the team was told more than once");
    Ok(())
}

/// A card can be seen while the answer to its sending is still on its way; whoever presses it then is heard at once.
async fn pressed_before_the_answer(ground: Ground) -> Outcome<()> {
    const STALL: Duration = Duration::from_secs(8);
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let room = house.room("general", "ana").await?;
    let stall = Fault::Stall(u64::try_from(STALL.as_millis())?);
    fake(&house)?.plan(&path(&house.control, "send/m.room.message"), stall, 1);
    let (ana, olga) = (house.person("ana")?, house.owner());
    let claim = ana.say(&room, "!sale add 7 EUR Acme").await?;
    let card = olga.sees("the card", |events| {
        events.iter().find(|e| e.room == house.control && e.body().contains("S-1")).cloned()
    });
    let card = card.await?;
    olga.react(&house.control, card.id(), "✅").await?;
    let facts = Facts::of(&house.program).await?;
    let approved = "select count(*) from sale where approved_at is not null";
    let heard = until("the approval", || async {
        (facts.number(approved, &[]).await.ok()? == 1).then_some(())
    });
    tokio::time::timeout(STALL / 2, heard).await.context("the press waits for the answer")??;
    ana.reply_to(&claim).await?;
    let twice = "select count(*) from outbox where dedupe_key like 'review:%' and event_id is null";
    until("the answer", || async { (facts.number(twice, &[]).await.ok()? == 0).then_some(()) })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_before_the_answer_on_sqlite() -> Outcome<()> {
    pressed_before_the_answer(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_before_the_answer_on_postgres() -> Outcome<()> {
    pressed_before_the_answer(Ground::FakePostgres).await
}

/// The word that tells of a refusal is refused, too: no word follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mute_control_room_makes_no_flood() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.partner("ana").await?;
    let room = house.room("general", "ana").await?;
    fake(&house)?.plan(&path(&house.control, "send/"), Fault::Forbidden, 100);
    let ana = house.person("ana")?;
    ana.reply_to(&ana.say(&room, "!sale add 7 EUR Acme").await?).await?;
    let facts = Facts::of(&house.program).await?;
    let parked =
        "select count(*) from outbox where dedupe_key like 'parked:%' and parked_at is not null";
    until("the word to be refused", || async {
        (facts.number(parked, &[]).await.ok()? == 1).then_some(())
    })
    .await?;
    let waiting = "select count(*) from outbox where sent_at is null and parked_at is null";
    until("the outbox to be empty", || async {
        (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    ensure!(facts.number(parked, &[]).await? == 1, "a word about a word");
    Ok(())
}

/// Room state that is refused is told, once, and goes out when the room is as it should be again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_state_is_told_and_sent_again() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    let state = path(&house.space, "state/agency.siso.partners.profile");
    fake(&house)?.plan(&state, Fault::Forbidden, 1);
    house.partner("ana").await?;
    let alert = |world: &World| {
        let events = &world.rooms.get(&house.control)?.timeline;
        events.iter().find(|e| e.body().contains("agency.siso.partners.profile")).map(drop)
    };
    fake(&house)?.wait_for(alert, SOON).await.context("nobody was told")?;
    let shown = |world: &World| {
        let state = &world.rooms.get(&house.space)?.state;
        state.keys().find(|(kind, _)| kind == "agency.siso.partners.profile").map(drop)
    };
    ensure!(shown(&fake(&house)?.world()).is_none(), "the state was not refused");
    // Another hand changes the room: the keeper looks at it, and puts it back.
    let (olga, other) = (&house.owner().id, serde_json::json!({"name": "Other"}));
    fake(&house)?.force(&house.space, olga, "m.room.name", Some(""), other);
    fake(&house)?.wait_for(shown, SOON).await.context("the state was never sent again")
}

/// Suspended in every room, whatever our view of it says, and asked back in at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_every_room_and_back() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let ana = house.person("ana")?.id.clone();
    // Our view never learned of the join.
    let facts = Facts::of(&house.program).await?;
    facts
        .change("delete from member where user_id = $1 and room_id = $2", &[&ana, &general])
        .await?;
    // The removal from the Space is still owed when she is asked back in.
    let kick = path(&house.space, "kick");
    fake(&house)?.plan(&kick, Fault::Limited, 40);
    let olga = house.owner();
    for line in [format!("!partner suspend {ana} unpaid"), format!("!partner reinstate {ana}")] {
        olga.reply_to(&olga.say(&house.control, &line).await?).await?;
    }
    let fake = fake(&house)?;
    let is = |room: &str, wanted: &str| {
        let (room, wanted) = (room.to_owned(), wanted.to_owned());
        let ana = ana.clone();
        move |world: &World| world.rooms.get(&room).is_some_and(|r| r.membership(&ana) == wanted)
    };
    ensure!(fake.wait_until(is(&general, "leave"), SOON).await, "still in the general room");
    ensure!(fake.wait_until(is(&house.space, "invite"), SOON).await, "not asked back in");
    let waiting = "select count(*) from outbox where sent_at is null or parked_at is not null";
    until("all of it to be settled", || async {
        (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_follows_the_homeserver() -> Outcome<()> {
    let house = House::open(Ground::FakeSqlite, "olga").await?;
    ready_is(&house, 200).await?;
    fake(&house)?.crash().await;
    let why = ready_is(&house, 503).await?;
    ensure!(why.contains("the homeserver does not answer"), "{why}");
    until("the number to follow", || async {
        (house.program.metric("ready").await.ok()? == 0).then_some(())
    })
    .await?;
    fake(&house)?.restart().await?;
    ready_is(&house, 200).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_program_on_one_file_is_refused() -> Outcome<()> {
    let house = House::open(Ground::FakeSqlite, "olga").await?;
    let second = house.program.output(&["run"])?;
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    ensure!(!second.status.success() && said.contains("Partnerspace runs already on"), "{said}");
    house.program.restart().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_compared_by_bytes() -> Outcome<()> {
    let house = House::open(Ground::FakePostgres, "olga").await?;
    let facts = Facts::of(&house.program).await?;
    let column = "select count(*) from information_schema.columns where table_name = 'client' \
                  and column_name = 'skeleton' and collation_name = 'C'";
    ensure!(facts.number(column, &[]).await? == 1, "it compares as its cluster does");
    Ok(())
}

/// Letters that sort behind all Latin ones, and such as look like Latin ones.
async fn near_names(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let room = house.room("general", "ana").await?;
    let ana = house.person("ana")?;
    for line in ["!sale add 7 EUR Ромашкиный", "!sale add 8 EUR Ромашкиная"] {
        ana.reply_to(&ana.say(&room, line).await?).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let seen = "select count(*) from sale where number = 2 and flags like '%similar_client%'";
    ensure!(facts.number(seen, &[]).await? == 1, "the second name is not seen to be near");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn near_names_on_sqlite() -> Outcome<()> {
    near_names(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn near_names_on_postgres() -> Outcome<()> {
    near_names(Ground::FakePostgres).await
}

/// The homeserver pushes nothing of a chat before the bot is in it. That this is read there is no fault of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_words_in_a_chat_raise_no_alarm() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.stranger("eve").await?;
    let (fake, eve) = (fake(&house)?, house.person("eve")?);
    fake.quirks(|quirks| quirks.hold = true);
    let chat = eve.create_room(&[&house.program.bot], true).await?;
    let said = eve.say(&chat, "!help").await?;
    fake.quirks(|quirks| quirks.hold = false);
    eve.reply_to(&said).await?;
    // It is told after the walk has ended, which is then written down.
    let facts = Facts::of(&house.program).await?;
    until("the walk to end", || async {
        let walked = "select count(*) from gap where room_id = $1";
        (facts.number(walked, &[&chat]).await.ok()? == 1).then_some(())
    })
    .await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let found = house.program.metric("inbox_found_total").await?;
    ensure!(found == 0, "{found} inputs are told as lost by the homeserver");
    Ok(())
}
