//! `prove chaos [--kills N] [--commands N] [--synapse N] [--seed N]`: a flood of commands over kills of the program, on SQLite and
//! with everything else on PostgreSQL, then kills of a real Synapse and of both; stops at what does not hold. A number of 0
//! leaves a part out.
use anyhow::{Context, bail};
use partnerspace_tests::Outcome;
use partnerspace_tests::chaos::flood::{self, Blow, Size};
use partnerspace_tests::chaos::synapse::{self, Victim};
use partnerspace_tests::house::Ground;
use std::time::Instant;

#[expect(clippy::print_stdout, reason = "a command for people")]
#[expect(clippy::disallowed_methods, reason = "it says how long it took")]
pub fn run(mut words: impl Iterator<Item = String>) -> Outcome<()> {
    let (mut kills, mut commands, mut synapses, mut seed) = (1_000, 100_000, 100, 1);
    while let Some(word) = words.next() {
        let number: usize = words.next().context("a number is missing")?.parse()?;
        match word.as_str() {
            "--kills" => kills = number,
            "--commands" => commands = number,
            "--synapse" => synapses = number,
            "--seed" => seed = number as u64,
            other => {
                bail!("{other}? prove chaos [--kills N] [--commands N] [--synapse N] [--seed N]")
            }
        }
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let began = Instant::now();
    let seconds = || format!("{:.0} s", began.elapsed().as_secs_f64());
    if kills > 0 {
        let size = Size { commands, blows: kills, seed };
        runtime.block_on(flood::play(Ground::FakeSqlite, size, &[Blow::Kill]))?;
        println!(
            "{commands} commands over {kills} kills on SQLite: each has one reply. {}",
            seconds()
        );
        let all = [Blow::Kill, Blow::Stop, Blow::Line, Blow::Database];
        let size = Size { commands: commands / 10, blows: kills / 10, seed };
        runtime.block_on(flood::play(Ground::FakePostgres, size, &all))?;
        println!(
            "{} commands over {} kills, stops, bad lines and kills of PostgreSQL: each has one reply. {}",
            size.commands,
            size.blows,
            seconds()
        );
    }
    if synapses > 0 {
        for (victim, kills) in [(Victim::Synapse, synapses), (Victim::Any, synapses / 5 + 1)] {
            let taken = runtime.block_on(synapse::play(victim, kills, seed))?;
            println!(
                "{taken} commands over {kills} blows on {victim:?}: each has one reply. {}",
                seconds()
            );
        }
    }
    Ok(())
}
