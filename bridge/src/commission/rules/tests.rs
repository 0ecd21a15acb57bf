//! The worked examples, and that no order of refunds and disputes changes what comes out.
use super::terms::{Month, Place};
use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use schema::money::Currency;

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn body(pay: Pay) -> Body {
    Body {
        pay,
        industry: None,
        partner: None,
        priority: 0,
        cap: None,
        months: None,
        bonus_first: None,
        hold_days: None,
    }
}

fn ladder() -> Vec<Tier> {
    tiers("0:10%, 10000:15%, 50000:20%", eur()).unwrap()
}

fn pin(body: &Body, month: Month, first: bool) -> Terms {
    Terms::pin(body, Place { weights: &[1], index: 0 }, month, first).unwrap()
}

#[test]
fn marginal_tiers_pay_each_step_at_its_rate() {
    let rule = body(Pay::Marginal(ladder()));
    let first = pin(&rule, Month::default(), false);
    assert_eq!(first.earns(900_000).unwrap(), 90_000);
    let second = pin(&rule, Month { base: 900_000, earned: 90_000 }, false);
    assert_eq!(second.earns(500_000).unwrap(), 70_000);
}

#[test]
fn slab_tiers_rerate_the_month() {
    let member = |base| Member { base, clear: base, bonus: 0 };
    let total = |lines: &[Member]| -> i64 {
        slab(&ladder(), None, lines).unwrap().iter().map(|held| held.total).sum()
    };
    let one = total(&[member(900_000)]);
    let both = total(&[member(900_000), member(500_000)]);
    assert_eq!((one, both - one, both), (90_000, 120_000, 210_000));
    assert_eq!(total(&[member(0), member(500_000)]), 50_000);
}

#[test]
fn a_cap_takes_what_is_over_and_gives_it_back() {
    let rule = Body { cap: Some(50_000), ..body(Pay::Percent(1_000)) };
    let first = pin(&rule, Month::default(), false);
    let second = pin(&rule, Month { base: 300_000, earned: 30_000 }, false);
    let third = pin(&rule, Month { base: 550_000, earned: 50_000 }, false);
    assert_eq!(
        [first.earns(300_000), second.earns(250_000), third.earns(100_000)],
        [Ok(30_000), Ok(20_000), Ok(0)]
    );
    let freed = pin(&rule, Month { base: 250_000, earned: 20_000 }, false);
    assert_eq!((first.earns(0), freed.earns(100_000)), (Ok(0), Ok(10_000)));
}

#[test]
fn months_are_whole_ones() {
    let first = date(2025, 1, 31);
    for (day, month) in [
        (date(2025, 2, 27), 0),
        (date(2025, 2, 28), 1),
        (date(2025, 12, 31), 11),
        (date(2026, 1, 30), 11),
        (date(2026, 1, 31), 12),
    ] {
        assert_eq!(months_since(first, day), month, "{day}");
    }
}

#[test]
fn the_first_sale_has_its_bonus_and_loses_it_whole() {
    let rule = Body { bonus_first: Some(5_000), ..body(Pay::Percent(1_000)) };
    let first = pin(&rule, Month::default(), true);
    assert_eq!((first.earns(100_000), first.earns(0)), (Ok(15_000), Ok(0)));
    assert_eq!(pin(&rule, Month::default(), true).earns(80_000), Ok(13_000));
    assert_eq!(pin(&rule, Month::default(), false).earns(40_000), Ok(4_000));
}

#[test]
fn ten_refunds_end_at_nothing() {
    let terms = pin(&body(Pay::Percent(3_333)), Month::default(), false);
    let mut posted = terms.earns(10_000).unwrap();
    let mut deltas = Vec::new();
    for left in (0..10).rev().map(|tens| tens * 1_000) {
        let target = terms.earns(left).unwrap();
        deltas.push(target - posted);
        posted = target;
    }
    assert_eq!(deltas, [-333, -334, -333, -333, -333, -334, -333, -333, -334, -333]);
    assert_eq!(posted, 0);
}

