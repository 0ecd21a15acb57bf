//! Worked examples that hang on an instant, from the command to the ledger and the statement, at exactly
//! that instant, and such as take many sales, on both databases.
mod figures;
mod lists;

use anyhow::{Context, ensure};
use bridge::platform::db::{Db, migrate};
use figures::all as counted;
use jiff::Timestamp;
use lists::all as listed;
use partnerspace_tests::desk::{Desk, program};
use partnerspace_tests::house::Ground;
use partnerspace_tests::{Outcome, postgres};
use sqlx::Row as _;

async fn database(ground: Ground) -> Outcome<(Db, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let url = match ground {
        Ground::FakePostgres => postgres::shared().await?.database().await?,
        _ => format!("sqlite:{}", folder.path().join("desk.db").display()),
    };
    let db = Db::open(&url).await?;
    migrate(&db, 1).await?;
    Ok((db, folder))
}

fn at(text: &str) -> Outcome<i64> {
    Ok(text.parse::<Timestamp>()?.as_millisecond())
}

async fn desk(db: &Db, zone: &str, now: &str) -> Outcome<Desk> {
    let mut desk = Desk::open(db, program(db, zone)?, at(now)?).await?;
    desk.partner("ana", 1).await?;
    Ok(desk)
}

impl Said for (String, serde_json::Value) {
    fn says(&self, parts: &[&str]) -> Outcome<()> {
        for part in parts {
            ensure!(self.0.contains(part), "no {part} in: {}", self.0);
        }
        Ok(())
    }
}

trait Said {
    fn says(&self, parts: &[&str]) -> Outcome<()>;
}

/// A sale of this day, claimed and approved at this instant.
async fn sold(desk: &mut Desk, now: &str, words: &str) -> Outcome<()> {
    desk.now = at(now)?;
    let (said, card) = desk.ask("ana", &format!("sale add {words}")).await?;
    let number = card["sale"]["number"].as_str().context(said)?.to_owned();
    desk.order(&format!("!sale approve {number}")).await?.says(&["Approved"])
}

