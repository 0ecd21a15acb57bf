//! Lost power: what a disk can hold of a SQLite database when it goes, made from what the program wrote, and
//! what must be there then. The rules are SQLite's own with `synchronous=full`: a commit is synced before it is
//! answered, so only the last transaction of the log can be torn; a checkpoint begins with a whole log and syncs
//! the database before the log begins anew. Between two syncs a disk writes what it likes, in sectors.
pub mod cuts;
pub mod flips;
mod images;
mod record;
mod state;

use crate::Outcome;
use crate::simulation::town::{self, Place};
use anyhow::Context;
use images::Image;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
pub use record::{Recording, record};
use std::collections::BTreeMap;

/// What was tried.
#[derive(Debug, Default)]
pub struct Told {
    pub images: usize,
    /// By what the disk was doing.
    pub kinds: BTreeMap<&'static str, usize>,
    pub acknowledged: usize,
    pub commits: usize,
    pub checkpoints: usize,
}

/// Records a program at work, and opens images of its disk: as many, or as many as this seed has when some are
/// taken between any two moments. The first that does not hold is told.
///
/// # Errors
/// What was lost, and of which image.
pub async fn prove(place: &Place, seed: u64, count: usize) -> Outcome<Told> {
    let recording = record(place, seed).await?;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut told = Told {
        acknowledged: recording.acknowledged.len(),
        commits: recording.commits()?,
        checkpoints: recording.checkpoints(),
        ..Told::default()
    };
    let (folder, program) = (town::folder()?, appservice::run::program(&town::settings()?.0)?);
    let mut moments: Vec<usize> = (0..recording.moments.len().saturating_sub(1)).collect();
    moments.shuffle(&mut rng);
    let each = count / moments.len().max(1) + 1;
    for since in moments {
        let mut found = images::after(&recording, since, &mut rng)?;
        found.shuffle(&mut rng);
        // The rarest first.
        found.sort_by_key(|image| image.kind != images::CHECKPOINT);
        let left = count - told.images;
        for image in found.into_iter().take(each.min(left)) {
            let Image { kind, .. } = image;
            let held = state::holds(&folder, &image, &recording, &program, &mut rng).await;
            held.with_context(|| {
                let n = told.images;
                format!("image {n} of seed {seed}, {count} wanted: {kind} after moment {since}")
            })?;
            told.images += 1;
            *told.kinds.entry(kind).or_default() += 1;
        }
    }
    Ok(told)
}
