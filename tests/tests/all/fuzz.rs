//! Inputs that nobody would write: the corpora, and some seconds of what is made from them. The command `prove fuzz`
//! goes on as long as one likes.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::fuzz::TARGETS;
use std::time::Duration;

/// All targets together take six times as long.
const TIME: Duration = Duration::from_millis(2_500);
const SEED: u64 = 20_261_128;

#[test]
fn whatever_comes_is_answered() -> Outcome<()> {
    for target in &TARGETS {
        ensure!(target.replay()? > 2, "{} has no corpus", target.name);
        let told = target.run(SEED, TIME)?;
        ensure!(told.inputs > 0, "{} did nothing", target.name);
        #[expect(clippy::print_stdout, reason = "how much was tried, and by which seed")]
        {
            println!(
                "{}: {} inputs of seed {SEED}, slowest {:.1?}",
                target.name, told.inputs, told.slowest
            );
        }
    }
    Ok(())
}
