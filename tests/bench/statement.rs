//! A statement of ten thousand lines: how long reading it and making its files takes, and how much
//! memory. On SQLite, without a homeserver.
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bridge::platform::db::{Db, Tx, migrate};
use bridge::statements::{file, rules, store, store::Span};
use schema::ids::PartnerId;
use schema::money::Currency;
use schema::period::{Calendar, WeekStart};

use crate::Options;
use crate::target::usage;

const LINES: i64 = 10_000;
const ROUNDS: usize = 5;
const AT: i64 = 1_790_000_000_000;

pub fn print(options: &Options) -> Result<()> {
    let dir = options.dir.join("statement");
    std::fs::create_dir_all(&dir)?;
    let url = format!("sqlite:{}", dir.join("bench.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&url))
}

async fn measure(url: &str) -> Result<()> {
    let db = Db::open(url).await?;
    migrate(&db, AT).await?;
    seed(&db).await?;
    let calendar = Calendar::named("Europe/Berlin", WeekStart::Monday)
        .unwrap_or_else(|| Calendar::new(jiff::tz::TimeZone::UTC, WeekStart::Monday));
    let own = Currency::parse("EUR")?;
    let before = usage("self")?.rss_kib;
    let mut took: Vec<[Duration; 3]> = Vec::new();
    let mut size = (0, 0);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let mut connection = db.read().await?;
        let span = Span::time(AT, i64::MAX);
        let opening = store::before(&mut connection, PartnerId(1), span).await?;
        let lines = store::lines(&mut connection, PartnerId(1), span).await?;
        ensure!(i64::try_from(lines.len())? == LINES, "{} lines", lines.len());
        let accounts = rules::accounts(&opening, lines)?;
        let read = started.elapsed();
        let table = file::table(&accounts, &calendar, own)?;
        let table_at = started.elapsed();
        let page = file::page("Statement", ("Program", "Ana"), &accounts, (&calendar, own));
        size = (table.len() / 1024, page.len() / 1024);
        took.push([read, table_at - read, started.elapsed() - table_at]);
    }
    let grown = usage("self")?.rss_kib.saturating_sub(before) / 1024;
    let median = |which: usize| {
        let mut all: Vec<Duration> = took.iter().map(|times| times[which]).collect();
        all.sort_unstable();
        all[ROUNDS / 2]
    };
    println!(
        "statement: {LINES} lines read in {:.1?}, as a table in {:.1?} ({} KiB), as a page in {:.1?} \
         ({} KiB); {} MiB in all, {grown} more than before",
        median(0),
        median(1),
        size.0,
        median(2),
        size.1,
        usage("self")?.rss_kib / 1024
    );
    Ok(())
}

/// A partner with a sale and its commission a line.
async fn seed(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    let partner = PartnerId(1).to_string();
    for (statement, values) in [
        (
            "insert into partner (id, user_id, name, visibility, industries, applied_at) \
             values ($1, '@ana:bench', 'Ana', 'public', '[]', 0)",
            vec![partner.clone()],
        ),
        (
            "insert into client (id, key, skeleton, name, made_at) values ('c', 'c', 'c', 'A client', 0)",
            vec![],
        ),
        (
            "insert into rule (n, version, name, body, valid_from, made_by, made_at, cause) \
             values (1, 1, 'start', null, '2020-01-01', '', 0, '')",
            vec![],
        ),
    ] {
        let mut query = sqlx::query(statement);
        for value in values {
            query = query.bind(value);
        }
        query.execute(&mut *tx).await?;
    }
    for n in 1..=LINES {
        line(&mut tx, n, &partner).await?;
    }
    Ok(tx.commit().await?)
}

async fn line(tx: &mut Tx, n: i64, partner: &str) -> Result<()> {
    let sale = PartnerId(u128::try_from(n)?).to_string();
    sqlx::query(
        "insert into sale (id, number, partner_id, client_id, amount_minor, currency, effective_on, \
         flags, cause, room_id, line, claimed_at) \
         values ($1, $2, $3, 'c', 100000, 'EUR', '2026-11-01', '[]', $1, '', '', 0)",
    )
    .bind(&sale)
    .bind(n)
    .bind(partner)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into entry (seq, book, source, source_id, cause, body, prev_hash, hash, posted_at) \
         values ($1, 'commission', 'bench', $2, '', '', '', $2, 0)",
    )
    .bind(n)
    .bind(&sale)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into commission_line (sale_id, partner_id, rule_n, rule_version, terms, currency, \
         month, base_minor, clear_minor, pinned_at) \
         values ($1, $2, 1, 1, '{\"pay\":{\"percent\":1000}}', 'EUR', '2026-11', 100000, 100000, 0)",
    )
    .bind(&sale)
    .bind(partner)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into commission_move (seq, at, partner_id, sale_id, kind, currency, base_minor, \
         held_minor, payable_minor, disputed_minor, reason) \
         values ($1, $2, $3, $4, 'commission.earned', 'EUR', 100000, 10000, 0, 0, 'a word to it')",
    )
    .bind(n)
    .bind(AT + n)
    .bind(partner)
    .bind(&sale)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
