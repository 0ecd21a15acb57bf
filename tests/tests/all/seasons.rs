//! Five years in one go: each period closes once and not before, every sale stands in exactly one of
//! each kind, and room state has as many keys at the end as at the beginning. And what the team is
//! told, once; and what an export says of closed periods.
use super::books::export::export;
use anyhow::{Context, ensure};
use appservice::{config, run};
use bridge::leaderboard;
use bridge::platform::access::{Caller, Place, person};
use bridge::platform::db::{Db, migrate};
use bridge::platform::jobs::Job;
use bridge::platform::refusal::Stop;
use bridge::program::Program;
use bridge::seasons::actions::close;
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::past::{Past, sales};
use partnerspace_tests::verifier::verify;
use partnerspace_tests::{Outcome, postgres};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::{Calendar, Period, PeriodKind};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::path::Path;

const OWNER: &str = "@olga:example.org";
const DAY: i64 = 86_400_000;
const STATE: &str = "agency.siso.partners.leaderboard";

fn program(zone: &str) -> Outcome<Program> {
    let text = format!(
        "owners = [\"{OWNER}\"]\n[homeserver]\nurl = \"http://127.0.0.1:1\"\nserver_name = \"example.org\"\n\
         [program]\nname = \"P\"\ncurrency = \"EUR\"\ntimezone = \"{zone}\"\nstarted_on = \"2020-01-01\"\n"
    );
    run::program(&config::parse(&text)?)
}

enum Act {
    /// Revenue and the day of a sale.
    Sell(i64, Date),
    Close(Period),
    Turn,
}

/// Sales of five years, most booked at once, some within the grace and some after it; each period's
/// close when it may be; the turn of each month.
fn acts(calendar: &Calendar) -> Outcome<Vec<(i64, Act)>> {
    let mut acts = Vec::new();
    let (first, last) = (date(2024, 1, 1), date(2028, 11, 20));
    let (mut on, mut n) = (first, 0);
    while on < last {
        n += 1;
        let wait = [0, 0, 6, 0, 20, 0, 0, 35][n % 8];
        let at = calendar.at_hour(on, 12) + wait * DAY;
        acts.push((at, Act::Sell(i64::try_from(n)?, on)));
        on = on.checked_add(Span::new().days(if n % 3 == 0 { 5 } else { 8 }))?;
    }
    for kind in PeriodKind::ALL.iter().filter(|kind| **kind != PeriodKind::All) {
        let mut at = calendar.start_of(first);
        while at < calendar.start_of(date(2029, 1, 1)) {
            let period = calendar.period_at(*kind, at);
            acts.push((calendar.closes_at(period).context("an end")?, Act::Close(period)));
            at = calendar.bounds(period).context("an end")?.1;
        }
    }
    for month in 0..60 {
        let day = first.checked_add(Span::new().months(month))?;
        acts.push((calendar.start_of(day), Act::Turn));
    }
    acts.sort_by_key(|(at, _)| *at);
    Ok(acts)
}

struct Years {
    past: Past,
    /// What stands in the final results, by kind.
    closed: BTreeMap<PeriodKind, i64>,
    seasons: i64,
    keys: Vec<i64>,
}

impl Years {
    async fn number(&self, query: &'static str, text: &str) -> Outcome<i64> {
        let mut reader = self.past.db.read().await?;
        Ok(sqlx::query(query).bind(text.to_owned()).fetch_one(&mut *reader).await?.try_get(0)?)
    }

    async fn try_close(&mut self, now: i64, period: Period) -> Outcome<Result<(), String>> {
        let work = self.past.at(
            (now, OWNER),
            Box::new(move |work| {
                Box::pin(async move {
                    let person = person(work, OWNER).await?;
                    let manager = Caller { person, place: Place::Control }.manager()?;
                    Ok((close(work, &manager, period).await.map(drop)?, true))
                })
            }),
        );
        work.await
    }