#[test]
fn a_dispute_sets_aside_what_a_loss_would_take() {
    let terms = pin(&body(Pay::Percent(2_000)), Month::default(), false);
    let before = terms.held(15_000, 15_000).unwrap();
    let open = terms.held(15_000, 0).unwrap();
    let change = |from, to| change(from, to, false).unwrap();
    let opened = change(before, open);
    assert_eq!((opened.held, opened.payable, opened.disputed), (-3_000, 0, 3_000));
    let lost = change(open, terms.held(0, 0).unwrap());
    assert_eq!((lost.held, lost.disputed, lost.total()), (0, -3_000, Some(-3_000)));
    let won = change(open, before);
    assert_eq!((won.held, won.disputed, won.total()), (3_000, -3_000, Some(0)));
}

fn version(rule: i64, name: &str, body: Body) -> Version {
    Version {
        rule: RuleRef { rule, version: 1 },
        name: name.to_owned(),
        body: Some(body),
        from: date(2026, 1, 1),
        made_by: String::new(),
        made_at: 0,
    }
}

#[test]
fn priority_then_the_closer_predicate_then_age_choose() {
    let flat = version(1, "default", Body { priority: 10, ..body(Pay::Flat(500)) });
    let half = body(Pay::Percent(5_000));
    let dental =
        version(2, "dental", Body { priority: 20, industry: Some("dental".into()), ..half });
    let all = [flat, dental];
    let sold = |industry| Sold { partner: PartnerId(1), industry, on: date(2026, 3, 1), month: 0 };
    let choice = choose(&all, sold(Some("dental")));
    let (chosen, _) = choice.chosen.unwrap();
    let terms = pin(chosen.body.as_ref().unwrap(), Month::default(), false);
    assert_eq!((chosen.name.as_str(), terms.earns(10_000)), ("dental", Ok(5_000)));
    assert_eq!(choice.others[0].1, Why::LowerPriority { priority: 20 });
    let other = choose(&all, sold(None));
    assert_eq!(other.chosen.unwrap().0.name, "default");
    assert_eq!(other.others[0].1, Why::OtherIndustry { wants: "dental".into() });

    let plain = |rule, name| version(rule, name, body(Pay::Percent(100)));
    let mut close = plain(9, "close");
    close.body.as_mut().unwrap().partner = Some(PartnerId(1));
    let all = [plain(3, "old"), plain(4, "young"), close];
    let choice = choose(&all, sold(None));
    assert_eq!(choice.chosen.unwrap().0.name, "close");
    assert_eq!(choose(&all[..2], sold(None)).chosen.unwrap().0.name, "old");
    assert_eq!(choose(&all[..2], sold(None)).others[0].1, Why::Younger);
}

#[test]
fn a_version_counts_from_its_day_until_the_next() {
    let first = version(1, "start", body(Pay::Percent(1_000)));
    let second = Version {
        rule: RuleRef { rule: 1, version: 2 },
        from: date(2026, 6, 1),
        body: Some(body(Pay::Percent(2_000))),
        ..first.clone()
    };
    let ended = Version {
        rule: RuleRef { rule: 1, version: 3 },
        from: date(2026, 9, 1),
        body: None,
        ..first.clone()
    };
    let all = [first, second, ended];
    let on = |on| choose(&all, Sold { partner: PartnerId(1), industry: None, on, month: 0 });
    let number = |on_day| on(on_day).chosen.map(|(version, _)| version.rule.version);
    assert_eq!(number(date(2026, 5, 31)), Some(1));
    assert_eq!(number(date(2026, 6, 1)), Some(2));
    assert_eq!(number(date(2026, 9, 1)), None);
    assert_eq!(on(date(2026, 9, 1)).others[0].1, Why::Ended { from: date(2026, 9, 1) });
    assert_eq!(on(date(2025, 9, 1)).others[0].1, Why::NotYet { from: date(2026, 1, 1) });
}

