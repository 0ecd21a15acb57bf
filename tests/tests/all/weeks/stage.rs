//! Two real homeservers whose line can be cut, the program, and a clock that all of them live by.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::House;
use partnerspace_tests::people::Event;
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::until;
use partnerspace_tests::wallclock::WallClock;
use serde_json::Value;
use std::time::Duration;

const BOARD: &str = "agency.siso.partners.leaderboard";
/// A Wednesday in the last week of a month, with the turn of the clocks on its Sunday.
const BEGIN: &str = "2026-03-25T09:00:00Z";
pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(86_400);
/// The program knocks at other homeservers this often; a little later both have noticed.
const NOTICED: Duration = Duration::from_secs(31 * 60);
/// How long Synapse takes to look who is to be tried, and we to see that it did.
const LOOK_MS: i64 = 61_000;
/// So often somebody looks whether all is there before a little time passes: not so much that what homeservers
/// ask each other meanwhile would be given up.
const LOOKS: u32 = 150;
const LITTLE: Duration = Duration::from_secs(15);
const LITTLE_MAX: u32 = 40;

pub struct Stage {
    pub house: House,
    pub there: Synapse,
    pub general: String,
    pub facts: Facts,
    /// It goes last: the processes look at it.
    pub clock: WallClock,
}

impl Stage {
    pub async fn open() -> Outcome<Self> {
        let clock = WallClock::at(BEGIN.parse::<jiff::Timestamp>()?.as_millisecond())?;
        let there = Synapse::apart(0, &clock).await?;
        let mut house = House::apart("olga", "", &clock).await?;
        house.plain("ana").await?;
        for name in ["nina", "noah"] {
            house.plain_foreigner(name, &there).await?;
        }
        let mut general = String::new();
        for name in ["ana", "nina", "noah"] {
            house.added(name).await?;
            general = house.room("general", name).await?;
        }
        house.room("general", "olga").await?;
        let facts = Facts::of(&house.program).await?;
        Ok(Self { house, there, general, facts, clock })
    }

    fn here(&self) -> Outcome<&Synapse> {
        self.house.homeserver.synapse().context("a Synapse")
    }

    /// A command of the owner in the control room, and its answer.
    pub async fn control(&self, line: &str) -> Outcome<Event> {
        let olga = self.house.owner();
        let answer = olga.reply_to(&olga.say(&self.house.control, line).await?).await?;
        ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
        Ok(answer)
    }

    /// Says something in general; the event.
    pub async fn says(&self, name: &str, line: &str) -> Outcome<String> {
        self.house.person(name)?.say(&self.general, line).await
    }

    /// What somebody's own client shows as the answer to an event.
    pub async fn answer(&self, name: &str, event: &str) -> Outcome<Event> {
        let answer = self.house.person(name)?.reply_to(event).await;
        answer.with_context(|| self.house.program.log_tail())
    }

    /// A claim that is made and approved while all is well; its event.
    pub async fn sells(&self, name: &str, words: &str) -> Outcome<()> {
        let event = self.says(name, &format!("!sale add {words}")).await?;
        let answer = self.answer(name, &event).await?;
        ensure!(answer.card()["late"] != true, "{}", answer.body());
        self.approve(&answer).await
    }

    /// Approves the claim that an answer shows.
    pub async fn approve(&self, answer: &Event) -> Outcome<()> {
        let number = answer.card()["sale"]["number"].as_str();
        let number = number.with_context(|| format!("no claim: {}", answer.body()))?;
        self.control(&format!("!sale approve {number}")).await.map(drop)
    }

    /// Neither homeserver reaches the other.
    pub fn cut(&self) -> Outcome<()> {
        self.there.cut();
        self.here()?.cut();
        Ok(())
    }

