//! Histories of sales, of taking back, of partners who hide and show themselves, of suspensions, help and
//! closed periods: what was published adds up to the boards, to the last row; nobody leaks.
use super::world::{Draw, World};
use anyhow::ensure;
use appservice::verify::{Verdict, events, judge};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::Ground;
use serde_json::Value;

const STEPS: usize = 40;

pub fn judged(published: &[Value]) -> Outcome<Verdict> {
    Ok(judge(&events::read(&Value::from(published.to_vec()).to_string())?, None))
}

/// A history that ends with an extract.
pub async fn history(ground: Ground, seed: u64) -> Outcome<World> {
    let partners = 3 + seed % 6;
    let mut world = World::open(ground, partners).await?;
    let mut draw = Draw(seed);
    for _ in 0..STEPS {
        world.act(&mut draw, partners).await?;
    }
    world.extract().await?;
    Ok(world)
}

async fn adds_up(ground: Ground, seeds: std::ops::Range<u64>) -> Outcome<()> {
    let (mut rows, mut unnamed, mut results, mut extracts) = (0, 0, 0, 0);
    for seed in seeds {
        let world = history(ground, seed).await?;
        let published = world.published().await?;
        let verdict = judged(&published)?;
        ensure!(verdict.code() == 0, "seed {seed}:\n{verdict}");
        ensure!(
            verdict.to_string().contains("Everything matches entry"),
            "seed {seed}:\n{verdict}"
        );
        extracts += world.nobody_leaks(&published)?;
        rows += verdict.boards.rows;
        unnamed += verdict.boards.unnamed;
        results += verdict.results.0;
        world.end().await;
    }
    ensure!(
        rows > 100 && unnamed > 0 && results > 0 && extracts > 10,
        "{rows} {unnamed} {results} {extracts}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_add_up_on_sqlite() -> Outcome<()> {
    adds_up(Ground::FakeSqlite, 0..40).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_add_up_on_postgres() -> Outcome<()> {
    adds_up(Ground::FakePostgres, 100..108).await
}
