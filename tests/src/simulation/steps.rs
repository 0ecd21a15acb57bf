//! What may happen in a history, and how often: `tests/data/simulation.txt`.
use crate::{Outcome, place};
use anyhow::bail;
use rand::Rng as _;
use rand::rngs::StdRng;
use std::sync::OnceLock;

/// What happens next.
pub fn draw(rng: &mut StdRng) -> Outcome<&'static str> {
    let steps = steps()?;
    let sum = steps.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..sum);
    for (step, weight) in steps {
        if left < *weight {
            return Ok(step);
        }
        left -= weight;
    }
    bail!("there are no steps")
}

/// Steps and how often each comes.
fn steps() -> Outcome<&'static [(String, u32)]> {
    static STEPS: OnceLock<Result<Vec<(String, u32)>, String>> = OnceLock::new();
    let read = STEPS.get_or_init(|| {
        let file = place::root().join("tests/data/simulation.txt");
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (step, weight) = line.split_once(' ').ok_or(line)?;
                Ok((step.to_owned(), weight.parse().map_err(|_| line)?))
            })
            .collect::<Result<_, &str>>()
            .map_err(str::to_owned)
    });
    read.as_deref().map_err(|line| anyhow::anyhow!("tests/data/simulation.txt: {line}"))
}
