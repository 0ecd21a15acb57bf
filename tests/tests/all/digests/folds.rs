//! In everybody's own morning over a change of clocks, page by page, once for ever; what was slept through
//! folds into one.
use anyhow::ensure;
use appservice::{config, run};
use bridge::digests::{jobs, rules::PAGE_MAX};
use bridge::platform::db::{Db, migrate};
use bridge::platform::jobs::{Job, due, finish};
use bridge::platform::refusal::Fault;
use bridge::root::run_job;
use jiff::Timestamp;
use partnerspace_tests::house::Ground;
use partnerspace_tests::past::Past;
use partnerspace_tests::{Outcome, postgres};
use schema::ids::PartnerId;
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
        sqlx::query(
            "insert into standing (board, partner_id, score, reached_at) values ($1, $2, $3, 1)",
        )
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

/// Partners of three zones who sold, and some who are to hear nothing.
async fn people(weeks: &Weeks) -> Outcome<()> {
    for n in 1..=MANY {
        weeks.partner(n, None).await?;
        weeks.sold(n, "2026-W43").await?;
    }
    for (n, zone) in [(1001, "Asia/Tokyo"), (1002, "America/New_York"), (1003, "Asia/Tokyo")] {
        weeks.partner(n, Some(zone)).await?;
        weeks.sold(n, "2026-W43").await?;
    }
    // Not for who has no chat, is suspended, or has left; nor for who sold nothing, or wants none.
    for change in [
        "update direct set room_id = null where room_id = '!2'",
        "update partner set suspended_at = 1 where name = 'P3'",
        "update partner set left_at = 1 where name = 'P4'",
        "delete from standing where score = 500",
        "update partner set digest_off_at = 1 where name = 'P1003'",
    ] {
        weeks.change(change).await?;
    }
    Ok(())
}

/// In the night before this Monday the clocks of Berlin went back; those of New York stay for a week.
async fn the_clocks_change(weeks: &mut Weeks) -> Outcome<usize> {
    weeks.start(at("2026-10-21T10:00:00Z")?).await?;
    ensure!(weeks.turn(at("2026-10-25T23:59:59Z")?).await? == 0, "too early");
    weeks.turn(at("2026-10-26T00:00:00Z")?).await?;
    ensure!(weeks.said("").await? == ["direct:@p1001:example.org"], "Tokyo's morning");
    ensure!(weeks.turn(at("2026-10-26T07:59:59Z")?).await? == 0, "too early");
    // The rooms, two full pages and the rest.
    ensure!(weeks.turn(at("2026-10-26T08:00:00Z")?).await? == 4, "not page by page");
    let said = weeks.said("2026-W43").await?;
    ensure!(said.len() == MANY - 4 + 2, "{} messages: {said:?}", said.len());
    ensure!(said.iter().any(|room| room == "general"), "{said:?}");
    for n in [2, 3, 4, 5, 1002, 1003] {
        ensure!(!said.contains(&format!("direct:@p{n}:example.org")), "P{n} was written to");
    }
    ensure!(weeks.turn(at("2026-10-26T12:59:59Z")?).await? == 0, "too early");
    weeks.turn(at("2026-10-26T13:00:00Z")?).await?;
    ensure!(weeks.said("").await?.len() == said.len() + 1, "New York's morning");
    Ok(said.len() + 1)
}

async fn weeks_fold(ground: Ground) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut weeks = Weeks::begin(ground, folder.path()).await?;
    people(&weeks).await?;
    let all = the_clocks_change(&mut weeks).await?;

    // Whatever runs again says nothing twice.
    weeks.change("update job set run_at = 0 where kind like 'digest.%'").await?;
    weeks.turn(at("2026-10-28T12:00:00Z")?).await?;
    ensure!(weeks.said("").await?.len() == all, "said twice");

    // Three weeks down: the last week alone, and nobody is woken.
    for week in ["2026-W44", "2026-W45", "2026-W46"] {
        weeks.sold(1, week).await?;
        weeks.sold(1001, week).await?;
    }
    weeks.start(at("2026-11-17T21:30:00Z")?).await?;
    weeks.turn(at("2026-11-17T21:30:00Z")?).await?;
    ensure!(weeks.said("").await?.len() == all, "in the night");
    weeks.turn(at("2026-11-18T08:00:00Z")?).await?;
    let last = weeks.said("2026-W46").await?;
    for wanted in ["direct:@p1001:example.org", "direct:@p1:example.org", "general"] {
        ensure!(last.iter().any(|room| room == wanted), "{wanted} is not in {last:?}");
    }
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
