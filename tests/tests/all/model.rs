//! A million random operations on sales and their commission, beside a model that knows nothing of
//! ours: integers without end, rounding written out, every line counted anew from what is left.
#[expect(clippy::unwrap_used, reason = "what cannot be counted ends the test")]
mod big;
#[expect(clippy::unwrap_used, reason = "what cannot be counted ends the test")]
mod ours;

use big::Model;
use ours::Ours;
use partnerspace_tests::Outcome;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const OPERATIONS: u64 = 1_000_000;
/// Sales of a month before the next begins: slabs count their whole month anew.
const SALES_A_MONTH: usize = 4;

/// How a partner is paid in a month.
#[derive(Debug, Clone)]
pub struct Rule {
    pub pay: Pay,
    pub cap: Option<i64>,
    pub bonus: Option<i64>,
}

#[derive(Debug, Clone)]
pub enum Pay {
    Percent(i64),
    Flat(i64),
    Marginal(Vec<(i64, i64)>),
    Slab(Vec<(i64, i64)>),
}

/// A sale as it is made up.
#[derive(Debug, Clone)]
pub struct Made {
    pub amount: i64,
    /// Of the partners 0, 1, … in order.
    pub weights: Vec<u32>,
    /// Digits and scale; none in the program's own currency.
    pub rate: Option<(u64, u32)>,
}

#[derive(Debug, Clone, Copy)]
pub enum Step {
    Refund(i64),
    Open(i64),
    Won,
    Lost,
    Void,
    Release,
}

fn tiers(random: &mut StdRng) -> Vec<(i64, i64)> {
    let mut from = 0;
    (0..random.random_range(1..5))
        .map(|_| {
            let tier = (from, random.random_range(0..=10_000));
            from += random.random_range(1..50_000_000);
            tier
        })
        .collect()
}

fn rule(random: &mut StdRng) -> Rule {
    let pay = match random.random_range(0..4) {
        0 => Pay::Percent(random.random_range(0..=10_000)),
        1 => Pay::Flat(random.random_range(1..1_000_000)),
        2 => Pay::Marginal(tiers(random)),
        _ => Pay::Slab(tiers(random)),
    };
    let some = |random: &mut StdRng, most: i64| {
        random.random_bool(0.3).then(|| random.random_range(1..most))
    };
    Rule { pay, cap: some(random, 20_000_000), bonus: some(random, 100_000) }
}

fn made(random: &mut StdRng) -> Made {
    let most = 10_i64.pow(random.random_range(1..12));
    let weights = (0..random.random_range(1..=3)).map(|_| random.random_range(1..100)).collect();
    let foreign = random.random_bool(0.25);
    let rate = foreign.then(|| (random.random_range(1..10_000), random.random_range(0..5)));
    Made { amount: random.random_range(1..=most), weights, rate }
}

fn step(random: &mut StdRng, net: i64, disputed: i64) -> Step {
    let free = net - disputed;
    match random.random_range(0..20) {
        0 => Step::Void,
        1..=3 => Step::Release,
        4..=9 if disputed > 0 && random.random_bool(0.5) => Step::Won,
        4..=9 if disputed > 0 => Step::Lost,
        10..=13 if free > 0 && disputed == 0 => Step::Open(random.random_range(1..=free)),
        _ if free > 0 && random.random_bool(0.9) => {
            Step::Refund(random.random_range(1..=(free / 2).max(1)))
        }
        _ if free > 0 => Step::Refund(free),
        _ => Step::Release,
    }
}

#[test]
fn a_million_operations_agree_with_endless_integers() -> Outcome<()> {
    let mut random = StdRng::seed_from_u64(20_261_124);
    let (mut done, mut months) = (0_u64, 0_u64);
    while done < OPERATIONS {
        months += 1;
        let rules: Vec<Rule> = (0..3).map(|_| rule(&mut random)).collect();
        let (mut ours, mut model) = (Ours::new(&rules), Model::new(&rules));
        for _ in 0..SALES_A_MONTH {
            let sale = made(&mut random);
            ours.sell(&sale);
            model.sell(&sale);
            done += 1;
            for _ in 0..random.random_range(0..12) {
                let index = random.random_range(0..ours.sales());
                let (net, disputed) = ours.stands(index);
                let step = step(&mut random, net, disputed);
                ours.take(index, step);
                model.take(index, step);
                done += 1;
                let (mine, theirs) = (ours.figures(), model.figures());
                anyhow::ensure!(
                    mine == theirs,
                    "month {months}, operation {done}: {step:?} on sale {index} under {rules:?}:\n\
                     ours  {mine:?}\nmodel {theirs:?}"
                );
            }
        }
    }
    anyhow::ensure!(done >= OPERATIONS && months > 1_000, "{done} operations in {months} months");
    Ok(())
}
