//! Stored places in tiers against the ledger: what follows from it, what does not, and what is missing.
use super::super::replay::{Step, Tiers};
use super::super::tiers::{Tier, WINDOW_MONTHS};
use super::*;
use crate::ledger::rules::Sealed;

const ANA: PartnerId = PartnerId(1);

fn tier(slug: &str, bar_minor: i64) -> Tier {
    Tier { slug: slug.into(), name: slug.into(), bar_minor, window_months: WINDOW_MONTHS }
}

fn tiers() -> Tiers {
    let all = vec![tier("silver", 500), tier("gold", 1_000)];
    Tiers { ever: all.clone(), now: all, today: date(2026, 4, 1), is_moving: false }
}

fn sell(minor: i64) -> Act {
    Act::Sell { partners: vec![1], client: 1, industry: None, day: 0, minor }
}

fn sealed(acts: &[Act]) -> Vec<(i64, Sealed)> {
    let seal = |(seq, body): (i64, EntryBody)| {
        (seq, Sealed { at: seq * 10, source: "sale".into(), source_id: seq.to_string(), body })
    };
    (1_i64..).zip(entries(acts)).map(seal).collect()
}

/// By the entries up to `seq`.
fn step(kind: &str, tier: Option<&str>, seq: i64) -> Step {
    let (kind, tier) = (kind.to_owned(), tier.map(str::to_owned));
    Step { n: seq, kind, tier, on: date(2026, 4, 1), seq: Some(seq), at: seq * 10 }
}

#[test]
fn a_way_up_and_down_that_the_ledger_makes_is_sound() {
    let gone = |minor| Act::Refund { which: 0, minor };
    let ledger = sealed(&[sell(1_000), sell(100), gone(300), gone(300), gone(300)]);
    let way = [
        step("entered", Some("silver"), 1),
        step("entered", Some("gold"), 1),
        step("warned", Some("gold"), 3),
        step("safe", Some("gold"), 3),
        step("left", Some("silver"), 4),
        step("left", None, 5),
    ];
    for length in [5, 6] {
        assert_eq!(tiers().odd_step(ANA, &way[..length], &ledger), None, "{length} steps");
    }
    assert_eq!(tiers().odd_step(ANA, &way[..2], &ledger[..2]), None, "in gold with its bar");
}

#[test]
fn a_tier_is_entered_at_its_bar_and_kept_at_nine_tenths_of_it() {
    for (kind, slug, minor, fits) in [
        ("entered", "gold", 1_000, true),
        ("entered", "gold", 999, false),
        ("left", "silver", 450, true),
        ("left", "silver", 449, false),
    ] {
        // What comes later is no reason.
        let ledger = sealed(&[sell(minor), sell(400)]);
        let odd = Tiers { is_moving: true, ..tiers() }.odd_step(
            ANA,
            &[step(kind, Some(slug), 1)],
            &ledger,
        );
        let says = format!("{kind} {slug} (fact 1) does not follow from the ledger");
        assert_eq!(odd, (!fits).then_some(says), "{kind} {slug} with {minor}");
    }
}

#[test]
fn a_tier_that_was_reached_is_missed_unless_all_are_looked_at_anew() {
    let entered = [step("entered", Some("silver"), 1)];
    for (minor, steps, missing) in [
        (499, &[][..], None),
        (500, &[], Some("silver")),
        (999, &entered, None),
        (1_000, &entered, Some("gold")),
    ] {
        let ledger = sealed(&[sell(minor)]);
        let says = missing.map(|slug| format!("{slug} was reached, and is not there"));
        assert_eq!(tiers().odd_step(ANA, steps, &ledger), says, "{minor}");
        let moving = Tiers { is_moving: true, ..tiers() };
        assert_eq!(moving.odd_step(ANA, steps, &ledger), None, "{minor} while they move");
    }
}
