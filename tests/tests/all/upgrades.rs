//! Every room is replaced while people talk in them and the program is killed in the middle: each
//! command that was taken is answered once, everybody is asked over, and no room is made twice.
use anyhow::{Context, ensure};
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Person;
use partnerspace_tests::wait::{until, within};
use partnerspace_tests::{Outcome, program::Program};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// No person types this fast: the limits are raised, as the test says.
const FLOOD: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n";
const KILLS: usize = 6;
/// Seed of the kills' times; another one is another test.
const SEED: u64 = 20_261_128;
/// Nobody else is at work on these rooms; a slow machine needs its time.
const REPLACED_IN: Duration = Duration::from_secs(120);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
const AFTER_FAILURE: Duration = Duration::from_millis(50);
/// Nobody types faster; and all that is said must be answered in the end.
const BETWEEN_WORDS: Duration = Duration::from_millis(20);
const ROOMS: i64 = 10;
const OWN: &str = "agency.siso.partners.program";
const BOARD: &str = "agency.siso.partners.leaderboard";

/// What was said and taken: room, event, and whether it claims.
#[derive(Default)]
struct Said {
    events: RefCell<Vec<(String, String, bool)>>,
    enough: Cell<bool>,
}

impl Said {
    fn rooms(&self) -> usize {
        let events = self.events.borrow();
        events.iter().map(|(room, ..)| room).collect::<BTreeSet<_>>().len()
    }