#[test]
fn a_rules_words_are_read_strictly() {
    assert_eq!(percent("12.5"), Ok(1_250));
    assert_eq!(percent("33.33 %"), Ok(3_333));
    for wrong in ["", "-1", "101", "1.234", "ten", "1e2", ".5", "100.01"] {
        assert_eq!(percent(wrong).unwrap_err().code, Code::Usage, "{wrong}");
    }
    assert_eq!(amount("500/month", eur()), Ok(50_000));
    for wrong in ["0", "-5", "1,5", "5.001"] {
        assert_eq!(amount(wrong, eur()).unwrap_err().code, Code::Amount, "{wrong}");
    }
    for wrong in ["", "10%", "5:10%", "0:10%,0:15%", "0:10%,10:9999%", "0:1%,5:2%,4:3%"] {
        assert!(tiers(wrong, eur()).is_err(), "{wrong}");
    }
    let many: Vec<String> = (0..=TIERS_MAX).map(|n| format!("{n}:1%")).collect();
    assert!(tiers(&many.join(","), eur()).is_err());
    assert!(tiers(&many[..TIERS_MAX].join(","), eur()).is_ok());
    assert!(name("Dental-2").is_ok() && name("-x").is_err() && name("a b").is_err());
    assert!(name(&"x".repeat(40)).is_ok() && name(&"x".repeat(41)).is_err());
    assert!(days("3650").is_ok() && days("3651").is_err() && days("+1").is_err());
    assert!(months("0").is_err() && months("1200").is_ok() && months("1201").is_err());
    assert!(priority("1000000").is_ok() && priority("1000001").is_err());
}

#[test]
fn a_percentage_goes_up_to_the_whole() {
    assert_eq!(
        (percent("100"), percent("100.00 %"), percent("0")),
        (Ok(BPS_MAX), Ok(BPS_MAX), Ok(0))
    );
    assert_eq!(percent("0005").unwrap_err().code, Code::Usage);
}

#[test]
fn only_a_plain_percentage_pays_in_the_sales_currency() {
    let plain = body(Pay::Percent(1_000));
    assert!(!plain.has_amounts());
    for pay in [Pay::Flat(500), Pay::Marginal(ladder()), Pay::Slab(ladder())] {
        assert!(body(pay.clone()).has_amounts(), "{pay:?}");
    }
    assert!(Body { cap: Some(50_000), ..plain.clone() }.has_amounts());
    assert!(Body { bonus_first: Some(5_000), ..plain }.has_amounts());
}

#[test]
fn the_newest_version_counts_in_whatever_order_they_come() {
    let first = version(1, "start", body(Pay::Percent(1_000)));
    let second = Version { rule: RuleRef { rule: 1, version: 2 }, ..first.clone() };
    let other = version(2, "other", body(Pay::Percent(500)));
    let mut all = [first, second, other];
    for _ in 0..2 {
        let rules: Vec<_> =
            in_force(&all, date(2026, 1, 1)).iter().map(|version| version.rule).collect();
        assert_eq!(rules, [RuleRef { rule: 1, version: 2 }, RuleRef { rule: 2, version: 1 }]);
        all.reverse();
    }
}

#[test]
fn a_rule_for_the_first_months_is_over_when_they_are() {
    let all = [version(1, "start", Body { months: Some(12), ..body(Pay::Percent(1_000)) })];
    let at = |month| {
        let sold = Sold { partner: PartnerId(1), industry: None, on: date(2026, 3, 1), month };
        choose(&all, sold)
    };
    for month in [0, 11] {
        let choice = at(month);
        assert!(choice.chosen.is_some() && choice.others.is_empty(), "{month}");
    }
    for month in [12, 13] {
        let choice = at(month);
        assert_eq!((choice.chosen, &choice.others[0].1), (None, &Why::MonthsOver { months: 12 }));
    }
}

#[test]
fn of_one_priority_the_less_specific_rule_is_passed_over() {
    let plain = version(1, "default", body(Pay::Percent(1_000)));
    let mut dental = version(2, "dental", body(Pay::Percent(2_000)));
    dental.body.as_mut().unwrap().industry = Some("dental".into());
    let all = [plain, dental];
    let industry = Some("dental");
    let sold = Sold { partner: PartnerId(1), industry, on: date(2026, 3, 1), month: 0 };
    let choice = choose(&all, sold);
    assert_eq!(choice.chosen.unwrap().0.name, "dental");
    assert_eq!(choice.others, [(&all[0], Why::LessSpecific)]);
}

