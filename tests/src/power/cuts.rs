//! One life with many power cuts: the program goes on with what the disk held, beside a homeserver that was told
//! whatever it was told, and in the end each command has counted once.
use super::record::{checkpoint_often, speak};
use crate::Outcome;
use crate::simulation::check::{self, Said};
use crate::simulation::disk::after_a_cut;
use crate::simulation::town::{Blow, Place, Strike, Town};
use anyhow::{Context, ensure};
use bridge::platform::points::Point;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

const MINUTE_MS: i64 = 60_000;
/// Where a commit has just been made and nobody was told: it may be torn.
const UNTOLD: [Point; 2] = [Point::Committed, Point::CommitUnanswered];

/// Plays as many cuts; gives how many commands were said.
///
/// # Errors
/// What does not hold.
pub async fn play(place: &Place, seed: u64, cuts: u32) -> Outcome<usize> {
    let mut town = Town::at(place, None)?;
    town.fake.world().reseed(seed);
    town.net.set_seed(seed);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut said = Said::default();
    for cut in 1..=cuts {
        let told = || format!("cut {cut} of seed {seed}");
        town.start().await?;
        checkpoint_often(&town).await?;
        town.pass(rng.random_range(200..4_000)).await?;
        speak(&town, &mut said, cut, &mut rng)?;
        let is_untold = rng.random_range(0..3) > 0;
        let mut draws = StdRng::seed_from_u64(rng.random());
        town.cut = Some(Box::new(move |disk| after_a_cut(disk, is_untold, &mut draws)));
        if is_untold {
            let point = UNTOLD.choose(&mut rng).copied().context("a point")?;
            town.strikes.borrow_mut().push(Strike { point, blow: Blow::Abort, left: 1 });
            let died = town.until(MINUTE_MS, |town| !town.runs()).await.with_context(told)?;
            ensure!(died, "{point:?} was not reached");
        } else {
            town.pass(rng.random_range(1..400)).await?;
            town.kill().await?;
        }
        said.look(&town).with_context(told)?;
    }
    town.start().await?;
    town.pass(45 * MINUTE_MS).await?;
    said.look(&town)?;
    check::whole(&mut town, &said).await.with_context(|| format!("the end of seed {seed}"))?;
    town.kill().await?;
    Ok(said.lines.len())
}
