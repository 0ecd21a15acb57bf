//! A program goes on for a while after its backup; then its database is gone. Restored, it reads from the
//! rooms what came after, and everything is as it was: the sales with their numbers, the ledger's sums,
//! and not one message more than there was.
use anyhow::{Context, ensure};
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;
use partnerspace_tests::{Outcome, postgres};
use std::collections::BTreeMap;
use std::fs::{read_to_string, write};
use std::time::Duration;

const KILLED_AFTER_MS: [u64; 3] = [80, 160, 320];

/// Who says what where, so that rooms take turns and numbers depend on their order.
const BEFORE: [(&str, &str, &str); 3] = [
    ("ana", "general", "!sale add 100 EUR Ash Ltd"),
    ("olga", "control", "!sale approve S-1"),
    ("ben", "industry-dental", "!sale add 200 EUR Birch Ltd"),
];
const AFTER: [(&str, &str, &str); 12] = [
    ("ana", "general", "!sale add 300 EUR Cedar Ltd"),
    ("ben", "industry-dental", "!sale add 400 EUR Doe Ltd"),
    ("ana", "dm", "sale add 500 EUR Elm Ltd"),
    ("olga", "control", "!sale approve S-2"),
    ("olga", "control", "!industry add legal \"Law firms\""),
    ("ben", "general", "!sale add 600 EUR Fir Ltd --industry dental"),
    ("olga", "control", "!sale approve S-4"),
    ("olga", "control", "!sale reject S-3 not yours"),
    ("ana", "general", "!win We have won Elm"),
    ("olga", "control", "!sale void S-1 a mistake --yes"),
    ("ana", "general", "!sale withdraw S-5"),
    ("ben", "general", "!me"),
];

struct Stage {
    house: House,
}

impl Stage {
    async fn open(ground: Ground) -> Outcome<Self> {
        let fast = "[limits]\ncommands_burst = 1000\n";
        let mut house = House::open_with(ground, "olga", fast).await?;
        let olga = house.owner();
        let add = olga.say(&house.control, "!industry add dental \"Dental practices\"").await?;
        olga.reply_to(&add).await?;
        house.partner("ana").await?;
        house.partner("ben").await?;
        let mut stage = Self { house };
        stage.say(&BEFORE).await?;
        Ok(stage)
    }

    async fn say(&mut self, lines: &[(&str, &str, &str)]) -> Outcome<()> {
        for &(who, place, line) in lines {
            self.one(who, place, line).await?;
        }
        Ok(())
    }

    async fn one(&mut self, who: &str, place: &str, line: &str) -> Outcome<Event> {
        let room = match place {
            "dm" => self.house.chat_of(who)?.to_owned(),
            place => self.house.room(place, who).await?,
        };
        let person = self.house.person(who)?;
        let answer = person.reply_to(&person.say(&room, line).await?).await?;
        ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
        if place == "control" {
            self.badges_told().await?;
        }
        Ok(answer)
    }