    /// Time passes, in such steps that each homeserver tries the other again whenever it would, and
    /// finds that it cannot.
    pub async fn passes(&self, time: Duration) -> Outcome<()> {
        let end = self.clock.now() + i64::try_from(time.as_millis())?;
        let here = self.here()?;
        for (one, other) in [(here, &self.there), (&self.there, here)] {
            until("a homeserver to notice that the other is away", || async {
                one.tries_at(&other.server_name).await.ok()?
            })
            .await?;
        }
        loop {
            let now = self.clock.now();
            let mut next = end;
            for (one, other) in [(here, &self.there), (&self.there, here)] {
                if let Some(at) = one.tries_at(&other.server_name).await? {
                    // It looks once a minute who is to be tried.
                    next = next.min(at + LOOK_MS);
                }
            }
            let step = u64::try_from(next - now).unwrap_or(0).max(1_000);
            self.clock.pass(Duration::from_millis(step + 999))?;
            if next >= end {
                return Ok(());
            }
            for (one, other) in [(here, &self.there), (&self.there, here)] {
                self.tried(one, &other.server_name).await?;
            }
        }
    }

    /// One that may try by now has tried. It looks once a minute, of which some pass.
    async fn tried(&self, one: &Synapse, other: &str) -> Outcome<()> {
        const LOOK: Duration = Duration::from_secs(6);
        let what = format!("{} to try {other}", one.server_name);
        let mut looks = 0;
        until(&what, || {
            looks += 1;
            let passed = if looks <= 10 { self.clock.pass(LOOK) } else { Ok(()) };
            async move {
                passed.ok()?;
                // Whoever is asked something looks at the clock, as on a machine that is not idle.
                one.answers().await;
                let at = one.tries_at(other).await.ok()?;
                at.is_none_or(|at| at > self.clock.now() - LOOK_MS).then_some(())
            }
        })
        .await
        .with_context(|| one.tail())
    }

    /// The line is whole again; after half an hour both sides have noticed.
    pub fn mend(&self) -> Outcome<()> {
        self.there.mend();
        self.here()?.mend();
        self.clock.pass(NOTICED)
    }

    /// Waits until there are so many sales; a little time passes meanwhile, and Noah asks for the others.
    /// What was said long into an outage Synapse may leave unsent until its people say more.
    pub async fn counted(&self, sales: i64) -> Outcome<()> {
        let counted = "select count(*) from sale where withdrawn_at is null";
        let mut looks = 0;
        until(&format!("{sales} sales"), || {
            looks += 1;
            let is_time = looks % LOOKS == 0 && looks <= LOOKS * LITTLE_MAX;
            async move {
                if is_time {
                    self.clock.pass(LITTLE).ok()?;
                    self.says("noah", "Are you there again?").await.ok()?;
                }
                (self.facts.number(counted, &[]).await.ok()? == sales).then_some(())
            }
        })
        .await
        .with_context(|| self.house.program.log_tail())
    }

    /// A person's score on the month's board, as Nina's own server has it.
    pub async fn stands(&self, name: &str, score: i64) -> Outcome<()> {
        let (reader, person) = (self.house.person("nina")?, self.house.person(name)?);
        until(&format!("nina to read {score} of {name}"), || async {
            let board = reader.state(&self.house.space, BOARD, "revenue.month").await.ok()??;
            let row = row_of(&board, &person.id)?;
            (row["score"] == score).then_some(())
        })
        .await
        .with_context(|| self.house.program.log_tail())
    }

    /// What the bot has said in a room by now, as the owner's or somebody's client shows it.
    pub fn said_by_the_bot(&self, reader: &str, room: &str) -> Outcome<Vec<Event>> {
        let bot = &self.house.program.bot;
        let said = self.house.person(reader)?.shown().into_iter();
        let mine = said.filter(|event| event.room == room && event.sender() == bot);
        Ok(mine
            .filter(|event| event.kind() == "m.room.message" && event.edits().is_none())
            .collect())
    }

    /// The ledger holds, and the boards are what it makes of them.
    pub fn verifies(&self) -> Outcome<()> {
        let done = self.house.program.output(&["ledger", "verify"])?;
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        ensure!(done.status.success() && said.contains("the boards equal a replay"), "{said}");
        Ok(())
    }
}

fn row_of<'a>(board: &'a Value, user: &str) -> Option<&'a Value> {
    board["standings"].as_array()?.iter().find(|row| row["user_id"] == user)
}
