//! `kill -9` of a real Synapse at random while people talk, and of the program beside it; `prove chaos` plays more.
use partnerspace_tests::Outcome;
use partnerspace_tests::chaos::synapse::{Victim, play};

const KILLS: usize = 10;
const SEED: u64 = 20_261_125;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_synapse() -> Outcome<()> {
    play(Victim::Synapse, KILLS, SEED).await.map(drop)
}

/// Either, or both at once; some of them only stand still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_program_at_synapse() -> Outcome<()> {
    play(Victim::Any, KILLS, SEED).await.map(drop)
}
