//! `kill -9` in the middle of a backup, of a restore and of a migration: what is left is whole or is
//! nothing, and the next try works.
use super::files::{done, program};
use anyhow::ensure;
use bridge::platform::db::{Db, migrate_to, version};
use partnerspace_tests::process::Process;
use partnerspace_tests::program::Program;
use partnerspace_tests::{Outcome, postgres};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use schema::migrations::NEWEST;
use std::time::Duration;

/// Seed of the kills' times; another one is another test.
const SEED: u64 = 20_261_128;
const KILLS: u64 = 8;
const ROWS: i64 = 6_000;

/// Starts a command and kills it some time later, at the latest when it is done.
async fn killed(program: &Program, arguments: &[&str], after: u64) -> Outcome<()> {
    let log = program.folder().join("killed.log");
    let mut process = Process::start("partnerspace", program.command(arguments)?, &log)?;
    tokio::time::sleep(Duration::from_millis(after)).await;
    process.kill9();
    Ok(())
}

async fn filled(program: &Program, schema: i64) -> Outcome<Db> {
    let db = Db::open(&program.database_url).await?;
    migrate_to(&db, schema, 1).await?;
    let mut tx = db.begin().await?;
    sqlx::query("insert into install (id, made_at) values ('01A', 5)").execute(&mut *tx).await?;
    for seq in 0..ROWS {
        sqlx::query(
            "insert into inbox (seq, event_id, room_id, sender, raw, source, received_at, done_at, outcome) \
             values ($1, $2, '!r:x', '@a:x', $3, 'txn', 1, 1, 'ran')",
        )
        .bind(seq)
        .bind(format!("$event{seq}"))
        .bind(vec![b'x'; 700])
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(db)
}

async fn inputs(db: &Db) -> Outcome<i64> {
    use sqlx::Row as _;
    let row = sqlx::query("select count(*) from inbox").fetch_one(&mut *db.read().await?).await?;
    Ok(row.try_get(0)?)
}

async fn backups_and_restores(url: Option<String>, fresh: Option<String>) -> Outcome<()> {
    let mut random = SmallRng::seed_from_u64(SEED);
    let from = program(url)?;
    filled(&from, NEWEST).await?.close().await;
    for n in 0..KILLS {
        let name = format!("{n}.backup");
        killed(&from, &["backup", &name], random.random_range(0..250)).await?;
        if from.folder().join(&name).exists() {
            done(&from, &["restore", "--check", &name])?;
        }
    }
    done(&from, &["backup", "last.backup"])?;
    let whole = from.folder().join("last.backup").display().to_string();
    let to = program(fresh)?;
    for _ in 0..KILLS {
        killed(&to, &["restore", &whole], random.random_range(0..250)).await?;
        let output = to.output(&["restore", "--check", &whole])?;
        ensure!(output.status.success(), "the backup itself was changed");
    }
    // One of the killed ones may have come to its end.
    let again = to.output(&["restore", &whole])?;
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    ensure!(again.status.success() || said.contains("only where nothing is"), "{said}");
    let db = Db::open_present(&to.database_url).await?;
    ensure!(inputs(&db).await? == ROWS, "{} inputs", inputs(&db).await?);
    db.close().await;
    Ok(())
}

async fn migrations(url: Option<String>) -> Outcome<()> {
    let mut random = SmallRng::seed_from_u64(SEED);
    let program = program(url)?;
    filled(&program, 1).await?.close().await;
    for _ in 0..KILLS {
        killed(&program, &["migrate"], random.random_range(0..400)).await?;
    }
    done(&program, &["migrate"])?;
    let db = Db::open_present(&program.database_url).await?;
    ensure!(version(&db).await? == NEWEST && inputs(&db).await? == ROWS);
    db.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    backups_and_restores(None, None).await?;
    migrations(None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    let cluster = postgres::shared().await?;
    backups_and_restores(Some(cluster.database().await?), Some(cluster.database().await?)).await?;
    migrations(Some(cluster.database().await?)).await
}
