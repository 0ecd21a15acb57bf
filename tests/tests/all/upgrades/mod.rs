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
/// Some hundred requests to a homeserver that also serves the talk, on a machine that may be busy.
const REPLACED_IN: Duration = Duration::from_secs(400);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
const AFTER_FAILURE: Duration = Duration::from_millis(50);
/// At least; those of organizations come besides.
const ROOMS: i64 = 10;
const OWN: &str = "agency.siso.partners.program";
const BOARD: &str = "agency.siso.partners.leaderboard";

/// Who talks where, by the alias' word, while the rooms are replaced.
pub struct Talk<'a> {
    pub talkers: [(&'a str, &'a str); 2],
    /// Between two words of one of them; and all that is said must be answered in the end.
    pub pause: Duration,
}

/// What was said and taken: room, event, and whether it claims.
struct Said {
    events: RefCell<Vec<(String, String, bool)>>,
    enough: Cell<bool>,
    pause: Duration,
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
                    tokio::time::sleep(self.pause).await;
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
    let talkers = [("ana", "general"), ("ben", "industry-dental")];
    replaced(&house, &Talk { talkers, pause: Duration::from_millis(100) }, to).await?;
    let ana = house.person("ana")?;
    let in_place = all_is_in_place(&house, ana, (&old_general, to)).await;
    in_place.with_context(|| house.program.log_tail())
}

/// Has every room replaced while two people talk and the program is killed; each of their commands that
/// the program's homeserver shows counts once.
pub async fn replaced(house: &House, talk: &Talk<'_>, to: &str) -> Outcome<()> {
    let before = joined_rooms(house).await?;
    let sales = sales(house).await?;
    let asked = house.owner().say(&house.control, &format!("!room upgrade all {to}")).await?;
    let prompt = house.owner().reply_to(&asked).await?;
    ensure!(prompt.card()["kind"] == "confirm", "{}", prompt.body());
    house.owner().react(&house.control, prompt.id(), "✅").await?;

    let said = Said { events: RefCell::default(), enough: Cell::new(false), pause: talk.pause };
    let replaced = async {
        let done = killed_until_replaced(&house.program).await;
        if done.is_ok() {
            // Both go on in the new rooms.
            let rooms: BTreeSet<&str> = talk.talkers.iter().map(|(_, room)| *room).collect();
            let both = || async { (said.rooms() >= 2 * rooms.len()).then_some(()) };
            let spoken = until("people to speak in the new rooms", both).await;
            said.enough.set(true);
            return spoken.map(|()| done.unwrap_or_default());
        }
        said.enough.set(true);
        done
    };
    let [(one, one_room), (two, two_room)] = talk.talkers;
    let (one, two) = (house.person(one)?, house.person(two)?);
    let (one_room, two_room) = (house.program.alias(one_room), house.program.alias(two_room));
    let (done, one_said, two_said) =
        tokio::join!(replaced, said.by(one, &one_room), said.by(two, &two_room));
    let rooms = done.with_context(|| house.program.log_tail())?;
    one_said?;
    two_said?;

    let counted = every_command_counts_once(house, &said, ([one, two], sales)).await;
    counted.with_context(|| house.program.log_tail())?;
    let made = joined_rooms(house).await? - before;
    ensure!(rooms >= ROOMS && i64::try_from(made)? == rooms, "{made} rooms were made of {rooms}");
    Ok(())
}

async fn sales(house: &House) -> Outcome<i64> {
    Facts::of(&house.program).await?.number("select count(*) from sale", &[]).await
}

