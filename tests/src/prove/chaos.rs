//! `prove chaos [--kills N] [--postgres N] [--synapse N] [--seed N]`: a hundred commands for each kill of the program, on
//! SQLite; as many for each blow of any kind on PostgreSQL; then kills of a real Synapse and of both. Stops at what does
//! not hold. A number of 0 leaves a part out.
use anyhow::{Context, bail};
use partnerspace_tests::Outcome;
use partnerspace_tests::chaos::flood::{self, Blow, Size};
use partnerspace_tests::chaos::synapse::{self, Victim};
use partnerspace_tests::house::Ground;
use std::time::Instant;

/// Commands that come for each blow.
const COMMANDS: usize = 100;

#[expect(clippy::print_stdout, reason = "a command for people")]
#[expect(clippy::disallowed_methods, reason = "it says how long it took")]
pub fn run(mut words: impl Iterator<Item = String>) -> Outcome<()> {
    let (mut kills, mut blows, mut synapses, mut seed) = (1_000, 100, 100, 1);
    while let Some(word) = words.next() {
        let number: usize = words.next().context("a number is missing")?.parse()?;
        match word.as_str() {
            "--kills" => kills = number,
            "--postgres" => blows = number,
            "--synapse" => synapses = number,
            "--seed" => seed = number as u64,
            other => {
                bail!("{other}? prove chaos [--kills N] [--postgres N] [--synapse N] [--seed N]")
            }
        }
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let began = Instant::now();
    let seconds = || format!("{:.0} s", began.elapsed().as_secs_f64());
    let all = [Blow::Kill, Blow::Stop, Blow::Line, Blow::Database];
    let parts = [
        (kills, Ground::FakeSqlite, &[Blow::Kill][..], "kills on SQLite"),
        (blows, Ground::FakePostgres, &all, "kills, stops, bad lines and kills of PostgreSQL"),
    ];
    for (blows, ground, kinds, which) in parts.into_iter().filter(|part| part.0 > 0) {
        let size = Size { commands: blows * COMMANDS, blows, seed };
        runtime.block_on(flood::play(ground, size, kinds))?;
        let commands = size.commands;
        println!("{commands} commands over {blows} {which}: each has one reply. {}", seconds());
    }
    let victims = [(Victim::Synapse, synapses), (Victim::Any, synapses.div_ceil(5))];
    for (victim, kills) in victims.into_iter().filter(|part| part.1 > 0) {
        let taken = runtime.block_on(synapse::play(victim, kills, seed))?;
        println!(
            "{taken} commands over {kills} blows on {victim:?}: each has one reply. {}",
            seconds()
        );
    }
    Ok(())
}
