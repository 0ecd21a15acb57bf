//! Random histories through the real commands: what people see (boards, statements, payouts) is at every
//! step what a replay of the ledger alone makes of it, by code that shares no arithmetic with the program.
mod play;
mod replay;

use anyhow::Context as _;
use bridge::platform::db::{Db, migrate};
use partnerspace_tests::Outcome;
use partnerspace_tests::desk::{Desk, program};
use play::Play;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Each beginning of a play is a history; those of refused commands are not counted.
const HISTORIES: u64 = 10_000;
const STEPS: u64 = 24;
/// 2026-02-20: a month's and a quarter's end, and a change of the clocks, are near.
const BEGIN: i64 = 1_771_545_600_000;
const DAY: i64 = 86_400_000;

async fn played(db: &Db, seed: u64) -> Outcome<u64> {
    let mut random = StdRng::seed_from_u64(seed);
    let now = BEGIN + random.random_range(0..30 * DAY);
    let desk = Desk::open(db, program(db, "Europe/Berlin")?, now).await?;
    let mut play = Play::begin(desk, random).await?;
    let mut done = 0;
    for step in 0..STEPS {
        let said = play.step().await?;
        let context = || format!("seed {seed}, step {step}: {} → {}", said.line, said.answer);
        if said.was_taken {
            done += 1;
            let who = play.somebody();
            replay::agrees(&mut play.desk, &said, who).await.with_context(context)?;
        }
    }
    for who in play::PEOPLE {
        replay::statement(&mut play.desk, who).await.with_context(|| format!("seed {seed}"))?;
    }
    play.desk.forget().await?;
    Ok(done)
}

#[test]
fn the_ledger_alone_makes_boards_statements_and_payouts() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let (mut done, mut seed) = (0, 20_261_128);
    runtime.block_on(async {
        let url = format!("sqlite:{}", folder.path().join("desk.db").display());
        let db = Db::open(&url).await?;
        migrate(&db, 1).await?;
        while done < HISTORIES {
            done += played(&db, seed).await?;
            seed += 1;
        }
        db.close().await;
        Ok(())
    })
}
