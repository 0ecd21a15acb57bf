//! The `start` scenario: a database as it is after years, written by SQL while the program is down,
//! then the time from the start of the process to its first answers.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bridge::ledger::rules::{Credit, CreditShare, EntryBody, GENESIS, hash};
use schema::ids::{ClientId, SaleId};
use schema::money::Currency;
use serde_json::json;
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
/// September 2020: a closed period, so that no board of today is made by these.
const POSTED_FROM: i64 = 1_600_000_000_000;
const ROUNDS: usize = 5;

/// First acknowledgement with 100,000 partners; readiness with a million ledger entries beside them.
pub async fn start(session: &mut Session, pusher: JoinHandle<()>) -> Result<Vec<Row>> {
    pusher.abort();
    session.target.stop();
    let path = session.target.dir.join("bench.db");
    partners(&path).await?;
    let first = rounds(session, "start 100k", PARTNERS).await?;
    entries(&path, ENTRIES).await?;
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

pub async fn partners(path: &Path) -> Result<()> {
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

/// A chain that goes on from the last entry, in the program's own form, one approved sale each to a
/// client of its own, and the standings that it makes.
pub async fn entries(path: &Path, count: i64) -> Result<()> {
    let started = Instant::now();
    let mut db = open(path).await?;
    let head: Option<(i64, String)> =
        sqlx::query_as("select seq, hash from entry order by seq desc limit 1")
            .fetch_optional(&mut db)
            .await?;
    let (mut seq, mut prev) = head.unwrap_or((0, GENESIS.to_owned()));
    let mut scores: HashMap<String, Scores> = HashMap::new();
    let mut tx = db.begin().await.context("begin")?;
    for n in 0..count {
        seq += 1;
        let (at, source_id) = (POSTED_FROM + n, SaleId::from_parts(n, 1).to_string());
        let body = sale(n)?;
        let text = body.sealed(at, "sale.approved", &source_id);
        let hash = hash(&prev, &text);
        sqlx::query(
            "insert into entry (seq, book, source, source_id, cause, body, prev_hash, hash, posted_at) \
             values ($1, 'credit', 'sale.approved', $2, 'seed', $3, $4, $5, $6)",
        )
        .bind(seq)
        .bind(source_id)
        .bind(&text)
        .bind(&prev)
        .bind(&hash)
        .bind(at)
        .execute(&mut *tx)
        .await?;
        postings(&mut tx, seq, &body).await?;
        for share in body.credit().iter().flat_map(|credit| &credit.shares) {
            let score = scores.entry(share.partner.to_string()).or_default();
            *score = Scores { minor: score.minor + share.minor, clients: score.clients + 1, at };
        }
        prev = hash;
    }
    for (partner, scores) in &scores {
        standing(&mut tx, partner, *scores).await?;
    }
    tx.commit().await?;
    say_seeded("ledger entries", u64::try_from(count)?, started);
    Ok(())
}

fn sale(n: i64) -> Result<EntryBody> {
    let place = u64::try_from(n)? % PARTNERS;
    let partner = Ulid::from_parts(place, u128::from(place)).to_string();
    let partner = partner.parse().map_err(|_| anyhow::anyhow!("partner id"))?;
    let shares = vec![CreditShare { partner, minor: 100 + n }];
    let (sale, client) = (SaleId::from_parts(n, 1), ClientId::from_parts(n, 2));
    let (on, currency) = (jiff::civil::date(2020, 9, 13), Currency::parse("EUR")?);
    Ok(EntryBody::sale_approved(&Credit { sale, client, industry: None, on, currency, shares }))
}

async fn postings(db: &mut SqliteConnection, seq: i64, body: &EntryBody) -> Result<()> {
    for (n, posting) in (1_i64..).zip(body.postings()) {
        sqlx::query(
            "insert into posting (seq, n, account, minor, currency) values ($1, $2, $3, $4, $5)",
        )
        .bind(seq)
        .bind(n)
        .bind(posting.account)
        .bind(posting.minor)
        .bind(posting.currency.code().to_owned())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// What a partner's sales add up to.
#[derive(Clone, Copy, Default)]
struct Scores {
    minor: i64,
    clients: i64,
    at: i64,
}

/// The periods that hold the day of all sales.
const PERIODS: [&str; 5] = ["all", "2020", "2020-Q3", "2020-09", "2020-W37"];

async fn standing(db: &mut SqliteConnection, partner: &str, scores: Scores) -> Result<()> {
    for (metric, score) in [("revenue", scores.minor), ("clients", scores.clients)] {
        for period in PERIODS {
            sqlx::query(
                "insert or replace into standing (board, partner_id, score, reached_at) values ($1, $2, $3, $4)",
            )
            .bind(format!("{metric}|{period}|"))
            .bind(partner)
            .bind(score)
            .bind(scores.at)
            .execute(&mut *db)
            .await?;
        }
    }
    Ok(())
}

fn say_seeded(what: &str, count: u64, started: Instant) {
    println!("seeded {count} {what} in {:.1?}", started.elapsed());
}