    /// Not before, then once, and never again.
    async fn close(&mut self, at: i64, period: Period) -> Outcome<()> {
        let early = self.try_close(at - 1, period).await?;
        ensure!(early.is_err_and(|why| why.contains("still takes")), "{period} too early");
        match self.try_close(at, period).await? {
            Ok(()) => {}
            Err(why) if why.contains("Nobody stands") => return Ok(()),
            Err(why) => anyhow::bail!("{period}: {why}"),
        }
        let again = self.try_close(at + 1, period).await?;
        ensure!(again.is_err_and(|why| why.contains("closed before")), "{period} twice");
        self.seasons += 1;
        let sum = "select cast(coalesce(sum(score), 0) as bigint) from final_standing \
                   where period = $1 and metric = 'revenue' and industry = ''";
        *self.closed.entry(period.kind()).or_default() +=
            self.number(sum, &period.to_string()).await?;
        Ok(())
    }

    /// The month turns: the program asks for all boards, and writes their state.
    async fn turn(&mut self, at: i64) -> Outcome<()> {
        let job = move |kind: &str, payload: String| Job {
            key: String::new(),
            kind: kind.to_owned(),
            payload,
            run_at: at,
            attempts: 0,
        };
        let day = job("board.day", String::new());
        let turned = self.past.at(
            (at, OWNER),
            Box::new(move |work| {
                Box::pin(async move {
                    leaderboard::jobs::run(work, &day).await?;
                    for key in leaderboard::actions::current(work).await.map_err(Stop::from)? {
                        let state =
                            Job { payload: key.to_string(), ..job("board.state", String::new()) };
                        leaderboard::jobs::run(work, &state).await?;
                    }
                    Ok(((), true))
                })
            }),
        );
        turned.await?.map_err(anyhow::Error::msg)?;
        let keys = "select count(*) from state where event_type = $1";
        self.keys.push(self.number(keys, STATE).await?);
        Ok(())
    }
}

