//! A busy day: ten thousand sales of a thousand partners in a few messages, each of a size that a
//! homeserver takes; no single sale is told.
use super::histories::judged;
use super::world::{World, card, id};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::Ground;
use schema::metric::Metric;
use schema::period::PeriodKind;

const PARTNERS: u64 = 1_000;
/// Below what an event may have, with what a homeserver adds.
const BYTES_MAX: usize = 48 << 10;
const MESSAGES_MAX: usize = 20;

/// As ten sales of each partner in one of two industries leave the boards.
async fn sold(world: &World) -> Outcome<()> {
    let calendar = world.past.program.calendar.clone();
    for kind in PeriodKind::ALL {
        let period = calendar.period_at(*kind, world.now);
        for metric in [Metric::Revenue, Metric::Clients, Metric::Penetration] {
            for scope in ["", "dental", "gyms"] {
                let rows =
                    (0..PARTNERS).filter(|n| scope.is_empty() || (n % 2 == 0) == (scope == "gyms"));
                let row = |n| {
                    let score = if metric == Metric::Revenue { 100_000 + n } else { 10 };
                    format!("('{metric}|{period}|{scope}', '{}', {score}, 1)", id(n))
                };
                let rows: Vec<String> = rows.map(row).collect();
                let head = "insert into standing (board, partner_id, score, reached_at) values";
                world.change(&format!("{head} {}", rows.join(", "))).await?;
            }
        }
        let rows: Vec<String> =
            (0..PARTNERS).map(|n| format!("('breadth|{period}|', '{}', 1, 1)", id(n))).collect();
        let head = "insert into standing (board, partner_id, score, reached_at) values";
        world.change(&format!("{head} {}", rows.join(", "))).await?;
    }
    Ok(())
}

async fn fits(ground: Ground) -> Outcome<()> {
    let mut world = World::open(ground, PARTNERS).await?;
    sold(&world).await?;
    world.extract().await?;
    let published = world.published().await?;
    let messages: Vec<usize> = published
        .iter()
        .filter(|event| card(event)["kind"] == "extract")
        .map(|event| event["content"].to_string().len())
        .collect();
    let most = messages.iter().max().copied().unwrap_or_default();
    ensure!((2..=MESSAGES_MAX).contains(&messages.len()), "{} messages", messages.len());
    ensure!(most <= BYTES_MAX, "{most} bytes");
    let verdict = judged(&published)?;
    ensure!(verdict.code() == 0, "{verdict}");
    // The next one has nothing to tell again.
    world.now += 1;
    world.extract().await?;
    let again = world.published().await?;
    let again = again.iter().filter(|event| card(event)["kind"] == "extract").count();
    ensure!(again == messages.len(), "told again");
    world.end().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_day_fits_on_sqlite() -> Outcome<()> {
    fits(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_day_fits_on_postgres() -> Outcome<()> {
    fits(Ground::FakePostgres).await
}
