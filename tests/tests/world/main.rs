//! What a mutant of delivery has to live through (`tests/mutants/run`): some histories, and every named point on SQLite.
//! Nobody is in it who takes long to compile; the suite itself plays more of both.
use partnerspace_tests::Outcome;
use partnerspace_tests::simulation::history::play;
use partnerspace_tests::simulation::{alone, base, matrix};

const STEPS: u32 = 200;

fn holds(seed: u64) -> Outcome<()> {
    let places = alone(base::Places::found())?;
    alone(play(&places, seed, STEPS)).map(drop)
}

#[test]
fn first_history() -> Outcome<()> {
    holds(1)
}

#[test]
fn second_history() -> Outcome<()> {
    holds(2)
}

#[test]
fn third_history() -> Outcome<()> {
    holds(3)
}

#[test]
fn fourth_history() -> Outcome<()> {
    holds(4)
}

#[test]
fn points() -> Outcome<()> {
    alone(matrix::on_sqlite("")).map(drop)
}
