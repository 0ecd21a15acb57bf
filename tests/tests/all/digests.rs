//! The week in rooms and chats of two: in everybody's own morning over a change of clocks, page by page, once
//! for ever; what was slept through folds into one. And as people get it, with a picture, or not at all.
use anyhow::{Context, ensure};
use appservice::{config, run};
use bridge::digests::{jobs, rules::PAGE_MAX};
use bridge::platform::db::{Db, migrate};
use bridge::platform::jobs::{Job, due, finish};
use bridge::platform::refusal::Fault;
use bridge::root::run_job;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::past::{Past, sales};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;
use partnerspace_tests::{Outcome, postgres};
use schema::ids::PartnerId;
use serde_json::json;
use sqlx::Row as _;

/// Who lives by the program's zone: more than two pages.
const MANY: usize = 2 * PAGE_MAX + 20;

fn at(text: &str) -> Outcome<i64> {
    Ok(text.parse::<Timestamp>()?.as_millisecond())
}

/// A program whose worker is the test.
struct Weeks(Past);

impl Weeks {
    async fn begin(ground: Ground, folder: &std::path::Path) -> Outcome<Self> {
        let url = match ground {
            Ground::FakePostgres => postgres::shared().await?.database().await?,
            _ => format!("sqlite:{}", folder.join("weeks.db").display()),
        };
        let db = Db::open(&url).await?;
        migrate(&db, 1).await?;
        let text = "owners = [\"@olga:example.org\"]\n[homeserver]\nurl = \"http://127.0.0.1:1\"\n\
                    server_name = \"example.org\"\n[program]\nname = \"P\"\ncurrency = \"EUR\"\n\
                    timezone = \"Europe/Berlin\"\nstarted_on = \"2020-01-01\"\n";
        Ok(Self(Past::on(db, run::program(&config::parse(text)?)?).await?))
    }

