//! What a sale costs a board of 100,000 partners, in process: the new score, the first ten rows and one's
//! own rank. Beside it, in the same run, the same in Redis (where it is installed) and by SQL from the
//! sales themselves; then how long boards take to be read at a start, and to be made from all entries.
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bridge::leaderboard::rules::{Board, Periods, Posted, Score, replay_partner};
use bridge::ledger::rules::{Credit, CreditShare, EntryBody};
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::money::Currency;
use schema::period::{Calendar, WeekStart};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::Options;
use crate::report::percentiles;

const PARTNERS: u64 = 100_000;
const SALES: f64 = 10_000_000.0;
const EFFECTS: usize = 200_000;
const REDIS_EFFECTS: usize = 20_000;
const ROWS: usize = 10;
const HOUR: i64 = 3_600_000;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn sale(&mut self) -> (u64, i64) {
        (self.below(PARTNERS), 100 + self.below(500_000) as i64)
    }
}

pub fn print(options: &Options) -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("boards: load average before {}", load.split(' ').next().unwrap_or_default());
    let sales = (SALES * options.scale) as u64;
    let mut scores = vec![0_i64; PARTNERS as usize];
    let mut numbers = Numbers(0x5eed);
    for _ in 0..sales {
        let (partner, minor) = numbers.sale();
        scores[partner as usize] += minor;
    }
    in_process(&scores, sales);
    redis(&options.dir, &scores)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(sql(&options.dir, sales, &scores))?;
    rebuild(sales)
}

fn score(score: i64, reached_at: i64) -> Score {
    Score { score, reached_at }
}

fn in_process(scores: &[i64], sales: u64) {
    let started = Instant::now();
    let mut board =
        Board::of((0..).zip(scores).map(|(partner, minor)| (PartnerId(partner), score(*minor, 0))));
    println!("boards: {PARTNERS} scores of {sales} sales put in order in {:?}", started.elapsed());
    let mut numbers = Numbers(0xface);
    let mut nanos = Vec::with_capacity(EFFECTS);
    let mut seen = 0;
    for at in 0..EFFECTS as i64 {
        let (partner, minor) = numbers.sale();
        let partner = PartnerId(partner.into());
        let now = board.score_of(partner).map_or(0, |old| old.score) + minor;
        let started = Instant::now();
        board.set(partner, score(now, at));
        let (top, own) = (board.top(ROWS), board.standing_of(partner, PARTNERS as u32));
        nanos.push(started.elapsed().as_nanos() as u32);
        seen += top.len() as u64 + u64::from(own.rank);
    }
    let [p50, p95, p99] = percentiles(&mut nanos);
    println!(
        "boards: a sale's effect, first {ROWS} and own rank: p50/p95/p99 {p50}/{p95}/{p99} ns ({seen})"
    );
}

fn redis(dir: &Path, scores: &[i64]) -> Result<()> {
    let socket = dir.join("redis.sock");
    let Ok(mut server) = started(&socket) else {
        println!("boards: no redis-server here");
        return Ok(());
    };
    let result = redis_effects(&socket, scores);
    server.kill()?;
    server.wait()?;
    result
}

fn started(socket: &Path) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
        .arg(socket)
        .stdout(Stdio::null())
        .spawn()
}

fn redis_effects(socket: &Path, scores: &[i64]) -> Result<()> {
    let mut link = (0..200)
        .find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            UnixStream::connect(socket).ok()
        })
        .context("redis does not listen")?;
    for (partner, minor) in scores.iter().enumerate() {
        call(&mut link, &format!("ZADD b {minor} {partner:06}\r\n"), 1)?;
    }
    let mut numbers = Numbers(0xface);
    let mut nanos = Vec::with_capacity(REDIS_EFFECTS);
    for _ in 0..REDIS_EFFECTS {
        let (partner, minor) = numbers.sale();
        let text = format!(
            "ZINCRBY b {minor} {partner:06}\r\nZREVRANGE b 0 9 WITHSCORES\r\nZREVRANK b {partner:06}\r\n"
        );
        let started = Instant::now();
        // 1 score, 1 head of a list, 20 members and scores, 1 rank.
        call(&mut link, &text, 2 * (1 + 2 * ROWS) + 1 + 1)?;
        nanos.push(started.elapsed().as_nanos() as u32);
    }
    let [p50, p95, p99] = percentiles(&mut nanos);
    println!("boards: the same in Redis, one call over a socket: p50/p95/p99 {p50}/{p95}/{p99} ns");
    Ok(())
}