    /// What a person hears of badges gathers for a moment. Here each is told by itself; what gathers while
    /// the rooms are read back has then the name of one that was told before.
    async fn badges_told(&self) -> Outcome<()> {
        let facts = Facts::of(&self.house.program).await?;
        until("badges to be told", || async {
            let waiting = "select count(*) from job where kind = 'badge.tell'";
            (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
        })
        .await
    }

    /// A new claim, approved by a press on its card.
    async fn pressed(&mut self) -> Outcome<String> {
        let claim = self.one("ana", "general", "!sale add 700 EUR Gum Ltd").await?;
        let number = claim.card()["sale"]["number"].clone();
        let olga = self.house.owner();
        let review = olga
            .sees("the review", |events| {
                let new = events.iter().filter(|event| event.edits().is_none());
                let mut cards = new.filter(|event| event.card()["kind"] == "review");
                cards.find(|card| card.card()["subject"]["sale"]["number"] == number).cloned()
            })
            .await?;
        let pressed = olga.react(&review.room, review.id(), "✅").await?;
        let facts = Facts::of(&self.house.program).await?;
        until("it to be approved", || async {
            let query =
                "select count(*) from sale where amount_minor = 70000 and approved_at is not null";
            (facts.number(query, &[]).await.ok()? == 1).then_some(())
        })
        .await?;
        self.badges_told().await?;
        Ok(pressed)
    }

    /// A third partner and their chat, both unknown to the backup.
    async fn newcomer(&mut self) -> Outcome<()> {
        self.house.partner("cyd").await?;
        self.one("cyd", "dm", "sale add 800 EUR Holm Ltd").await?;
        self.one("cyd", "general", "!sale add 900 EUR Iris Ltd").await.map(drop)
    }

    async fn idle(&self) -> Outcome<()> {
        let facts = Facts::of(&self.house.program).await?;
        until("nothing to be owed", || async {
            let owed = "select (select count(*) from inbox where done_at is null) + \
                        (select count(*) from outbox where sent_at is null and parked_at is null)";
            (facts.number(owed, &[]).await.ok()? == 0).then_some(())
        })
        .await
    }

    /// What was said in each room by the bot, as people see it: what it answers to, and how often.
    fn said(&self) -> Outcome<BTreeMap<String, usize>> {
        let fake = self.house.fake().context("a fake")?;
        let mut said = BTreeMap::new();
        for room in fake.rooms() {
            for event in fake.sent_by(&room, &self.house.program.bot) {
                // Boards and pins are edited as often as they change; the canary goes on.
                let edit = event.content["m.relates_to"]["rel_type"] == "m.replace";
                if edit || event.body() == "canary" || event.kind == "m.room.redaction" {
                    continue;
                }
                let to = &event.content["m.relates_to"];
                let what = format!("{room} {} {} {to}", event.kind, event.body());
                *said.entry(what).or_default() += 1;
            }
        }
        Ok(said)
    }

    /// What counts: sales by number, amount and state, and the sums of the ledger.
    async fn books(&self) -> Outcome<Vec<(String, i64)>> {
        let facts = Facts::of(&self.house.program).await?;
        let mut books = Vec::new();
        for (name, query) in [
            ("sales", "select count(*) from sale"),
            ("numbers", "select cast(sum(number * amount_minor) as bigint) from sale"),
            (
                "approved",
                "select cast(sum(number) as bigint) from sale where approved_at is not null",
            ),
            (
                "rejected",
                "select cast(sum(number) as bigint) from sale where rejected_at is not null",
            ),
            (
                "withdrawn",
                "select coalesce(cast(sum(number) as bigint), 0) from sale where withdrawn_at is not null",
            ),
            ("voided", "select cast(sum(number) as bigint) from sale where voided_at is not null"),
            ("entries", "select count(*) from entry"),
            (
                "credit",
                "select cast(sum(minor) as bigint) from posting where account like 'credit:%'",
            ),
            ("partners", "select count(*) from partner"),
            ("industries", "select count(*) from industry"),
            ("rooms", "select count(*) from room"),
        ] {
            books.push((name.to_owned(), facts.number(query, &[]).await?));
        }
        Ok(books)
    }

    fn succeeds(&self, arguments: &[&str]) -> Outcome<String> {
        let done = self.house.program.output(arguments)?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        ensure!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(said)
    }

    /// From now on the program has another, empty database.
    async fn lose(&mut self, to: Ground) -> Outcome<()> {
        self.house.program.kill9();
        let url = match to {
            Ground::FakePostgres => postgres::shared().await?.database().await?,
            _ => "sqlite:again.db".to_owned(),
        };
        let file = self.house.program.folder().join("partnerspace.toml");
        let text = read_to_string(&file)?;
        let line = text.lines().find(|line| {
            line.starts_with("url = \"sqlite:") || line.starts_with("url = \"postgres:")
        });
        let line = line.context("no database")?.to_owned();
        write(&file, text.replace(&line, &format!("url = \"{url}\"")))?;
        self.house.program.database_url = match to {
            Ground::FakePostgres => url,
            _ => format!("sqlite:{}", self.house.program.folder().join("again.db").display()),
        };
        Ok(())
    }
}

async fn restored(from: Ground, to: Ground) -> Outcome<()> {
    let mut stage = Stage::open(from).await?;
    let said = stage.succeeds(&["backup", "first.backup"])?;
    ensure!(said.contains("the ledger up to entry 1"), "{said}");
    stage.say(&AFTER).await?;
    let pressed = stage.pressed().await?;
    stage.newcomer().await?;
    stage.idle().await?;
    let (before, books) = (stage.said()?, stage.books().await?);
    stage.lose(to).await?;
    // Said while nobody was there.
    let general = stage.house.room("general", "ana").await?;
    let ana = stage.house.person("ana")?;
    let missed = ana.say(&general, "!sale add 1000 EUR Juniper Ltd").await?;
    stage.succeeds(&["restore", "--check", "first.backup"])?;
    stage.succeeds(&["restore", "first.backup"])?;
    stage.house.program.launch()?;
    // Catching up is begun again as often as it takes.
    for ms in KILLED_AFTER_MS {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        stage.house.program.kill9();
        stage.house.program.launch()?;
    }
    stage.house.program.ready().await?;
    let answer = stage.house.person("ana")?.reply_to(&missed).await?;
    ensure!(answer.card()["sale"]["number"] == "S-10", "{}", answer.body());
    stage.idle().await?;
    let ended = Facts::of(&stage.house.program).await?.ended(&pressed).await?;
    ensure!(
        ended == "decided",
        "the press has ended as {ended}: {}",
        stage.house.program.log_tail()
    );
    let mut after = stage.books().await?;
    for (name, value) in &mut after {
        match name.as_str() {
            "sales" => *value -= 1,
            "numbers" => *value -= 10 * 100_000,
            _ => {}
        }
    }
    ensure!(after == books, "{books:?}\nthen {after:?}\n{}", stage.house.program.log_tail());
    let now = stage.said()?;
    let lost: Vec<_> = before.iter().filter(|(what, n)| now.get(*what) < Some(*n)).collect();
    let more: Vec<_> = now.iter().filter(|(what, n)| before.get(*what) < Some(*n)).collect();
    ensure!(lost.is_empty(), "no longer there: {lost:#?}");
    // One new claim: its answer, its card, and the two buttons below.
    // And boards that had not been due yet when the database was lost.
    let due = |what: &str| what.contains("🏆 Leaderboard") && !before.contains_key(what);
    let more = more.iter().filter(|(what, _)| !of_the_new_claim(what, &missed) && !due(what));
    let new: Vec<_> = more.collect();
    ensure!(new.is_empty(), "said again: {new:#?}\n{}", stage.house.program.log_tail());
    stage.succeeds(&["ledger", "verify"])?;
    Ok(())
}

fn of_the_new_claim(what: &str, claim: &str) -> bool {
    what.contains(claim) || what.contains("Juniper") || what.contains("m.reaction")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_to_sqlite() -> Outcome<()> {
    restored(Ground::FakeSqlite, Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_to_postgres() -> Outcome<()> {
    restored(Ground::FakeSqlite, Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_to_sqlite() -> Outcome<()> {
    restored(Ground::FakePostgres, Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_to_postgres() -> Outcome<()> {
    restored(Ground::FakePostgres, Ground::FakePostgres).await
}

/// The same at a real Synapse, as far as it lets one count: each command has one answer, and the books
/// are what they were.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_real_synapse() -> Outcome<()> {
    let mut stage = Stage::open(Ground::Synapse).await?;
    stage.succeeds(&["backup", "first.backup"])?;
    stage.say(&AFTER).await?;
    stage.pressed().await?;
    stage.newcomer().await?;
    stage.idle().await?;
    let (books, before) = (stage.books().await?, answers(&stage).await?);
    stage.lose(Ground::FakeSqlite).await?;
    stage.succeeds(&["restore", "first.backup"])?;
    stage.house.program.launch()?;
    stage.house.program.ready().await?;
    stage.idle().await?;
    // Something new, so that what was said before it is surely there.
    stage.one("ben", "general", "!board").await?;
    let after = stage.books().await?;
    ensure!(after == books, "{books:?}\nthen {after:?}\n{}", stage.house.program.log_tail());
    let again = answers(&stage).await?;
    for (event, count) in &before {
        let now = again.get(event).copied().unwrap_or_default();
        ensure!(now == *count, "{event} had {count} answers and now has {now}");
    }
    Ok(())
}

/// How many messages of the bot answer each event that its people see.
async fn answers(stage: &Stage) -> Outcome<BTreeMap<String, usize>> {
    let mut answers = BTreeMap::new();
    for name in stage.house.names().map(str::to_owned).collect::<Vec<_>>() {
        let person = stage.house.person(&name)?;
        let mut own: BTreeMap<String, usize> = BTreeMap::new();
        for event in person.shown() {
            let to = &event.content()["m.relates_to"]["m.in_reply_to"]["event_id"];
            let ours = event.sender() == stage.house.program.bot && event.edits().is_none();
            if let Some(to) = to.as_str().filter(|_| ours) {
                *own.entry(to.to_owned()).or_default() += 1;
            }
        }
        for (to, count) in own {
            let held: &mut usize = answers.entry(to).or_default();
            *held = count.max(*held);
        }
    }
    Ok(answers)
}
