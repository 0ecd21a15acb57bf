//! The `start` scenario: a database as it is after years, written by SQL while the program is down,
//! then the time from the start of the process to its first answers.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinHandle;
use ulid::Ulid;

use crate::pusher;
use crate::report::Row;
use crate::scenarios::Session;
use crate::stub::SERVER;
use crate::wire::Client;

const PARTNERS: u64 = 100_000;
const ENTRIES: i64 = 1_000_000;
const ROUNDS: usize = 5;

/// First acknowledgement with 100,000 partners; readiness with a million ledger entries beside them.
pub async fn start(session: &mut Session, pusher: JoinHandle<()>) -> Result<Vec<Row>> {
    pusher.abort();
    session.target.stop();
    let path = session.target.dir.join("bench.db");
    partners(&path).await?;
    let first = rounds(session, "start 100k", PARTNERS).await?;
    entries(&path).await?;
    let second = rounds(session, "start 1M entries", PARTNERS).await?;
    Ok(vec![first, second])
}

/// Starts several times; the row shows medians.
async fn rounds(session: &mut Session, name: &str, partners: u64) -> Result<Row> {
    let (mut acks, mut readies) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (ack, ready) = once(session, round).await?;
        acks.push(ack);
        readies.push(ready);
    }
    let rss_kib = session.target.usage()?.rss_kib;
    session.target.stop();
    acks.sort_unstable();
    readies.sort_unstable();
    let (ack, ready) = (acks[ROUNDS / 2].as_millis(), readies[ROUNDS / 2].as_millis());
    Ok(Row {
        target: session.target.name,
        scenario: name.to_owned(),
        rss_kib,
        more: vec![
            ("partners".into(), json!(partners)),
            ("first_ack_ms".into(), json!(u64::try_from(ack)?)),
            ("ready_ms".into(), json!(u64::try_from(ready)?)),
        ],
        ..Row::default()
    })
}

async fn once(session: &mut Session, round: usize) -> Result<(Duration, Duration)> {
    session.target.stop();
    let started = session.target.start()?;
    let token = session.stub.borrow().world.registration.hs_token.clone();
    let chat = session.stub.borrow().stats.chat.clone();
    let body = json!({"events": [{
        "type": "m.room.message", "room_id": chat, "sender": format!("@p0:{SERVER}"),
        "event_id": format!("$START{round}{:032}", std::process::id()), "origin_server_ts": 0,
        "content": {"msgtype": "m.text", "body": "good morning"},
    }]});
    let target = format!("/_matrix/app/v1/transactions/start{round}");
    let mut client = Client::new(&session.target.address);
    while !matches!(client.call("PUT", &target, &token, &body.to_string()).await, Ok((200, _))) {
        tokio::time::sleep(Duration::from_millis(1)).await;
        anyhow::ensure!(started.elapsed() < Duration::from_secs(60), "no acknowledgement");
    }
    let ack = started.elapsed();
    let pusher = tokio::task::spawn_local(pusher::run(session.stub.clone()));
    session.target.ready(Duration::from_secs(120)).await?;
    let ready = started.elapsed();
    pusher.abort();
    Ok((ack, ready))
}

async fn open(path: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
    Ok(options.connect().await?)
}

async fn partners(path: &Path) -> Result<()> {
    let started = Instant::now();
    let mut db = open(path).await?;
    let mut tx = db.begin().await?;
    for n in 0..PARTNERS {
        sqlx::query(
            "insert or ignore into partner (id, user_id, name, visibility, industries, applied_at, approved_at, approved_by) \
             values ($1, $2, $3, 'public', '[]', 1, 1, '@boss:bench.example')",
        )
        .bind(Ulid::from_parts(n, u128::from(n)).to_string())
        .bind(format!("@seed{n}:{SERVER}"))
        .bind(format!("Seeded {n}"))
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    say_seeded("partners", PARTNERS, started);
    Ok(())
}

/// A chain that goes on from the last entry, with two postings each.
async fn entries(path: &Path) -> Result<()> {
    let started = Instant::now();
    let mut db = open(path).await?;
    let head: Option<(i64, String)> =
        sqlx::query_as("select seq, hash from entry order by seq desc limit 1")
            .fetch_optional(&mut db)
            .await?;
    let (mut seq, mut prev) = head.unwrap_or((0, "0".repeat(64)));
    let mut tx = db.begin().await.context("begin")?;
    for n in 0..ENTRIES {
        seq += 1;
        let partner = Ulid::from_parts(u64::try_from(n)? % PARTNERS, u128::try_from(n)? % 100_000);
        let body = format!(
            r#"{{"amount":{},"currency":"EUR","kind":"seed","partner":"{partner}"}}"#,
            100 + n
        );
        let hash = hex::encode(Sha256::digest(format!("{prev}\n{body}")));
        sqlx::query(
            "insert into entry (seq, book, source, source_id, cause, body, prev_hash, hash, posted_at) \
             values ($1, 'credit', 'seed', $2, 'seed', $3, $4, $5, $6)",
        )
        .bind(seq)
        .bind(n.to_string())
        .bind(&body)
        .bind(&prev)
        .bind(&hash)
        .bind(1_600_000_000_000 + n)
        .execute(&mut *tx)
        .await?;
        for (place, account, minor) in
            [(1, "market:none".to_owned(), -100 - n), (2, format!("credit:{partner}"), 100 + n)]
        {
            sqlx::query(
                "insert into posting (seq, n, account, minor, currency) values ($1, $2, $3, $4, 'EUR')",
            )
            .bind(seq)
            .bind(place)
            .bind(account)
            .bind(minor)
            .execute(&mut *tx)
            .await?;
        }
        prev = hash;
    }
    tx.commit().await?;
    say_seeded("ledger entries", u64::try_from(ENTRIES)?, started);
    Ok(())
}

fn say_seeded(what: &str, count: u64, started: Instant) {
    println!("seeded {count} {what} in {:.1?}", started.elapsed());
}