/// Kills the program again and again until all rooms are replaced; how many there are.
async fn killed_until_replaced(program: &Program) -> Outcome<i64> {
    const BEGUN: &str = "select count(*) from room_upgrade";
    const OVER: &str = "select count(*) from room_upgrade where closed_at is not null";
    let facts = Facts::of(program).await?;
    let mut random = SmallRng::seed_from_u64(SEED);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(random.random_range(200..1_200))).await;
        program.kill9();
        program.launch()?;
    }
    let over = async {
        loop {
            let begun = facts.number(BEGUN, &[]).await?;
            if begun > 0 && facts.number(OVER, &[]).await? == begun {
                return Ok(begun);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    within(REPLACED_IN, "all rooms to be replaced", over).await?
}

/// Of another homeserver, a room may take a command that ours has closed it for: our homeserver shows it
/// to nobody, and it must not count.
async fn every_command_counts_once(
    house: &House,
    said: &Said,
    (people, sales_before): ([&Person; 2], i64),
) -> Outcome<()> {
    let mut events = said.events.borrow().clone();
    ensure!(events.len() > 10, "only {} commands were taken", events.len());
    let missing = Cell::new(0);
    let answered = async {
        loop {
            let replies = replies(house, people);
            let count = |event: &str| replies.get(event).copied().unwrap_or(0);
            let mut lost = 0;
            for (room, event, _) in events.clone() {
                if count(&event) > 0 {
                    continue;
                }
                if is_shown(house, &room, &event).await? {
                    lost += 1;
                }
            }
            missing.set(lost);
            if lost == 0 {
                events.retain(|(_, event, _)| count(event) > 0);
                let twice = events.iter().find(|(_, event, _)| count(event) != 1);
                ensure!(twice.is_none(), "{twice:?} has more than one reply");
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let answered = within(REPLACED_IN, "every command to be answered", answered).await;
    answered.with_context(|| format!("{} have no reply", missing.get()))??;
    let claims = events.iter().filter(|(_, _, claims)| *claims).count();
    let sales = sales(house).await? - sales_before;
    ensure!(i64::try_from(claims)? == sales, "{claims} claims made {sales} sales");
    Ok(())
}

fn replies(house: &House, people: [&Person; 2]) -> HashMap<String, usize> {
    let mut replies: HashMap<String, usize> = HashMap::new();
    // Both are in some of the rooms and see the same reply.
    let mut seen = BTreeSet::new();
    for event in people.iter().flat_map(|person| person.shown()) {
        let own = event.sender() == house.program.bot && event.edits().is_none();
        let to = &event.content()["m.relates_to"]["m.in_reply_to"]["event_id"];
        let first = own && seen.insert(event.id().to_owned());
        if let Some(to) = to.as_str().filter(|_| first) {
            *replies.entry(to.to_owned()).or_default() += 1;
        }
    }
    replies
}

/// Whether the program's homeserver shows an event to the bot.
async fn is_shown(house: &House, room: &str, event: &str) -> Outcome<bool> {
    let answer = as_the_bot(house, &["rooms", room, "event", event]).await?;
    if answer.status() == reqwest::StatusCode::NOT_FOUND {
        return Ok(false);
    }
    answer.error_for_status()?;
    Ok(true)
}

async fn as_the_bot(house: &House, path: &[&str]) -> Outcome<reqwest::Response> {
    let base = format!("{}/_matrix/client/v3", house.homeserver.url());
    let mut url = reqwest::Url::parse(&base)?;
    url.path_segments_mut().ok().context("no path")?.extend(path);
    url.query_pairs_mut().append_pair("user_id", &house.program.bot);
    let request = reqwest::Client::new().get(url);
    Ok(request.bearer_auth(&house.program.registration.as_token).send().await?)
}

/// How many rooms the bot is in.
async fn joined_rooms(house: &House) -> Outcome<usize> {
    let answer = as_the_bot(house, &["joined_rooms"]).await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    Ok(answer["joined_rooms"].as_array().context("no rooms")?.len())
}

/// What must be true of a state.
type Holds<'a> = &'a dyn Fn(&Value) -> bool;

/// As somebody sees it in their own place; `old` was the room general.
pub async fn all_is_in_place(
    house: &House,
    ana: &Person,
    (old, version): (&str, &str),
) -> Outcome<()> {
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