/// Sends, and reads until so many lines have come.
fn call(link: &mut UnixStream, text: &str, lines: usize) -> Result<()> {
    link.write_all(text.as_bytes())?;
    let (mut buffer, mut found) = ([0_u8; 4096], 0);
    while found < lines {
        let read = link.read(&mut buffer)?;
        anyhow::ensure!(read > 0, "redis closed the link");
        found += buffer[..read].iter().filter(|byte| **byte == b'\n').count();
    }
    Ok(())
}

async fn sql(dir: &Path, sales: u64, scores: &[i64]) -> Result<()> {
    let path = dir.join("boards.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut link = options.pragma("synchronous", "off").connect().await?;
    let text = "create table credit (partner text not null, minor integer not null); \
                create table standing (partner text not null primary key, score integer not null, \
                reached_at integer not null)";
    sqlx::raw_sql(text).execute(&mut link).await?;
    fill(&mut link, sales, scores).await?;
    let started = Instant::now();
    let top = "select partner, sum(minor) from credit group by partner order by 2 desc limit 10";
    sqlx::query(top).fetch_all(&mut link).await?;
    println!("boards: first {ROWS} by SQL from {sales} sales: {:?}", started.elapsed());
    let started = Instant::now();
    let rows = sqlx::query("select partner, score, reached_at from standing").fetch_all(&mut link);
    let mut board = Board::new();
    for row in rows.await? {
        let partner: String = row.try_get(0)?;
        board.set(PartnerId(partner.parse()?), score(row.try_get(1)?, row.try_get(2)?));
    }
    println!("boards: {} standings read and put in order: {:?}", board.public(), started.elapsed());
    link.close().await?;
    std::fs::remove_file(path)?;
    Ok(())
}

async fn fill(link: &mut SqliteConnection, sales: u64, scores: &[i64]) -> Result<()> {
    let mut tx = link.begin().await?;
    // Made inside the database: what is measured is the question, not the filling.
    sqlx::query(
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1) \
         insert into credit select printf('%026d', abs(random()) % $2), 100 + abs(random()) % 500000 from n",
    )
    .bind(sales as i64)
    .bind(PARTNERS as i64)
    .execute(&mut *tx)
    .await?;
    for (partner, minor) in scores.iter().enumerate() {
        sqlx::query("insert into standing values ($1, $2, 0)")
            .bind(partner.to_string())
            .bind(minor)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Every board of every partner from entries in memory, a partner's at a time, as the program does it.
fn rebuild(sales: u64) -> Result<()> {
    let calendar = Calendar::named("Europe/Berlin", WeekStart::Monday).context("zone")?;
    let mut periods = Periods::of(&calendar);
    let mut numbers = Numbers(0xbeef);
    let each = sales / PARTNERS;
    let (mut took, mut scores) = (Duration::ZERO, 0);
    for partner in 0..PARTNERS {
        let partner = PartnerId(partner.into());
        let entries = (0..each).map(|n| entry(&mut numbers, &calendar, partner, n));
        let entries = entries.collect::<Result<Vec<_>>>()?;
        let posted = (1..).zip(&entries).map(|(seq, (at, body))| Posted { seq, at: *at, body });
        let started = Instant::now();
        scores += replay_partner(partner, posted, &mut periods, &|_, _| false)?.len();
        took += started.elapsed();
    }
    println!("boards: all {scores} scores of {} entries made anew: {took:.1?}", each * PARTNERS);
    Ok(())
}

fn entry(
    numbers: &mut Numbers,
    calendar: &Calendar,
    partner: PartnerId,
    n: u64,
) -> Result<(i64, EntryBody)> {
    let at = 1_700_000_000_000 + n as i64 * 80 * HOUR;
    let credit = Credit {
        sale: SaleId(numbers.below(u64::MAX).into()),
        client: ClientId(numbers.below(PARTNERS).into()),
        industry: Some(format!("industry-{}", numbers.below(8))),
        on: calendar.day_of(at),
        currency: Currency::parse("EUR")?,
        shares: vec![CreditShare { partner, minor: 100 + numbers.below(500_000) as i64 }],
    };
    Ok((at, EntryBody::sale_approved(&credit)))
}
