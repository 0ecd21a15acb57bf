//! As people get it: with a picture, in their own chat, by day, or not at all.
use anyhow::{Context, ensure};
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::past::sales;
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;
use serde_json::json;

const WEEK_MS: i64 = 7 * 86_400_000;

/// A house in whose zone it is noon.
struct Noon {
    house: House,
    facts: Facts,
    now: i64,
    zone: String,
    /// Where it is the middle of the night.
    night: String,
}

impl Noon {
    async fn open(ground: Ground) -> Outcome<Self> {
        let mut house = House::open(ground, "olga").await?;
        let now = now();
        let (zone, night) = (zone_at(now, 12)?, zone_at(now, 2)?);
        house.program.kill9();
        let file = house.program.folder().join("partnerspace.toml");
        let text = std::fs::read_to_string(&file)?.replace("Europe/Berlin", &zone);
        std::fs::write(&file, text)?;
        house.program.restart().await?;
        for name in ["ana", "ben", "cara"] {
            house.partner(name).await?;
            house.room("general", name).await?;
        }
        let facts = Facts::of(&house.program).await?;
        let noon = Self { house, facts, now, zone, night };
        for line in ["!industry add dental Dentists", "!industry add legal Law"] {
            noon.order(line, "is open").await?;
        }
        Ok(noon)
    }

    async fn order(&self, line: &str, words: &str) -> Outcome<()> {
        let olga = self.house.owner();
        let answer = olga.reply_to(&olga.say(&self.house.control, line).await?).await?;
        ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
        Ok(())
    }

    /// Said in the chat of two.
    async fn said(&self, who: &str, line: &str, words: &str) -> Outcome<()> {
        let person = self.house.person(who)?;
        let answer = person.reply_to(&person.say(self.house.chat_of(who)?, line).await?).await?;
        ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
        Ok(())
    }

    /// All digests are due, as far as the jobs know; waits until they have run.
    async fn monday(&self) -> Outcome<()> {
        self.house.program.kill9();
        let due = "update job set run_at = 1 where kind like 'digest.%'";
        self.facts.change(due, &[]).await?;
        self.house.program.restart().await?;
        until("the digests", || async {
            let due = "select count(*) from job where kind like 'digest.%' and run_at = 1";
            (self.facts.number(due, &[]).await.ok()? == 0).then_some(())
        })
        .await
    }

    fn in_zone(&self, ms: i64, zone: &str) -> Outcome<Zoned> {
        Ok(Timestamp::from_millisecond(ms)?.to_zoned(TimeZone::get(zone)?))
    }

    /// The week before last Cara leads; last week Ana does, and Ben has his share.
    async fn sold(&self) -> Outcome<()> {
        let mut rows = Vec::new();
        for (weeks, name, amount, client) in [
            (2, "cara", 900, "Old"),
            (2, "ana", 100, "Older"),
            (1, "ana", 700, "Acme"),
            (1, "ben", 500, "Bond"),
        ] {
            let sold = self.in_zone(self.now - weeks * WEEK_MS, &self.zone)?;
            let (id, time) = (&self.house.person(name)?.id, sold.timestamp());
            rows.push(format!("{time} {id},{client},{amount},EUR,{},dental", sold.date()));
        }
        sales(&self.house.program, &rows.join("; ")).await?;
        let today = self.in_zone(self.now, &self.zone)?.date();
        let (from, until) = (today.checked_sub(30.days())?, today.checked_add(90.days())?);
        let goal = format!("!goal set Push revenue 5000 --from {from} --until {until}");
        self.order(&goal, "G-1").await
    }

    fn count(&self, who: &str, kind: &str) -> Outcome<usize> {
        Ok(digests(&self.house.person(who)?.shown(), kind).len())
    }
}

/// Both homeservers have the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the program under test reads it as well")]
fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The name of a zone in which it is about this hour now.
fn zone_at(now: i64, hour: i8) -> Outcome<String> {
    let utc = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::UTC).hour();
    let ahead = (hour - utc + 11).rem_euclid(24) - 11;
    // The names have the sign of west.
    Ok(if ahead > 0 { format!("Etc/GMT-{ahead}") } else { format!("Etc/GMT+{}", -ahead) })
}

fn digests(events: &[Event], kind: &str) -> Vec<Event> {
    events.iter().filter(|event| event.card()["kind"] == kind).cloned().collect()
}

