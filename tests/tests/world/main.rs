//! What a mutant of delivery has to live through (`tests/mutants/run`): some histories, and every named point on SQLite.
//! Nobody is in it who takes long to compile; the suite itself plays more of both.
use partnerspace_tests::Outcome;
use partnerspace_tests::simulation::history::play;
use partnerspace_tests::simulation::{alone, base, matrix};

const HISTORIES: u64 = 4;
const STEPS: u32 = 200;

#[test]
fn histories() -> Outcome<()> {
    let places = alone(base::Places::found())?;
    (1..=HISTORIES).try_for_each(|seed| alone(play(&places, seed, STEPS)).map(drop))
}

#[test]
fn points() -> Outcome<()> {
    alone(matrix::on_sqlite("")).map(drop)
}
