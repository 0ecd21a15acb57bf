//! `prove power [--images N] [--cuts N] [--flips N] [--from-seed N]`: opens images of a disk after a power cut, plays a
//! life with power cuts, and changes single bytes; stops at the first that does not hold, with its seed.
use anyhow::{Context, bail};
use partnerspace_tests::Outcome;
use partnerspace_tests::power::{cuts, flips, prove};
use partnerspace_tests::simulation::{alone, base};
use std::collections::BTreeMap;
use std::time::Instant;

/// Of one recording.
const IMAGES_MAX: usize = 1_000;

#[expect(clippy::print_stdout, reason = "a command for people")]
#[expect(clippy::disallowed_methods, reason = "it says how fast it was")]
pub fn run(mut words: impl Iterator<Item = String>) -> Outcome<()> {
    let (mut images, mut lives, mut bytes, mut seed) = (3_000, 40, 1_000, 1);
    while let Some(word) = words.next() {
        let number: u64 = words.next().context("a number is missing")?.parse()?;
        match word.as_str() {
            "--images" => images = usize::try_from(number)?,
            "--cuts" => lives = u32::try_from(number)?,
            "--flips" => bytes = usize::try_from(number)?,
            "--from-seed" => seed = number,
            other => {
                bail!("{other}? prove power [--images N] [--cuts N] [--flips N] [--from-seed N]")
            }
        }
    }
    let place = alone(base::found(None))?;
    let began = Instant::now();
    let (mut done, mut kinds) = (0, BTreeMap::<&str, usize>::new());
    let (mut heard, mut commits, mut checkpoints) = (0, 0, 0);
    for seed in seed.. {
        if done == images {
            break;
        }
        let told = alone(prove(&place, seed, (images - done).min(IMAGES_MAX)))?;
        done += told.images;
        (heard, commits) = (heard + told.acknowledged, commits + told.commits);
        checkpoints += told.checkpoints;
        for (kind, count) in told.kinds {
            *kinds.entry(kind).or_default() += count;
        }
    }
    println!(
        "{done} images of {commits} commits and {checkpoints} checkpoints, {heard} commands acknowledged: \
         none lost, all open. {:.1} s",
        began.elapsed().as_secs_f64()
    );
    for (kind, count) in kinds {
        println!("  {count} {kind}");
    }
    let said = alone(cuts::play(&place, seed, lives))?;
    println!("{lives} power cuts in one life, {said} commands: each counted once");
    let told = alone(flips::prove(&place, seed, bytes))?;
    println!("{bytes} changed bytes of the database: {told:?}");
    Ok(())
}