fn holds(event: &Event, parts: &[&str]) -> Outcome<()> {
    let words = event.body().replace(['\u{2068}', '\u{2069}'], "");
    for part in parts {
        ensure!(words.contains(part), "{part} is not in {words}");
    }
    ensure!(event.content()["m.mentions"] == json!({}), "somebody is mentioned");
    Ok(())
}

async fn rooms(noon: &Noon) -> Outcome<()> {
    let ana = noon.house.person("ana")?;
    let both = ana.sees("both rooms", |events| {
        let found = digests(events, "digest");
        (found.len() >= 2).then_some(found)
    });
    let both = both.await?;
    let of = |scope: &str| both.iter().find(|one| one.card()["scope"] == scope);
    let program = of("program").context("general's")?;
    ensure!(program.image_name() == Some("week.png"), "no picture: {}", program.content());
    ensure!(ana.file(program).await?.starts_with(b"\x89PNG"), "no picture");
    let words = [
        "· Northern partners\n€1,200 · ▲20 % from €1,000\n2 new clients · as the week before",
        "1. Ana — €700\n2. Ben — €500\n📈 Best climb: Ana to 1st ▲1",
        "🎯 Push\n████░░░░░░ 44% · 90 days left\n💡 Nobody has entered Law yet",
    ];
    holds(program, &words)?;
    let channel = of("dental").context("dental's")?;
    ensure!(channel.image_name().is_none(), "{}", channel.content());
    holds(channel, &["· Dentists\n€1,200 · ▲20 % from €1,000", "1. Ana — €700"])
}

async fn own(noon: &Noon) -> Outcome<()> {
    let ana = noon.house.person("ana")?;
    let own = ana.sees("hers", |events| digests(events, "own_digest").first().cloned()).await?;
    let words = [
        "You: 1st of 2 — €700 ▲1\n€700 · ▲600 % from €100\n1 new client · as the week before",
        "You gave €800\n",
        "No more of these: !profile --digest off",
    ];
    holds(&own, &words)
}

/// Ben's waits for his morning; and where that has come, he hears of his week once.
async fn morning(noon: &Noon) -> Outcome<()> {
    let key = format!("digest.people:{}", noon.night);
    let waits = noon.facts.number("select run_at from job where key = $1", &[&key]).await?;
    let waits = noon.in_zone(waits, &noon.night)?;
    let today = noon.in_zone(noon.now, &noon.night)?.date();
    ensure!(waits.hour() == 9 && (waits.date() - today).get_days() <= 1, "{waits}");
    ensure!(noon.count("ben", "own_digest")? == 0, "woken");
    noon.said("ben", &format!("profile --timezone {}", noon.zone), &noon.zone).await?;
    for _ in 0..2 {
        noon.monday().await?;
    }
    let ben = noon.house.person("ben")?;
    let his = ben.sees("his", |events| digests(events, "own_digest").first().cloned()).await?;
    ensure!(his.card()["moved"]["revenue"]["minor"] == 50_000, "{}", his.card());
    Ok(())
}

async fn people_hear_of_their_week(ground: Ground) -> Outcome<()> {
    let mut noon = Noon::open(ground).await?;
    noon.house.room("industry-dental", "ana").await?;
    // Nothing has happened.
    noon.monday().await?;
    noon.sold().await?;
    noon.said("ben", &format!("profile --timezone {}", noon.night), &noon.night).await?;
    noon.said("cara", "profile --digest never", "on or off").await?;
    noon.said("cara", "profile --digest off", "Weekly digest: off").await?;
    // What was done for a week is done: the days before the sales were as well.
    let undone = "update partner set digest_week = null";
    noon.facts.change(undone, &[]).await?;
    for _ in 0..3 {
        noon.monday().await?;
    }
    rooms(&noon).await?;
    own(&noon).await?;
    morning(&noon).await?;
    for name in ["ana", "ben", "cara"] {
        noon.said(name, "me", "You").await?;
    }
    let counts = [noon.count("ana", "own_digest")?, noon.count("ben", "own_digest")?];
    ensure!(counts == [1, 1] && noon.count("cara", "own_digest")? == 0, "{counts:?}");
    ensure!(noon.count("ana", "digest")? == 2, "said twice in a room");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_hear_of_their_week_on_sqlite() -> Outcome<()> {
    people_hear_of_their_week(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_hear_of_their_week_on_postgres() -> Outcome<()> {
    people_hear_of_their_week(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_hear_of_their_week_on_synapse() -> Outcome<()> {
    people_hear_of_their_week(Ground::Synapse).await
}