    /// One command after the other; where the room is closed, on in the one that took its place.
    async fn by(&self, person: &Person, alias: &str) -> Outcome<()> {
        let mut room = person.join(alias).await?;
        for n in 0.. {
            if self.enough.get() {
                return Ok(());
            }
            let claims = n % 3 == 0;
            let line =
                if claims { format!("!sale add {} EUR Client {n}", n + 1) } else { "!me".into() };
            match person.say(&room, &line).await {
                Ok(event) => {
                    self.events.borrow_mut().push((room.clone(), event, claims));
                    tokio::time::sleep(BETWEEN_WORDS).await;
                }
                Err(_closed) => {
                    if let Ok(next) = person.join(alias).await {
                        room = next;
                    }
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
        Ok(())
    }
}

async fn replaced_and_complete(ground: Ground, from: &str, to: &str) -> Outcome<()> {
    let more = format!("{FLOOD}[rooms]\nversion = \"{from}\"\n");
    let mut house = House::open_with(ground, "olga", &more).await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    let added =
        house.owner().say(&house.control, "!industry add dental \"Dental practices\"").await?;
    house.owner().reply_to(&added).await?;
    let old_general = house.room("general", "ana").await?;
    house.room("general", "ben").await?;
    house.room("industry-dental", "ben").await?;
    let before = joined_rooms(&house).await?;

    let asked = house.owner().say(&house.control, &format!("!room upgrade all {to}")).await?;
    let prompt = house.owner().reply_to(&asked).await?;
    ensure!(prompt.card()["kind"] == "confirm", "{}", prompt.body());
    house.owner().react(&house.control, prompt.id(), "✅").await?;

    let said = Said::default();
    let (general, dental) =
        (house.program.alias("general"), house.program.alias("industry-dental"));
    let replaced = async {
        let done = killed_until_replaced(&house.program).await;
        if done.is_ok() {
            // Both go on in the new rooms.
            let both = || async { (said.rooms() >= 4).then_some(()) };
            let spoken = until("people to speak in the new rooms", both).await;
            said.enough.set(true);
            return spoken;
        }
        said.enough.set(true);
        done
    };
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let (done, ana_said, ben_said) =
        tokio::join!(replaced, said.by(ana, &general), said.by(ben, &dental));
    done.with_context(|| house.program.log_tail())?;
    ana_said?;
    ben_said?;

    every_command_counts_once(&house, &said).await.with_context(|| house.program.log_tail())?;
    let made = joined_rooms(&house).await? - before;
    ensure!(i64::try_from(made)? == ROOMS, "{made} rooms were made");
    all_is_in_place(&house, &old_general, to).await.with_context(|| house.program.log_tail())
}

/// Kills the program again and again until all rooms are replaced.
async fn killed_until_replaced(program: &Program) -> Outcome<()> {
    const OVER: &str = "select count(*) from room_upgrade where closed_at is not null";
    let facts = Facts::of(program).await?;
    let mut random = SmallRng::seed_from_u64(SEED);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(random.random_range(200..1_200))).await;
        program.kill9();
        program.launch()?;
    }
    let over = async {
        while facts.number(OVER, &[]).await? < ROOMS {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(())
    };
    within(REPLACED_IN, "all rooms to be replaced", over).await?
}

async fn every_command_counts_once(house: &House, said: &Said) -> Outcome<()> {
    let events = said.events.borrow().clone();
    ensure!(events.len() > 10, "only {} commands were taken", events.len());
    let missing = Cell::new(0);
    let answered = async {
        loop {
            let replies = replies(house)?;
            let count = |event: &str| replies.get(event).copied().unwrap_or(0);
            missing.set(events.iter().filter(|(_, event, _)| count(event) == 0).count());
            if missing.get() == 0 {
                let twice = events.iter().find(|(_, event, _)| count(event) != 1);
                ensure!(twice.is_none(), "{twice:?} has more than one reply");
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let answered = within(REPLACED_IN, "every command to be answered", answered).await;
    answered.with_context(|| format!("{} of {} have no reply", missing.get(), events.len()))??;
    let claims = events.iter().filter(|(_, _, claims)| *claims).count();
    let facts = Facts::of(&house.program).await?;
    let sales = facts.number("select count(*) from sale", &[]).await?;
    ensure!(i64::try_from(claims)? == sales, "{claims} claims made {sales} sales");
    Ok(())
}

fn replies(house: &House) -> Outcome<HashMap<String, usize>> {
    let mut replies: HashMap<String, usize> = HashMap::new();
    // Both are in some of the rooms and see the same reply.
    let mut seen = BTreeSet::new();
    for name in ["ana", "ben"] {
        for event in house.person(name)?.shown() {
            let own = event.sender() == house.program.bot && event.edits().is_none();
            let to = &event.content()["m.relates_to"]["m.in_reply_to"]["event_id"];
            let first = own && seen.insert(event.id().to_owned());
            if let Some(to) = to.as_str().filter(|_| first) {
                *replies.entry(to.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(replies)
}

/// How many rooms the bot is in.
async fn joined_rooms(house: &House) -> Outcome<usize> {
    let base = format!("{}/_matrix/client/v3/joined_rooms", house.homeserver.url());
    let mut url = reqwest::Url::parse(&base)?;
    url.query_pairs_mut().append_pair("user_id", &house.program.bot);
    let request = reqwest::Client::new().get(url);
    let answer = request.bearer_auth(&house.program.registration.as_token).send().await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    Ok(answer["joined_rooms"].as_array().context("no rooms")?.len())
}

/// What must be true of a state.
type Holds<'a> = &'a dyn Fn(&Value) -> bool;

async fn all_is_in_place(house: &House, old: &str, version: &str) -> Outcome<()> {
    let ana = house.person("ana")?;
    let new = ana.join(&house.program.alias("general")).await?;
    let space = ana.resolve(&house.program.alias("space")).await?;
    ana.join(&space).await?;
    let get = async |room: &str, kind: &str, key: &str| -> Outcome<Value> {
        Ok(ana.state(room, kind, key).await?.unwrap_or_default())
    };
    let made = get(&new, "m.room.create", "").await?;
    ensure!(made["room_version"] == version, "{made}");
    ensure!(made["predecessor"]["room_id"] == old, "{made}");
    ensure!(made["predecessor"]["event_id"].is_string() == (version == "11"), "{made}");
    ensure!(ana.say(old, "still here?").await.is_err(), "people speak in the old room");
    let leaderboard = ana.join(&house.program.alias("leaderboard")).await?;
    let is_at = |value: &Value, id: &str| value == id;
    let wanted: [(&str, &str, &str, Holds<'_>); 7] = [
        (old, "m.room.tombstone", "", &|state| is_at(&state["replacement_room"], &new)),
        (&new, "m.room.join_rules", "", &|state| is_at(&state["allow"][0]["room_id"], &space)),
        (&space, OWN, "", &|state| is_at(&state["rooms"]["general"], &new)),
        (&space, "m.space.child", &new, &|state| state["via"].is_array()),
        (&space, "m.space.child", old, &|state| state["via"].is_null()),
        (&space, BOARD, "revenue.month", &|state| is_at(&state["metric"], "revenue")),
        (&leaderboard, "m.room.pinned_events", "", &|state| !state["pinned"][0].is_null()),
    ];
    for (room, kind, key, holds) in wanted {
        let what = format!("{kind} {key} of {room} to be right");
        until(&what, || async { holds(&get(room, kind, key).await.ok()?).then_some(()) }).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    replaced_and_complete(Ground::FakeSqlite, "12", "11").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    replaced_and_complete(Ground::FakePostgres, "11", "12").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_version_11_on_synapse() -> Outcome<()> {
    replaced_and_complete(Ground::Synapse, "12", "11").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_version_12_on_synapse() -> Outcome<()> {
    replaced_and_complete(Ground::Synapse, "11", "12").await
}
