//! `kill -9` of the program at random while thousands of commands arrive, and much else on real parts: each visible
//! command has exactly one reply, the ledger verifies, and the boards equal a replay. `prove chaos` plays it in full.
use partnerspace_tests::Outcome;
use partnerspace_tests::chaos::flood::{Blow, Size, play};
use partnerspace_tests::house::Ground;

const SIZE: Size = Size { commands: 5_000, blows: 50, seed: 20_261_124 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    play(Ground::FakeSqlite, SIZE, &[Blow::Kill]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    play(Ground::FakePostgres, SIZE, &[Blow::Kill]).await
}

/// Killed, stopped, cut off, and with its database killed under it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_all_sorts_of_blows() -> Outcome<()> {
    let size = Size { commands: 400, blows: 12, seed: 5 };
    let all = [Blow::Kill, Blow::Stop, Blow::Line, Blow::Database];
    play(Ground::FakePostgres, size, &all).await
}
