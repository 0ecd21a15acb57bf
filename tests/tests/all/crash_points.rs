//! Every named point × what happens there × database; the cells stand in `simulation::matrix`.
use anyhow::ensure;
use bridge::platform::points::Point;
use partnerspace_tests::Outcome;
use partnerspace_tests::simulation::{alone, matrix};

/// It dies, what it asked for fails, a minute passes.
const BLOWS: usize = 3;

#[test]
fn on_sqlite() -> Outcome<()> {
    let cells = alone(matrix::on_sqlite(""))?;
    ensure!(cells == Point::ALL.len() * BLOWS, "{cells} cells");
    Ok(())
}

#[test]
fn on_postgres() -> Outcome<()> {
    let cells = alone(matrix::on_postgres(""))?;
    ensure!(cells == Point::ALL.len() * BLOWS, "{cells} cells");
    Ok(())
}
