//! `prove fuzz [TARGET] [--seconds N] [--seed N]`: mutated inputs for each target, or for one; stops at the first that does
//! not hold, with its seed and number. `prove fuzz TARGET --seed N --input M` makes one input again and shows it.
use anyhow::{Context, bail};
use partnerspace_tests::Outcome;
use partnerspace_tests::fuzz::{TARGETS, Target};
use std::time::Duration;

#[expect(clippy::print_stdout, reason = "a command for people")]
pub fn run(mut words: impl Iterator<Item = String>) -> Outcome<()> {
    let (mut only, mut seconds, mut seed, mut input) = (None, 60, 1, None);
    while let Some(word) = words.next() {
        let mut number = || -> Outcome<u64> {
            Ok(words.next().with_context(|| format!("{word} wants a number"))?.parse()?)
        };
        match word.as_str() {
            "--seconds" => seconds = number()?,
            "--seed" => seed = number()?,
            "--input" => input = Some(number()?),
            name if TARGETS.iter().any(|target| target.name == name) => only = Some(word),
            other => bail!("{other}? prove fuzz [TARGET] [--seconds N] [--seed N] [--input N]"),
        }
    }
    // What does not hold is told once, by us.
    std::panic::set_hook(Box::new(|_| {}));
    let wanted = |target: &&Target| only.as_deref().is_none_or(|name| name == target.name);
    for target in TARGETS.iter().filter(wanted) {
        if let Some(n) = input {
            let bytes = target.input(&target.corpus()?, seed, n);
            println!("{}", bytes.escape_ascii());
            (target.check)(&bytes);
            continue;
        }
        let files = target.replay()?;
        let told = target.run(seed, Duration::from_secs(seconds))?;
        println!(
            "{}: {files} files, {} inputs of seed {seed} in {seconds} s, all held; the slowest took {:.1?}",
            target.name, told.inputs, told.slowest
        );
    }
    Ok(())
}