#[test]
fn a_slab_keeps_its_whole_cap_since_the_month_fills_it_anew() {
    let month = Month { base: 300_000, earned: 30_000 };
    let room = |pay| pin(&Body { cap: Some(50_000), ..body(pay) }, month, false).room;
    assert_eq!(room(Pay::Slab(ladder())), Some(50_000));
    assert_eq!(room(Pay::Marginal(ladder())), Some(20_000));
}

/// They are kept with each line of the ledger.
#[test]
fn pinned_terms_are_written_short_and_read_back() {
    let with = |bonus| Terms { pay: Pinned::Percent(1_000), room: None, bonus };
    for (terms, json) in [
        (with(0), r#"{"pay":{"percent":1000}}"#),
        (with(5_000), r#"{"pay":{"percent":1000},"bonus":5000}"#),
    ] {
        assert_eq!(serde_json::to_string(&terms).unwrap(), json);
        assert_eq!(serde_json::from_str::<Terms>(json).unwrap(), terms);
    }
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let pay = prop_oneof![
        (0..=BPS_MAX).prop_map(Pinned::Percent),
        (1_i64..1_000_000).prop_map(Pinned::Flat),
        (0_i64..10_000_000).prop_map(|before| Pinned::Marginal { tiers: ladder(), before }),
    ];
    let room = prop::option::of(0_i64..2_000_000);
    (pay, room, 0_i64..10_000).prop_map(|(pay, room, bonus)| Terms { pay, room, bonus })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    /// Refunds and disputes in any order: what is posted is always what the rule makes of what is
    /// left, and nothing left is nothing owed.
    #[test]
    fn any_order_ends_at_the_rule_of_what_is_left(
        terms in any_terms(),
        amount in 1_i64..1_000_000_000,
        steps in prop::collection::vec((any::<bool>(), 0_i64..=100), 1..12),
        released_after in 0_usize..12,
    ) {
        let (mut base, mut disputed) = (amount, 0_i64);
        let mut posted = Held::default();
        let mut accounts = (0_i64, 0_i64, 0_i64);
        for (index, (is_dispute, part)) in steps.into_iter().enumerate() {
            let released = index >= released_after;
            if released && index == released_after {
                accounts = (0, accounts.1 + accounts.0, accounts.2);
            }
            let free = base - disputed;
            if is_dispute && disputed > 0 {
                if part % 2 == 0 { base -= disputed; }
                disputed = 0;
            } else if is_dispute {
                disputed = free * part / 100;
            } else {
                base -= free * part / 100;
            }
            let wanted = terms.held(base, base - disputed).unwrap();
            let moved = change(posted, wanted, released).unwrap();
            accounts.0 += moved.held;
            accounts.1 += moved.payable;
            accounts.2 += moved.disputed;
            posted = wanted;
            prop_assert_eq!(accounts.0 + accounts.1 + accounts.2, terms.earns(base).unwrap());
            prop_assert_eq!(accounts.2, posted.disputed);
            prop_assert!(accounts.2 >= 0);
        }
        let end = change(posted, terms.held(0, 0).unwrap(), true).unwrap();
        prop_assert_eq!(accounts.0 + accounts.1 + accounts.2 + end.total().unwrap(), 0);
    }

    /// A month under slab tiers: the sum is the reached rate of each line, whatever was refunded.
    #[test]
    fn a_slab_month_is_at_one_rate(bases in prop::collection::vec(0_i64..3_000_000, 1..10)) {
        let lines: Vec<Member> =
            bases.iter().map(|base| Member { base: *base, clear: *base, bonus: 0 }).collect();
        let volume: i64 = bases.iter().sum();
        let rate = if volume >= 5_000_000 { 2_000 } else if volume >= 1_000_000 { 1_500 } else { 1_000 };
        for (held, base) in slab(&ladder(), None, &lines).unwrap().iter().zip(&bases) {
            prop_assert_eq!(held.total, (base * rate + 5_000) / 10_000);
            prop_assert_eq!(held.disputed, 0);
        }
        let capped = slab(&ladder(), Some(100_000), &lines).unwrap();
        prop_assert!(capped.iter().map(|held| held.total).sum::<i64>() <= 100_000);
    }
}
