//! The process itself ends at a named point (`abort`, no destructor runs) and is started again on its
//! files: what the world in one thread cannot show is a database, a lock and sockets as a dead process
//! leaves them.
use anyhow::ensure;
use bridge::platform::points::Point;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;

const ABORT_AT: &str = "PARTNERSPACE_ABORT_AT";

/// Before, in and after each of the commits that a claim goes through.
const POINTS: [Point; 9] = [
    Point::InboxRows,
    Point::Committed,
    Point::Taken,
    Point::Facts,
    Point::Owed,
    Point::CommitUnanswered,
    Point::BeforeSend,
    Point::AnswerLost,
    Point::Marks,
];

async fn aborted(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", "[limits]\ncommands_burst = 1000\n").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    for (n, point) in POINTS.into_iter().enumerate() {
        // At its start the program goes through some of the points, too: the death there is as good.
        house.program.set_env(ABORT_AT, &format!("{point:?}:1"));
        house.program.kill9();
        house.program.launch()?;
        let ana = house.person("ana")?;
        let said = ana.say(&general, &format!("!sale add {} EUR Client {n}", n + 1)).await?;
        let died =
            until("the program to die", || async { house.program.alive().is_err().then_some(()) });
        died.await?;
        house.program.set_env(ABORT_AT, "");
        house.program.launch()?;
        house.program.ready().await?;
        house.person("ana")?.reply_to(&said).await?;
        ensure!(facts.sales_by(&said).await? == 1, "{point:?}: not one claim");
    }
    let waiting = "select (select count(*) from outbox where sent_at is null) \
                   + (select count(*) from inbox where done_at is null or outcome = 'poison')";
    until("nothing to wait", || async {
        (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    drop(facts);
    house.program.signal("TERM")?;
    let verified = house.program.output(&["ledger", "verify"])?;
    ensure!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    aborted(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    aborted(Ground::FakePostgres).await
}
