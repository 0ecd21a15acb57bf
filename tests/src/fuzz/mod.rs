//! Inputs that nobody would write. A target is a function of bytes that panics where something does not hold that
//! must hold of every input. The corpora are `tests/fuzz/corpus/<target>`; what comes after them is made from them
//! by mutation, each from its seed and number alone, so that a finding can be made again.
mod html;
mod line;
mod mutate;
mod small;
mod transaction;

use crate::{Outcome, place};
use anyhow::{Context, bail};
use std::any::Any;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub struct Target {
    pub name: &'static str,
    pub check: fn(&[u8]),
    /// Pieces that random bytes would never become.
    words: &'static [&'static str],
}

pub static TARGETS: [Target; 6] = [
    Target { name: "transaction", check: transaction::check, words: transaction::WORDS },
    Target { name: "line", check: line::check, words: line::WORDS },
    Target { name: "amount", check: small::amount, words: small::AMOUNT_WORDS },
    Target { name: "reaction", check: small::reaction, words: small::REACTION_WORDS },
    Target { name: "html", check: html::check, words: html::WORDS },
    Target { name: "config", check: small::config, words: small::CONFIG_WORDS },
];

/// Longer inputs are cut: they cost time and say nothing new.
const BYTES_MAX: usize = 8_192;

/// What a run was.
#[derive(Debug, Default, Clone, Copy)]
pub struct Told {
    pub inputs: u64,
    /// Of a processor.
    pub slowest: Duration,
}

impl Target {
    /// # Panics
    /// When there is none of this name.
    pub fn of(name: &str) -> &'static Self {
        let found = TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| panic!("no target is called {name}"))
    }

    /// The small inputs to begin with, in the order of their names.
    pub fn corpus(&self) -> Outcome<Vec<Vec<u8>>> {
        let folder = place::root().join("tests/fuzz/corpus").join(self.name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .with_context(|| format!("{}", folder.display()))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Outcome<_>>()?;
        files.sort();
        files.iter().map(|file| Ok(fs::read(file)?)).collect()
    }

    /// The corpus as it is.
    pub fn replay(&self) -> Outcome<usize> {
        let corpus = self.corpus()?;
        for input in &corpus {
            self.holds(input, "of the corpus")?;
        }
        Ok(corpus.len())
    }

    /// The n-th input of a seed.
    pub fn input(&self, corpus: &[Vec<u8>], seed: u64, n: u64) -> Vec<u8> {
        let mut input = mutate::mutated(corpus, self.words, seed, n);
        input.truncate(BYTES_MAX);
        input
    }

    /// As many inputs of a seed as fit into the time.
    #[expect(clippy::disallowed_methods, reason = "the time is what it is given")]
    pub fn run(&self, seed: u64, time: Duration) -> Outcome<Told> {
        let (corpus, began) = (self.corpus()?, Instant::now());
        let mut told = Told::default();
        while began.elapsed() < time {
            let input = self.input(&corpus, seed, told.inputs);
            let before = processor();
            self.holds(&input, &format!("{} of seed {seed}", told.inputs))?;
            told.slowest = told.slowest.max(processor().saturating_sub(before));
            told.inputs += 1;
        }
        Ok(told)
    }

    fn holds(&self, input: &[u8], which: &str) -> Outcome<()> {
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| (self.check)(input))) else {
            return Ok(());
        };
        let shown = input.escape_ascii();
        bail!("{} input {which}: {}\n{shown}", self.name, text_of(&*panic))
    }
}

/// What this thread has had of a processor: on a busy machine the time of the day says little.
fn processor() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(first.unwrap_or_default())
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic")
}