/// The periods of a kind of board on which Ana stands by revenue, and with how much.
async fn stands(desk: &mut Desk, like: &str) -> Outcome<Vec<(String, i64)>> {
    let rows = sqlx::query("select board, score from standing where board like $1 order by board")
        .bind(format!("revenue|{like}|"))
        .fetch_all(&mut *desk.tx)
        .await?;
    let period = |board: String| board.split('|').nth(1).unwrap_or_default().to_owned();
    rows.iter().map(|row| Ok((period(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// What is approved on 2026-03-20 at 16:45 UTC with a hold of 14 days is payable from the midnight in
/// Berlin that begins 4 April, over the change of the clocks, and not a moment before.
async fn hold_ends_at_local_midnight(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    let mut desk = desk(&db, "Europe/Berlin", "2026-03-20T16:45:00Z").await?;
    desk.order("!rule add start --percent 10 --hold 14 --from 2026-01-01")
        .await?
        .says(&["start"])?;
    sold(&mut desk, "2026-03-20T16:45:00Z", "1000 EUR Acme").await?;
    desk.now = at("2026-04-03T21:59:59.999Z")?;
    desk.ask("ana", "me").await?.says(&["payable €0", "held €100"])?;
    desk.order("!payout prepare").await?.says(&["Nothing is due"])?;
    desk.now = at("2026-04-03T22:00:00Z")?;
    desk.ask("ana", "me").await?.says(&["payable €100", "held €0"])?;
    let released = "select posted_at from entry where source = 'commission.released'";
    let released: i64 = sqlx::query(released).fetch_one(&mut *desk.tx).await?.try_get(0)?;
    ensure!(released == at("2026-04-03T22:00:00Z")?, "{released}");
    desk.ask("ana", "statement 2026-03").await?.says(&["S-1", "€100", "Closing balance: €100"])?;
    desk.order("!payout prepare").await?.says(&["P-1", "€100"])?;
    desk.order("!ledger verify").await?.says(&["The ledger verifies"])?;
    desk.forget().await?;
    db.close().await;
    Ok(())
}

/// 2026-03-31T22:30Z is April and the second quarter in Berlin, March and the first in New York.
async fn one_instant_in_two_zones(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    for (zone, month, quarter, day) in [
        ("Europe/Berlin", "2026-04", "2026-Q2", "2026-04-01"),
        ("America/New_York", "2026-03", "2026-Q1", "2026-03-31"),
    ] {
        let mut desk = desk(&db, zone, "2026-03-31T22:30:00Z").await?;
        desk.order("!rule add start --percent 10 --from 2026-01-01").await?.says(&["start"])?;
        sold(&mut desk, "2026-03-31T22:30:00Z", "1000 EUR Acme").await?;
        ensure!(stands(&mut desk, "2026-0%").await? == [(month.to_owned(), 100_000)], "{zone}");
        ensure!(stands(&mut desk, "2026-Q%").await? == [(quarter.to_owned(), 100_000)], "{zone}");
        let (said, card) = desk.ask("ana", "board revenue month").await?;
        ensure!(card["period"] == month, "{said}");
        let body = "select body from entry where source = 'sale.approved'";
        let body: String = sqlx::query(body).fetch_one(&mut *desk.tx).await?.try_get(0)?;
        ensure!(body.contains(&format!("\"on\":\"{day}\"")), "{body}");
        let statement = desk.ask("ana", &format!("statement {month}")).await?;
        statement.says(&["S-1", "€100", "Closing balance: €100"])?;
        desk.forget().await?;
    }
    db.close().await;
    Ok(())
}

/// The last week of 2026 has the number 53, and ends with 3 January in Berlin.
async fn weeks_are_those_of_iso(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    let mut desk = desk(&db, "Europe/Berlin", "2026-12-31T12:00:00Z").await?;
    desk.order("!rule add start --percent 10 --from 2026-01-01").await?.says(&["start"])?;
    for (now, words, week) in [
        ("2026-12-31T12:00:00Z", "100 EUR Acme", "2026-W53"),
        ("2027-01-03T22:59:59Z", "20 EUR Beta", "2026-W53"),
        ("2027-01-03T23:00:00Z", "3 EUR Gamma", "2027-W01"),
    ] {
        sold(&mut desk, now, words).await?;
        let (said, card) = desk.ask("ana", "board revenue week").await?;
        ensure!(card["period"] == week, "{said}");
    }
    let weeks = [("2026-W53".to_owned(), 12_000), ("2027-W01".to_owned(), 300)];
    ensure!(stands(&mut desk, "%-W%").await? == weeks);
    desk.ask("ana", "statement 2026-12").await?.says(&["S-1", "Closing balance: €10"])?;
    let january = desk.ask("ana", "statement 2027-01").await?;
    january.says(&["Opening", "€10", "S-2", "€2", "S-3", "€0.30", "Closing balance: €12.30"])?;
    desk.forget().await?;
    db.close().await;
    Ok(())
}

/// A sale of March counts for the first quarter until its grace of seven days ends, to the second.
async fn grace_ends_at_local_midnight(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    let mut desk = desk(&db, "Europe/Berlin", "2026-03-31T20:00:00Z").await?;
    desk.ask("ana", "sale add 100 EUR Acme").await?.says(&["S-1"])?;
    desk.ask("ana", "sale add 20 EUR Beta").await?.says(&["S-2"])?;
    desk.now = at("2026-04-07T21:59:59Z")?;
    desk.order("!sale approve S-1").await?.says(&["Approved"])?;
    desk.now = at("2026-04-07T22:00:00Z")?;
    desk.order("!sale approve S-2").await?.says(&["Approved"])?;
    let quarters = [("2026-Q1".to_owned(), 10_000), ("2026-Q2".to_owned(), 2_000)];
    ensure!(stands(&mut desk, "2026-Q%").await? == quarters);
    desk.ask("ana", "sale show S-2").await?.says(&["S-2", "2026-03-31", "late"])?;
    desk.forget().await?;
    db.close().await;
    Ok(())
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use super::{Ground, Outcome};

            #[tokio::test]
            async fn on_sqlite() -> Outcome<()> {
                super::$name(Ground::FakeSqlite).await
            }

            #[tokio::test]
            async fn on_postgres() -> Outcome<()> {
                super::$name(Ground::FakePostgres).await
            }
        }
    )+ };
}

on_both!(
    hold_ends_at_local_midnight,
    one_instant_in_two_zones,
    weeks_are_those_of_iso,
    grace_ends_at_local_midnight,
    counted,
    listed,
);
