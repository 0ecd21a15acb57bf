//! Every named point of the program × {it dies, what it asked for fails, a minute passes} × both
//! databases. Afterwards everything is as if nothing had been: one outcome and one reply for each
//! command, nothing twice, no row that nobody works on, boards as a replay of the ledger makes them.
//!
//! Points of parts that do not exist yet get their rows here when they do: a webhook that was delivered,
//! an idempotency key in use, a backup under way, a migration's step, a worker that was deposed.
use super::base::{self, ANA, BEN, OWNER, RIO};
use super::check::{self, Fate, Said};
use super::town::{Blow, Place, Strike, Town};
use crate::{Outcome, postgres};
use anyhow::{Context, ensure};
use bridge::platform::points::Point;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;
const BLOWS: [Blow; 3] = [Blow::Abort, Blow::Error, Blow::Stall];
/// As long as the program is away after it died.
const AWAY_MS: i64 = 3 * SECOND_MS;

/// What people do so that a point is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// Claims, a decision, a look.
    Day,
    /// More lines in one transaction than one statement takes.
    Many,
    /// Somebody of another server speaks.
    Abroad,
    /// A command that was never pushed.
    Unheard,
    /// An industry opens, and has a room.
    Opening,
    /// Somebody new comes.
    Newcomer,
    /// A room is replaced.
    Upgrade,
}

/// Where a point is reached, and how often it is before something happens there.
fn scene(point: Point) -> (Scene, u32) {
    match point {
        Point::BeforeAuth
        | Point::Parsed
        | Point::Committed
        | Point::Echoed
        | Point::Taken
        | Point::Marks
        | Point::Facts
        | Point::Owed
        | Point::CommitUnanswered
        | Point::Attempts
        | Point::Job
        | Point::BeforeSend
        | Point::RequestCut
        | Point::AnswerLost
        | Point::SentUnmarked
        | Point::StatePut => (Scene::Day, 1),
        Point::InboxRows => (Scene::Many, 1),
        Point::Visibility => (Scene::Abroad, 1),
        Point::GapFound => (Scene::Unheard, 1),
        Point::RoomMade => (Scene::Opening, 1),
        // The second of several: some have gone out, some have not.
        Point::Membership => (Scene::Newcomer, 2),
        Point::UpgradeMade | Point::UpgradeFilled | Point::UpgradeClosed => (Scene::Upgrade, 1),
    }
}

struct Cell {
    town: Town,
    said: Said,
}

impl Cell {
    async fn play(&mut self, scene: Scene) -> Outcome<()> {
        let (general, control) = (self.town.room("general")?, self.town.room("control")?);
        match scene {
            Scene::Day => {
                self.say(&general, ANA, "!sale add 100 EUR Acme").await?;
                self.say(&general, BEN, "!me").await?;
                self.say(&control, OWNER, "!sale approve S-1").await?;
                self.say(&general, BEN, "!sale add 70 EUR Beta").await?;
                self.say(&control, OWNER, "!sale approve S-2").await?;
                self.say(&general, ANA, "!board").await
            }
            Scene::Many => {
                self.town.fake.quirks(|quirks| quirks.hold = true);
                for n in 0..70 {
                    let line = if n % 9 == 0 {
                        format!("!sale add 5 EUR Client {n}")
                    } else {
                        "!me".into()
                    };
                    self.said.command(&self.town, &general, ANA, &line);
                }
                self.town.fake.quirks(|quirks| quirks.hold = false);
                self.wait(5 * SECOND_MS).await
            }
            Scene::Abroad => {
                let unseen = self.town.fake.soft_failed(&general, RIO, "!sale add 9 EUR Nobody");
                self.said.note(&general, RIO, &unseen, Fate::Never);
                self.say(&general, RIO, "!sale add 9 EUR Far").await
            }
            Scene::Unheard => {
                let event = self.town.fake.say_unheard(&general, BEN, "!me");
                self.said.note(&general, BEN, &event, Fate::Counts);
                self.wait(11 * MINUTE_MS).await
            }
            Scene::Opening => self.say(&control, OWNER, "!industry add dental Dental").await,
            Scene::Newcomer => {
                self.town.fake.person("eva");
                self.say(&control, OWNER, "!partner add @eva:example.org --name Eva").await?;
                self.say(&control, OWNER, "!partner suspend @ben:example.org unpaid").await
            }
            Scene::Upgrade => self.upgrade(&general, &control).await,
        }
    }

