//! `simulate [--histories N] [--steps N] [--from-seed N] [--threads N] [--twice]`: plays histories and
//! stops at the first that does not hold, with its seed. `simulate --points sqlite [NAME]` (or `postgres`)
//! plays the matrix of the named points instead, or those cells whose point's name has this in it.
use anyhow::{Context, bail, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::simulation::history::{Told, play};
use partnerspace_tests::simulation::{alone, base, matrix};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::{Layer as _, fmt, prelude::*};

struct Wanted {
    histories: u64,
    steps: u32,
    from: u64,
    threads: usize,
    twice: bool,
}

fn wanted() -> Outcome<Wanted> {
    let mut wanted = Wanted { histories: 100, steps: 200, from: 1, threads: 2, twice: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().with_context(|| format!("{word} wants a number"));
        match word.as_str() {
            "--histories" => wanted.histories = next()?.parse()?,
            "--steps" => wanted.steps = next()?.parse()?,
            "--from-seed" => wanted.from = next()?.parse()?,
            "--threads" => wanted.threads = next()?.parse()?,
            "--twice" => wanted.twice = true,
            other => bail!(
                "{other}? simulate [--histories N] [--steps N] [--from-seed N] [--threads N] [--twice]"
            ),
        }
    }
    Ok(wanted)
}

fn main() -> Outcome<()> {
    if let Ok(filter) = std::env::var("RUST_LOG") {
        let filter: Targets = filter.parse()?;
        tracing_subscriber::registry().with(fmt::layer().with_filter(filter)).init();
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [first, engine, rest @ ..] if first == "--points" => {
            points(engine, rest.first().map_or("", String::as_str))
        }
        _ => histories(),
    }
}

#[expect(clippy::print_stdout, reason = "a command for people")]
#[expect(clippy::disallowed_methods, reason = "it says how fast it was")]
fn points(engine: &str, word: &str) -> Outcome<()> {
    let began = Instant::now();
    let cells = match engine {
        "postgres" => alone(matrix::on_postgres(word))?,
        _ => alone(matrix::on_sqlite(word))?,
    };
    println!("{cells} cells held in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command for people")]
#[expect(clippy::disallowed_methods, reason = "it says how fast it was")]
fn histories() -> Outcome<()> {
    let wanted = wanted()?;
    let places = alone(base::Places::found()).context("the places where histories begin")?;
    let (next, began) = (AtomicU64::new(wanted.from), Instant::now());
    let end = wanted.from + wanted.histories;
    let one = || -> Outcome<Vec<Told>> {
        let mut told = Vec::new();
        loop {
            let seed = next.fetch_add(1, Relaxed);
            if seed >= end {
                return Ok(told);
            }
            let first = alone(play(&places, seed, wanted.steps))
                .inspect_err(|_| next.store(end, Relaxed))?;
            if wanted.twice {
                let second = alone(play(&places, seed, wanted.steps))?;
                ensure!(first.trace == second.trace, "seed {seed} is not the same twice");
            }
            told.push(first);
        }
    };
    let all: Vec<Outcome<Vec<Told>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..wanted.threads).map(|_| scope.spawn(one)).collect();
        let end =
            |done: std::thread::Result<_>| done.unwrap_or_else(|_| bail!("a thread has panicked"));
        threads.into_iter().map(|thread| end(thread.join())).collect()
    });
    let mut sum = Told::default();
    let mut histories = 0_u64;
    for told in all.into_iter().collect::<Outcome<Vec<_>>>()?.into_iter().flatten() {
        histories += 1;
        sum.steps += told.steps;
        sum.commands += told.commands;
        sum.deaths += told.deaths;
        sum.requests += told.requests;
        sum.simulated_ms += told.simulated_ms;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{histories} histories, {} steps, {} lines said, {} deaths, {} requests, {} simulated hours: all held. \
         {seconds:.1} s, {:.2} histories/s, {:.0} steps/s",
        sum.steps,
        sum.commands,
        sum.deaths,
        sum.requests,
        sum.simulated_ms / 3_600_000,
        histories as f64 / seconds,
        sum.steps as f64 / seconds,
    );
    Ok(())
}
