//! Histories in a world of our making; the command `simulate` plays as many more as one likes.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::simulation::history::play;
use partnerspace_tests::simulation::{alone, base};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// As many as take two cores less than a minute; other seeds than yesterday's are for the command.
const HISTORIES: u64 = 20;
const STEPS: u32 = 200;
/// Seeds that once found something: a room replaced twice within a minute was not read for what had not been pushed; a
/// "wait" at the start was taken for an answer; a job that failed alone kept the writer from writing that it had.
const FOUND: [u64; 3] = [99, 107, 376];

#[test]
fn whatever_happens_each_command_counts_once() -> Outcome<()> {
    let places = alone(base::Places::found())?;
    let seeds: Vec<u64> = (1..=HISTORIES).chain(FOUND).collect();
    let next = AtomicUsize::new(0);
    let some = || -> Outcome<()> {
        loop {
            let Some(seed) = seeds.get(next.fetch_add(1, Relaxed)) else { return Ok(()) };
            alone(play(&places, *seed, STEPS)).with_context(|| {
                format!("again: cargo run -p partnerspace-tests --bin simulate -- --from-seed {seed} --histories 1")
            })?;
        }
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(some), scope.spawn(some)];
        let mut done = threads.into_iter().map(|thread| thread.join());
        done.try_for_each(|done| done.unwrap_or_else(|_| anyhow::bail!("a history has panicked")))
    })
}

/// A seed is a history: else a fault that was found could not be found again.
#[test]
fn a_seed_is_the_same_history_twice() -> Outcome<()> {
    let places = alone(base::Places::found())?;
    for seed in [7, 8] {
        let once = alone(play(&places, seed, STEPS))?;
        let twice = alone(play(&places, seed, STEPS))?;
        ensure!(once.trace == twice.trace, "seed {seed} went two ways");
    }
    Ok(())
}

/// What is shipped is built of `partnerspace` alone, which knows no points.
#[test]
fn the_shipped_program_has_no_points() -> Outcome<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = |package: &str| -> Outcome<String> {
        let mut command = std::process::Command::new(&cargo);
        command.args(["tree", "--offline", "--locked", "-e", "features", "-p", package]);
        command.args(["-i", "partnerspace-bridge"]);
        let done = command.current_dir(partnerspace_tests::place::root()).output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    };
    ensure!(!tree("partnerspace")?.contains("failpoints"), "the program is shipped with points");
    ensure!(tree("partnerspace-tests")?.contains("failpoints"), "the test finds nothing anywhere");
    Ok(())
}