    async fn upgrade(&mut self, general: &str, control: &str) -> Outcome<()> {
        self.say(general, ANA, "!sale add 100 EUR Acme").await?;
        self.say(control, OWNER, "!room upgrade general 11").await?;
        self.say(control, OWNER, "yes").await?;
        self.wait(2 * MINUTE_MS).await?;
        let moved = self
            .town
            .until(5 * MINUTE_MS, |town| town.room("general").is_ok_and(|now| now != general));
        ensure!(moved.await?, "the room was not replaced");
        let now = self.town.room("general")?;
        self.wait(2 * MINUTE_MS).await?;
        self.town.fake.accept_invites(ANA);
        self.wait(SECOND_MS).await?;
        self.say(&now, ANA, "!sale add 30 EUR Gamma").await
    }

    async fn say(&mut self, room: &str, user: &str, line: &str) -> Outcome<()> {
        self.said.command(&self.town, room, user, line);
        self.wait(4 * SECOND_MS).await
    }

    /// Lets time pass; a program that died is started again.
    async fn wait(&mut self, ms: i64) -> Outcome<()> {
        self.town.pass(ms).await?;
        if !self.town.runs() {
            self.town.pass(AWAY_MS).await?;
            self.town.start().await?;
            self.town.pass(ms).await?;
        }
        self.said.look(&self.town)
    }
}

async fn cell(place: &Place, database: Option<String>, point: Point, blow: Blow) -> Outcome<()> {
    let mut town = Town::at(place, database)?;
    town.start().await?;
    town.pass(20 * SECOND_MS).await?;
    let (scene, left) = scene(point);
    if point == Point::Attempts {
        // Only a failed try is counted: in the batch, and alone.
        for _ in 0..6 {
            town.strikes.borrow_mut().push(Strike {
                point: Point::Facts,
                blow: Blow::Error,
                left: 1,
            });
        }
    }
    town.strikes.borrow_mut().push(Strike { point, blow, left });
    let mut cell = Cell { town, said: Said::default() };
    cell.play(scene).await?;
    cell.wait(20 * MINUTE_MS).await?;
    ensure!(cell.town.struck.borrow().contains(&point), "the point was not reached");
    ensure!((blow == Blow::Abort) == (cell.town.deaths > 0), "{} deaths", cell.town.deaths);
    check::whole(&mut cell.town, &cell.said).await?;
    cell.town.kill().await?;
    Ok(())
}

/// All cells on SQLite, or those of the points that a word names.
///
/// # Errors
/// Every cell in which something did not hold.
pub async fn on_sqlite(word: &str) -> Outcome<usize> {
    matrix(&base::found(None).await?, None, word).await
}

/// The same on PostgreSQL.
///
/// # Errors
/// As on SQLite.
pub async fn on_postgres(word: &str) -> Outcome<usize> {
    let url = postgres::shared().await?.database().await?;
    let template = url.rsplit('/').next().context("a database has a name")?.to_owned();
    let place = base::found(Some(url)).await?;
    matrix(&place, Some(&template), word).await
}

async fn matrix(place: &Place, template: Option<&str>, word: &str) -> Outcome<usize> {
    let (mut wrong, mut cells) = (Vec::new(), 0);
    for point in Point::ALL.into_iter().filter(|point| format!("{point:?}").contains(word)) {
        for blow in BLOWS {
            let database = match template {
                Some(template) => Some(postgres::shared().await?.database_like(template).await?),
                None => None,
            };
            cells += 1;
            if let Err(error) = cell(place, database, point, blow).await {
                wrong.push(format!("{blow:?} at {point:?}: {error:#}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    Ok(cells)
}