    /// A partner with a chat of two.
    async fn partner(&self, n: usize, zone: Option<&str>) -> Outcome<()> {
        let mut tx = self.0.db.begin().await?;
        let (id, user) = (PartnerId(n as u128).to_string(), format!("@p{n}:example.org"));
        sqlx::query(
            "insert into partner (id, user_id, name, visibility, industries, timezone, applied_at, approved_at) \
             values ($1, $2, $3, 'public', '[]', $4, 1, 1)",
        )
        .bind(id)
        .bind(&user)
        .bind(format!("P{n}"))
        .bind(zone)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into direct (user_id, room_id, wanted_at, opened_at) values ($1, $2, 1, 1)",
        )
        .bind(&user)
        .bind(format!("!{n}"))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    async fn sold(&self, n: usize, week: &str) -> Outcome<()> {
        let mut tx = self.0.db.begin().await?;
        sqlx::query("insert into standing (board, partner_id, score, reached_at) values ($1, $2, $3, 1)")
            .bind(format!("revenue|{week}|"))
            .bind(PartnerId(n as u128).to_string())
            .bind(i64::try_from(n)? * 100)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn change(&self, statement: &'static str) -> Outcome<()> {
        let mut tx = self.0.db.begin().await?;
        sqlx::query(statement).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn start(&mut self, now: i64) -> Outcome<()> {
        let started = self.0.at(
            (now, "start"),
            Box::new(|work| Box::pin(async move { Ok((jobs::start(work).await?, true)) })),
        );
        started.await?.map_err(anyhow::Error::msg)
    }

    /// Runs what is due at an instant until nothing is; how many units of work that were.
    async fn turn(&mut self, now: i64) -> Outcome<usize> {
        let mut runs = 0;
        loop {
            let mut reader = self.0.db.begin().await?;
            let jobs: Vec<Job> = due(&mut reader, now).await?;
            drop(reader);
            let Some(job) = jobs.into_iter().next() else { return Ok(runs) };
            runs += 1;
            ensure!(runs < 50, "{} comes again and again", job.key);
            let before = self.said("").await?.len();
            let done = self.0.at(
                (now, "job"),
                Box::new(move |work| {
                    Box::pin(async move {
                        finish(work.tx, &job).await.map_err(Fault::from)?;
                        Ok((run_job(work, &job).await?, true))
                    })
                }),
            );
            done.await?.map_err(anyhow::Error::msg)?;
            let more = self.said("").await?.len() - before;
            ensure!(more <= PAGE_MAX, "{more} messages in one unit of work");
        }
    }

    /// Where something was said of a week, in order.
    async fn said(&self, week: &str) -> Outcome<Vec<String>> {
        let mut reader = self.0.db.read().await?;
        let rows = sqlx::query("select room from outbox where dedupe_key like $1 order by room")
            .bind(format!("digest:{week}%"))
            .fetch_all(&mut *reader)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

async fn weeks_fold(ground: Ground) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut weeks = Weeks::begin(ground, folder.path()).await?;
    for n in 1..=MANY {
        weeks.partner(n, None).await?;
        weeks.sold(n, "2026-W43").await?;
    }
    for (n, zone) in [(1001, "Asia/Tokyo"), (1002, "America/New_York"), (1003, "Asia/Tokyo")] {
        weeks.partner(n, Some(zone)).await?;
        weeks.sold(n, "2026-W43").await?;
    }
    // Not for who has no chat, is suspended, or has left; nor for who sold nothing.
    weeks.change("update direct set room_id = null where room_id = '!2'").await?;
    weeks.change("update partner set suspended_at = 1 where name = 'P3'").await?;
    weeks.change("update partner set left_at = 1 where name = 'P4'").await?;
    weeks.change("delete from standing where score = 500").await?;
    weeks.change("update partner set digest_off_at = 1 where name = 'P1003'").await?;

    // In the night before this Monday the clocks of Berlin went back.
    weeks.start(at("2026-10-21T10:00:00Z")?).await?;
    ensure!(weeks.turn(at("2026-10-25T23:59:59Z")?).await? == 0, "too early");
    weeks.turn(at("2026-10-26T00:00:00Z")?).await?;
    ensure!(weeks.said("").await? == ["direct:@p1001:example.org"], "Tokyo's morning");
    ensure!(weeks.turn(at("2026-10-26T07:59:59Z")?).await? == 0, "too early");
    // The rooms, two full pages and the rest.
    ensure!(weeks.turn(at("2026-10-26T08:00:00Z")?).await? == 4, "not page by page");
    let said = weeks.said("2026-W43").await?;
    ensure!(said.len() == MANY - 4 + 2, "{} messages: {said:?}", said.len());
    ensure!(said.last().is_some_and(|room| room == "general"), "{said:?}");
    for n in [2, 3, 4, 5, 1002, 1003] {
        ensure!(!said.contains(&format!("direct:@p{n}:example.org")), "P{n} was written to");
    }
    // New York's clocks stay for a week.
    ensure!(weeks.turn(at("2026-10-26T12:59:59Z")?).await? == 0, "too early");
    weeks.turn(at("2026-10-26T13:00:00Z")?).await?;
    let all = said.len() + 1;
    ensure!(weeks.said("").await?.len() == all, "New York's morning");

    // Whatever runs again says nothing twice.
    weeks.change("update job set run_at = 0 where kind like 'digest.%'").await?;
    weeks.turn(at("2026-10-28T12:00:00Z")?).await?;
    ensure!(weeks.said("").await?.len() == all, "said twice");

    // Three weeks down: the last week alone, and nobody is woken.
    for week in ["2026-W44", "2026-W45", "2026-W46"] {
        weeks.sold(1, week).await?;
        weeks.sold(1001, week).await?;
    }
    weeks.start(at("2026-11-17T22:00:00Z")?).await?;
    weeks.turn(at("2026-11-17T22:00:00Z")?).await?;
    ensure!(weeks.said("").await?.len() == all, "in the night");
    weeks.turn(at("2026-11-18T08:00:00Z")?).await?;
    let last = weeks.said("2026-W46").await?;
    let wanted = ["direct:@p1001:example.org", "direct:@p1:example.org", "general"];
    ensure!(last.len() == 3 && wanted.iter().all(|room| last.iter().any(|said| said == room)), "{last:?}");
    ensure!(weeks.said("").await?.len() == all + 3, "a flood");
    weeks.0.db.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weeks_fold_on_sqlite() -> Outcome<()> {
    weeks_fold(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weeks_fold_on_postgres() -> Outcome<()> {
    weeks_fold(Ground::FakePostgres).await
}

/// A zone in which it is about this hour now.
fn zone_at(now: i64, hour: i8) -> Outcome<String> {
    let utc = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::UTC).hour();
    let ahead = (hour - utc + 11).rem_euclid(24) - 11;
    // Their names have the sign of west.
    Ok(if ahead > 0 { format!("Etc/GMT-{ahead}") } else { format!("Etc/GMT+{}", -ahead) })
}

async fn told(house: &House, who: &str, room: &str, line: &str, words: &str) -> Outcome<()> {
    let person = house.person(who)?;
    let answer = person.reply_to(&person.say(room, line).await?).await?;
    ensure!(answer.body().contains(words), "{line} was answered: {}", answer.body());
    Ok(())
}

/// All digests are due, as far as the jobs know; waits until they have run.
async fn monday(house: &House, facts: &Facts) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 1 where kind like 'digest.%'", &[]).await?;
    house.program.restart().await?;
    until("the digests", || async {
        let due = "select count(*) from job where kind like 'digest.%' and run_at = 1";
        (facts.number(due, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

fn digests(events: &[Event], kind: &str) -> Vec<Event> {
    events.iter().filter(|event| event.card()["kind"] == kind).cloned().collect()
}

async fn people_hear_of_their_week(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    let now = house.fake().context("the fake's clock")?.world().now();
    let noon = zone_at(now, 12)?;
    house.program.kill9();
    let file = house.program.folder().join("partnerspace.toml");
    let text = std::fs::read_to_string(&file)?.replace("Europe/Berlin", &noon);
    std::fs::write(&file, text)?;
    house.program.restart().await?;
    for name in ["ana", "ben", "cara"] {
        house.partner(name).await?;
        house.room("general", name).await?;
    }
    let control = house.control.clone();
    for (slug, name) in [("dental", "Dentists"), ("legal", "Law")] {
        let line = format!("!industry add {slug} \"{name}\"");
        told(&house, "olga", &control, &line, "is open").await?;
    }
    house.room("industry-dental", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    monday(&house, &facts).await?;

    // The week before last Cara leads; last week Ana does, and Ben has his share.
    let last = now - 7 * 86_400_000;
    let rows: Vec<String> = [
        (now - 14 * 86_400_000, "cara", 900, "Old"),
        (now - 14 * 86_400_000, "ana", 100, "Older"),
        (last, "ana", 700, "Acme"),
        (last, "ben", 500, "Bond"),
    ]
    .into_iter()
    .map(|(at, name, amount, client)| {
        let time = Timestamp::from_millisecond(at)?;
        let (id, day) = (&house.person(name)?.id, time.to_zoned(TimeZone::get(&noon)?).date());
        Ok(format!("{time} {id},{client},{amount},EUR,{day},dental"))
    })
    .collect::<Outcome<_>>()?;
    sales(&house.program, &rows.join("; ")).await?;
    let goal = "!goal set \"Year's end\" revenue 5000 --from 2020-01-01 --until 2030-01-01";
    let until_on = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::UTC).date().checked_add(90.days())?;
    let from_on = until_on.checked_sub(120.days())?;
    let goal = goal.replace("2020-01-01", &from_on.to_string()).replace("2030-01-01", &until_on.to_string());
    told(&house, "olga", &control, &goal, "G-1").await?;
    // It is night where Ben is; Cara wants none.
    let night = zone_at(now, 2)?;
    let chats = ["ana", "ben", "cara"].map(|name| house.chat_of(name).map(str::to_owned));
    let [ana_chat, ben_chat, cara_chat] = chats;
    let line = format!("profile --timezone {night}");
    told(&house, "ben", &ben_chat?, &line, &night).await?;
    told(&house, "cara", &cara_chat?, "profile --digest never", "on or off").await?;
    told(&house, "cara", &house.chat_of("cara")?.to_owned(), "profile --digest off", "Weekly digest: off").await?;

    for _ in 0..3 {
        monday(&house, &facts).await?;
    }
    let ana = house.person("ana")?;
    let two = ana.sees("both rooms", |events| {
        let found = digests(events, "digest");
        (found.len() >= 2).then_some(found)
    });
    let two = two.await?;
    let program = two.iter().find(|one| one.card()["scope"] == "program").context("general's")?;
    ensure!(program.image_name() == Some("week.png"), "no picture: {}", program.content());
    ensure!(ana.file(program).await?.starts_with(b"\x89PNG"), "no picture");
    let words = program.body().replace(['\u{2068}', '\u{2069}'], "");
    for part in [
        "· Northern partners\n€1,200 after €1,000 ▲20 %\n2 new clients after 2 =",
        "1. Ana — €700\n2. Ben — €500\n📈 Best climb: Ana to 1st ▲1",
        "🎯 Year's end\n████░░░░░░ 44% · 90 days left",
        "💡 Nobody has entered Law yet",
    ] {
        ensure!(words.contains(part), "{part} is not in {words}");
    }
    let channel = two.iter().find(|one| one.card()["scope"] == "dental").context("dental's")?;
    ensure!(channel.body().contains("Dentists") && channel.image_name().is_none(), "{}", channel.body());

    let own = ana.sees("her own", |events| digests(events, "own_digest").first().cloned()).await?;
    let words = own.body().replace(['\u{2068}', '\u{2069}'], "");
    for part in [
        "You: 1st of 2 — €700 ▲1\n€700 after €100 ▲600 %\n1 new client after 1 =",
        "You gave €800",
        "No more of these: !profile --digest off",
    ] {
        ensure!(words.contains(part), "{part} is not in {words}");
    }
    for event in two.iter().chain([&own]) {
        ensure!(event.content()["m.mentions"] == json!({}), "somebody is mentioned");
    }
    // Ben hears of it in his morning, and then once.
    let morning = Timestamp::from_millisecond(now)?.to_zoned(TimeZone::get(&night)?);
    let at_nine = "select run_at from job where key = $1";
    let waits = facts.number(at_nine, &[&format!("digest.people:{night}")]).await?;
    let waits = Timestamp::from_millisecond(waits)?.to_zoned(TimeZone::get(&night)?);
    ensure!(waits.hour() == 9 && (waits.date() - morning.date()).get_days() <= 1, "{waits}");
    let ben_chat = house.chat_of("ben")?.to_owned();
    told(&house, "ben", &ben_chat, &format!("profile --timezone {noon}"), &noon).await?;
    for _ in 0..2 {
        monday(&house, &facts).await?;
    }
    let ben = house.person("ben")?;
    let his = ben.sees("his own", |events| digests(events, "own_digest").first().cloned()).await?;
    ensure!(his.card()["moved"]["revenue"]["minor"] == 50_000, "{}", his.card());
    told(&house, "ana", &ana_chat?, "me", "You").await?;
    told(&house, "cara", &house.chat_of("cara")?.to_owned(), "me", "You").await?;
    let counts = ["ana", "ben", "cara"].map(|name| {
        house.person(name).map(|person| digests(&person.shown(), "own_digest").len())
    });
    let counts: Vec<usize> = counts.into_iter().collect::<Outcome<_>>()?;
    ensure!(counts == [1, 1, 0], "{counts:?}");
    ensure!(digests(&house.person("ana")?.shown(), "digest").len() == 2, "said twice");
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