async fn five_years(ground: Ground, zone: &str) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let url = match ground {
        Ground::FakePostgres => postgres::shared().await?.database().await?,
        _ => format!("sqlite:{}", folder.path().join("years.db").display()),
    };
    let db = Db::open(&url).await?;
    migrate(&db, 1).await?;
    let mut tx = db.begin().await?;
    for query in [
        "insert into partner (id, user_id, name, visibility, industries, applied_at, approved_at) \
         values ($1, '@ana:example.org', 'Ana', 'public', '[]', 1, 1)",
        "insert into industry (slug, name, made_at) values ('dental', $1, 1)",
    ] {
        sqlx::query(query).bind(PartnerId(7).to_string()).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    let past = Past::on(db, program(zone)?).await?;
    let calendar = past.program.calendar.clone();
    let mut years = Years { past, closed: BTreeMap::new(), seasons: 0, keys: Vec::new() };
    let mut sold = 0;
    for (at, act) in acts(&calendar)? {
        match act {
            Act::Sell(amount, on) => {
                sold += amount * 100;
                let industry = if amount % 2 == 0 { "dental" } else { "" };
                let row = format!("@ana:example.org,Client {amount},{amount},EUR,{on},{industry}");
                years.past.sale(at, &row).await?;
            }
            Act::Close(period) => years.close(at, period).await?,
            Act::Turn => years.turn(at).await?,
        }
    }
    for kind in PeriodKind::ALL.iter().filter(|kind| **kind != PeriodKind::All) {
        ensure!(
            years.closed.get(kind) == Some(&sold),
            "{zone} {kind}: {:?} of {sold}",
            years.closed
        );
    }
    ensure!(years.seasons > 200, "{} seasons", years.seasons);
    let of_one = Metric::ALL.iter().filter(|metric| metric.has_industries()).count();
    let all = (Metric::ALL.len() + of_one) * PeriodKind::ALL.len();
    // A board has state from the first time on that anybody stands on it; after that nothing is added.
    let last = years.keys.last().copied().unwrap_or_default();
    ensure!(last > 0 && last <= i64::try_from(all)?, "{zone}: {last} keys of {all} boards");
    ensure!(years.keys[12..].iter().all(|keys| *keys == last), "{zone}: {:?}", years.keys);
    years.past.db.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_years_in_berlin_on_sqlite() -> Outcome<()> {
    five_years(Ground::FakeSqlite, "Europe/Berlin").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_years_in_new_york_on_postgres() -> Outcome<()> {
    five_years(Ground::FakePostgres, "America/New_York").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_years_on_lord_howe_on_sqlite() -> Outcome<()> {
    five_years(Ground::FakeSqlite, "Australia/Lord_Howe").await
}

async fn order(house: &House, line: &str) -> Outcome<String> {
    let said = house.owner().say(&house.control, line).await?;
    Ok(house.owner().reply_to(&said).await?.body().to_owned())
}

/// The last month is over for good: the team hears of it once. And an export proves the final results;
/// a changed one is found.
async fn told_and_exported(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let (ana, program) = (house.person("ana")?.id.clone(), program("Europe/Berlin")?);
    let now = house.fake().context("the fake's clock")?.world().now();
    let calendar = &program.calendar;
    let this = calendar.period_at(PeriodKind::Month, now);
    let (from, _) = calendar.bounds(this).context("a month")?;
    // Two months ago: ready by now, whatever the day.
    let (begin, _) =
        calendar.bounds(calendar.period_at(PeriodKind::Month, from - 1)).context("a month")?;
    let month = calendar.period_at(PeriodKind::Month, begin - 1);
    let at = calendar.bounds(month).context("a month")?.0 + DAY / 2;
    let row =
        format!("{} {ana},Acme,900,EUR,{}", Timestamp::from_millisecond(at)?, calendar.day_of(at));
    sales(&house.program, &row).await?;

    let facts = Facts::of(&house.program).await?;
    for _ in 0..2 {
        house.program.kill9();
        // As if the program had slept since that month; the second time nothing is new.
        let job = "update job set run_at = 0, payload = cast($1 as text) where kind = 'season.ready' and payload <> '0'";
        facts.change(job, &[&at.to_string()]).await?;
        house.program.launch()?;
        house.program.ready().await?;
        order(&house, "!status").await?;
        facts.change("update job set payload = '0' where kind = 'season.ready'", &[]).await?;
    }
    let words = format!("Can be closed now: {month}");
    let olga = house.owner();
    olga.sees("what can be closed", |events| {
        events.iter().find(|e| e.body().contains(&words)).cloned()
    })
    .await?;
    let told = olga.shown().iter().filter(|e| e.body().contains("Can be closed now")).count();
    ensure!(told == 1, "told {told} times");

    order(&house, "!reward add Rising --points 50 --from 2020-01-01").await?;
    let closed = order(&house, &format!("!season close {month} --yes")).await?;
    ensure!(closed.contains("R-1 Ana · Rising · 50 points"), "{closed}");
    // What was given and taken back stands in the export, twice: in the ledger and with the reward.
    order(&house, "!reward revoke R-1 --yes a mistake").await?;
    changes_are_found(&export(&house, "seasons", &[])?)
}

/// An export holds, and one value changed in a file of it does not.
fn changes_are_found(folder: &Path) -> Outcome<()> {
    let found = verify(folder)?.findings;
    ensure!(found.is_empty(), "{found:?}");
    for (table, before, after) in [
        ("final_standings", "90000", "90001"),
        ("seasons", "\"zones\":", "\"zones\":"),
        ("rewards", "\"points\":50", "\"points\":51"),
        ("rewards", "\"revoked_seq\":", "\"revoked_seq\":1"),
    ] {
        let file = folder.join(format!("{table}.jsonl"));
        let text = std::fs::read_to_string(&file)?;
        ensure!(text.contains(before), "{text}");
        let mut changed = text.replace(before, after);
        if table == "seasons" {
            changed = changed.replace("Europe/Berlin", "Europe/Vienna");
        }
        std::fs::write(&file, changed)?;
        let export = partnerspace_tests::verifier::read::open(folder)?;
        let found = partnerspace_tests::verifier::content(&export).findings;
        ensure!(found.iter().any(|one| one.file == table), "{table}: {found:?}");
        std::fs::write(&file, text)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_and_exported_on_sqlite() -> Outcome<()> {
    told_and_exported(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_and_exported_on_postgres() -> Outcome<()> {
    told_and_exported(Ground::FakePostgres).await
}
