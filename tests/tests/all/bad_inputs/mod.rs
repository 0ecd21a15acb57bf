//! Bad input gets one clear answer with its code, and leaves no trace in the facts: one table, on
//! the fake homeserver with both databases and on a real Synapse. The ids are those of the
//! project's list of bad inputs.
mod cells;
mod control;
mod events;
mod http;
mod lines;
mod rooms;
mod said;

use anyhow::{Context, ensure};
use futures_util::future::BoxFuture;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::Fake;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use std::collections::BTreeSet;

/// No person types this fast: the limit is raised, as the test says.
const FAST: &str = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";

/// Every id of the list about commands and events that exist.
const COMMANDS: &str = "B001 B004 B005 B006 B008 B009 B011 B013 B014 B015 B016 B018 B019 B020 B021 \
    B023 B025 B026 B028 B029 B030 B033 B034 B035 B036 B039 B040 B041 B043 B044 B046 B048 B050 B051 \
    B053 B054 B055 B056 B060 B061 B063 B064 B065 B068 B069 B070 B071 B074 B075 B076 B078 B081 B083 \
    B084 B085 B086 B088 B089 B090 B091 B093 B095 B096 B098 B099 B100 B103 B104 B105 B110 B111 B113 B119 \
    B123 B124 B126 B128 B130 B131 B133 B134";
/// Of the appservice's own HTTP, what the whole program must show; the rest is shown beside the
/// routes, without a database.
const HTTP: &str = "H05 H06 H08 H09 H11 H13 H14 H15 H16 H19";

/// What an input gets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gets {
    /// A refusal with this code, whose text contains these words.
    Refusal(&'static str, &'static str),
    /// A card of this kind.
    Card(&'static str),
    /// No reply.
    Silence,
}

impl Gets {
    fn fits(self, reply: &Event) -> bool {
        let card = reply.card();
        match self {
            Self::Refusal(code, words) => card["code"] == code && reply.body().contains(words),
            Self::Card(kind) => card["kind"] == kind,
            Self::Silence => false,
        }
    }
}

/// A house with a room where its people are, and its facts.
struct Scene {
    house: House,
    facts: Facts,
    general: String,
}

/// One row: its ids, and what is done and seen.
struct Case {
    ids: &'static str,
    /// People cannot do this at a client: on the fake only.
    fake: bool,
    run: for<'a> fn(&'a Scene) -> BoxFuture<'a, Outcome<()>>,
}

const fn case(ids: &'static str, run: for<'a> fn(&'a Scene) -> BoxFuture<'a, Outcome<()>>) -> Case {
    Case { ids, fake: false, run }
}

const fn faked(
    ids: &'static str,
    run: for<'a> fn(&'a Scene) -> BoxFuture<'a, Outcome<()>>,
) -> Case {
    Case { ids, fake: true, run }
}

fn cases() -> Vec<Case> {
    let mut all = said::cases();
    all.extend(events::cases());
    all.extend(rooms::cases());
    all.extend(http::cases());
    all.extend(cells::cases());
    all.extend(control::cases());
    all
}

impl Scene {
    async fn open(ground: Ground) -> Outcome<Self> {
        let mut house = House::open_with(ground, "olga", FAST).await?;
        house.partner("ana").await?;
        house.partner("ben").await?;
        let general = house.room("general", "ana").await?;
        house.room("general", "ben").await?;
        let facts = Facts::of(&house.program).await?;
        Ok(Self { house, facts, general })
    }

    fn fake(&self) -> Outcome<&Fake> {
        self.house.fake().context("this row needs the fake")
    }

    /// Says a line as Ana; the answer.
    async fn ana(&self, line: &str) -> Outcome<Event> {
        let ana = self.house.person("ana")?;
        ana.reply_to(&ana.say(&self.general, line).await?).await
    }

    /// Says a line as the owner in the control room; the answer.
    async fn order(&self, line: &str) -> Outcome<Event> {
        let olga = self.house.owner();
        olga.reply_to(&olga.say(&self.house.control, line).await?).await
    }

    /// Waits until everything said before has been worked on: inputs of a room are taken in order.
    async fn drain(&self) -> Outcome<()> {
        self.order("!help").await?;
        self.ana("!help").await.map(drop)
    }

    /// Whether the bot has answered an event, as far as Ana sees.
    async fn unanswered(&self, what: &str, event: &str) -> Outcome<()> {
        self.drain().await?;
        let shown = self.house.person("ana")?.shown();
        let reply =
            shown.iter().find(|e| e.sender() == self.house.program.bot && e.replies_to(event));
        ensure!(reply.is_none(), "{what} was answered: {}", reply.map_or("", Event::body));
        let sales = self.facts.sales_by(event).await?;
        ensure!(sales == 0, "{what} left {sales} claims");
        Ok(())
    }

    /// How often the control room was told of a finding.
    fn alerts(&self, finding: &str) -> usize {
        let shown = self.house.owner().shown();
        shown.iter().filter(|e| is_alert(e, finding)).count()
    }

    /// Waits until the control room was told of a finding so often.
    async fn alerted(&self, finding: &str, times: usize) -> Outcome<()> {
        let told = |events: &[Event]| {
            let told = events.iter().filter(|e| is_alert(e, finding));
            (told.count() >= times).then_some(())
        };
        self.house.owner().sees(&format!("{times} alerts {finding}"), told).await
    }
}

fn is_alert(event: &Event, finding: &str) -> bool {
    event.card()["kind"] == "alert" && event.card()["id"] == finding
}

async fn table(ground: Ground) -> Outcome<()> {
    let scene = Scene::open(ground).await?;
    let mut wrong = Vec::new();
    if let Err(error) = lines::run(&scene.house, &scene.general).await {
        wrong.push(format!("{error:#}"));
    }
    let fits = |case: &Case| !case.fake || scene.fake().is_ok();
    for case in cases().into_iter().filter(fits) {
        if let Err(error) = (case.run)(&scene).await {
            wrong.push(format!("{}: {error:#}", case.ids));
        }
        scene.house.program.alive()?;
    }
    ensure!(wrong.is_empty(), "{ground:?}:\n{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_id_of_the_list_has_a_row() {
    let cases = cases();
    let mut rows: BTreeSet<&str> = cases.iter().flat_map(|case| case.ids.split(' ')).collect();
    rows.extend(lines::ids());
    let listed: BTreeSet<&str> = COMMANDS.split(' ').chain(HTTP.split(' ')).collect();
    let listed: BTreeSet<&str> = listed.into_iter().filter(|id| !id.is_empty()).collect();
    assert_eq!(rows, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_fake_and_sqlite() -> Outcome<()> {
    table(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_fake_and_postgres() -> Outcome<()> {
    table(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_synapse() -> Outcome<()> {
    table(Ground::Synapse).await
}
