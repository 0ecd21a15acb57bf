//! The week in an organization's room: on Monday morning, once, with what its people should act on.
use super::on_both;
use anyhow::ensure;
use appservice::{config, run};
use bridge::digests::jobs;
use bridge::platform::db::{Db, migrate};
use bridge::platform::jobs::{Job, due, finish};
use bridge::platform::refusal::Fault;
use bridge::root::run_job;
use jiff::Timestamp;
use partnerspace_tests::house::Ground;
use partnerspace_tests::past::Past;
use partnerspace_tests::{Outcome, postgres};
use sqlx::Row as _;

fn at(text: &str) -> Outcome<i64> {
    Ok(text.parse::<Timestamp>()?.as_millisecond())
}

/// Ana of acme has sold in the week 2026-W43, has a claim in review, and a deal that ends on the 31st.
const ROWS: &[&str] = &[
    "insert into partner (id, user_id, name, visibility, industries, applied_at, approved_at, organization) \
     values ('00000000000000000000000001', '@ana:example.org', 'Ana', 'public', '[]', 1, 1, 'acme')",
    "insert into organization (slug, name, members_max, made_at, made_by) values ('acme', 'Acme', 50, 1, '')",
    "insert into organization (slug, name, members_max, made_at, made_by) values ('idle', 'Idle', 50, 1, '')",
    "insert into membership (id, organization, partner_id, role, from_on, admitted, joined_at, joined_by) \
     values ('m', 'acme', '00000000000000000000000001', 'lead', '2020-01-01', 0, 1, '')",
    "insert into client (id, key, skeleton, name, made_at) \
     values ('00000000000000000000000002', 'delta', 'delta', 'Delta', 1)",
    "insert into sale (id, number, partner_id, client_id, amount_minor, currency, effective_on, flags, cause, \
     room_id, line, claimed_at, approved_at) values ('00000000000000000000000004', 1, '00000000000000000000000001', \
     '00000000000000000000000002', 50000, 'EUR', '2026-10-21', '[]', '$1', '!r', '', 1, 1)",
    "insert into share (sale_id, partner_id, weight, amount_minor) \
     values ('00000000000000000000000004', '00000000000000000000000001', 1, 50000)",
    "insert into sale (id, number, partner_id, client_id, amount_minor, currency, effective_on, flags, cause, \
     room_id, line, claimed_at) values ('00000000000000000000000005', 2, '00000000000000000000000001', \
     '00000000000000000000000002', 9900, 'EUR', '2026-10-22', '[]', '$2', '!r', '', 1)",
    "insert into share (sale_id, partner_id, weight, amount_minor) \
     values ('00000000000000000000000005', '00000000000000000000000001', 1, 9900)",
    "insert into deal (id, number, partner_id, client_id, name_key, cause, registered_at, days, protected_at, \
     ends_on, ends_at) values ('00000000000000000000000003', 1, '00000000000000000000000001', \
     '00000000000000000000000002', 'delta', '$d', 5, 90, 5, '2026-11-01', 1793487600000)",
];

async fn open(ground: Ground, folder: &std::path::Path) -> Outcome<Past> {
    let url = match ground {
        Ground::FakePostgres => postgres::shared().await?.database().await?,
        _ => format!("sqlite:{}", folder.join("weeks.db").display()),
    };
    let db = Db::open(&url).await?;
    migrate(&db, 1).await?;
    let text = "owners = [\"@olga:example.org\"]\n[homeserver]\nurl = \"http://127.0.0.1:1\"\n\
                server_name = \"example.org\"\n[program]\nname = \"P\"\ncurrency = \"EUR\"\n\
                timezone = \"Europe/Berlin\"\nstarted_on = \"2020-01-01\"\n";
    let past = Past::on(db, run::program(&config::parse(text)?)?).await?;
    for row in ROWS {
        let mut tx = past.db.begin().await?;
        sqlx::query(*row).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(past)
}

/// Runs what is due at an instant.
async fn turn(past: &mut Past, now: i64) -> Outcome<()> {
    loop {
        let mut reader = past.db.begin().await?;
        let jobs: Vec<Job> = due(&mut reader, now).await?;
        drop(reader);
        let Some(job) = jobs.into_iter().next() else { return Ok(()) };
        let done = past.at(
            (now, "job"),
            Box::new(move |work| {
                Box::pin(async move {
                    finish(work.tx, &job).await.map_err(Fault::from)?;
                    Ok((run_job(work, &job).await?, true))
                })
            }),
        );
        done.await?.map_err(anyhow::Error::msg)?;
    }
}

/// The messages to organizations' rooms, as rooms and contents.
async fn said(past: &Past) -> Outcome<Vec<(String, String)>> {
    let mut reader = past.db.read().await?;
    let query = "select room, content from outbox where dedupe_key like 'digest:%' \
                 and room like 'organization:%' order by id";
    let rows = sqlx::query(query).fetch_all(&mut *reader).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn the_week_is_told_once(ground: Ground) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut past = open(ground, folder.path()).await?;
    let begin = at("2026-10-21T10:00:00Z")?;
    let started = past.at(
        (begin, "start"),
        Box::new(|work| Box::pin(async move { Ok((jobs::start(work).await?, true)) })),
    );
    started.await?.map_err(anyhow::Error::msg)?;
    turn(&mut past, at("2026-10-26T07:59:59Z")?).await?;
    ensure!(said(&past).await?.is_empty(), "too early");
    turn(&mut past, at("2026-10-26T08:00:00Z")?).await?;
    let told = said(&past).await?;
    ensure!(told.len() == 1 && told[0].0 == "organization:acme", "{told:?}");
    for part in [
        "Week 2026-W43 · Acme",
        "€500",
        "1 client",
        "In review: 1 claim",
        "D-1 Delta · to 2026-10-31",
    ] {
        ensure!(told[0].1.contains(part), "no {part} in {}", told[0].1);
    }
    ensure!(told[0].1.contains("\"kind\":\"team_numbers\""), "{}", told[0].1);
    let again = "update job set run_at = 0 where kind like 'digest.%'";
    let mut tx = past.db.begin().await?;
    sqlx::query(again).execute(&mut *tx).await?;
    tx.commit().await?;
    turn(&mut past, at("2026-10-28T12:00:00Z")?).await?;
    ensure!(said(&past).await?.len() == 1, "said twice");
    past.db.close().await;
    Ok(())
}

on_both!(the_week_is_told_once);
