//! Lost power and changed bytes; the command `prove power` does the same at any size.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::power::{cuts, flips, prove};
use partnerspace_tests::simulation::{alone, base};

const IMAGES: usize = 150;
const CUTS: u32 = 12;
const FLIPS: usize = 200;
const SEED: u64 = 4;

#[test]
fn no_acknowledged_command_is_lost_with_the_power() -> Outcome<()> {
    let place = alone(base::found(None))?;
    let told = alone(prove(&place, SEED, IMAGES))?;
    ensure!(told.images > IMAGES * 3 / 4, "{told:?}");
    ensure!(told.kinds.len() == 4 && told.checkpoints > 2, "{told:?}");
    Ok(())
}

#[test]
fn a_life_with_power_cuts_counts_each_command_once() -> Outcome<()> {
    let place = alone(base::found(None))?;
    ensure!(alone(cuts::play(&place, SEED, CUTS))? > CUTS as usize);
    Ok(())
}

#[test]
fn a_changed_byte_is_found_before_the_first_answer() -> Outcome<()> {
    let place = alone(base::found(None))?;
    let told = alone(flips::prove(&place, SEED, FLIPS))?;
    ensure!(told.found > 0 && told.in_log > FLIPS / 3, "{told:?}");
    Ok(())
}
