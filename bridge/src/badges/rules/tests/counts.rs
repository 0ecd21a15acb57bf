//! What each fact counts for: help for the badges of help, own entries up to the newest.
use super::super::counts::Facts;
use super::super::replay::{Earned, earn};
use super::*;
use crate::questions::rules::help::HelpScore;

#[test]
fn every_kind_of_help_has_its_own_badge() {
    let help = Facts::Help(HelpScore { answers: 10, playbooks: 2, sessions: 5, kudos: 24 });
    let counts: Vec<_> =
        help.counts(|_| true).into_iter().map(|(rule, count)| (rule.id, count)).collect();
    assert_eq!(counts, [("author", 2), ("mentor", 5), ("helper", 10), ("thanked", 24)]);
    let mut earned = Earned::default();
    earn(&mut earned, help);
    let levels = CATALOG.iter().zip(earned).map(|(rule, level)| (rule.id, level));
    let reached: Vec<_> = levels.filter(|(_, level)| *level > 0).collect();
    assert_eq!(reached, [("author", 1), ("mentor", 2), ("helper", 2), ("thanked", 1)]);
}

#[test]
fn the_newest_entry_is_the_last_of_one_s_own() {
    let sell = |id| Act::Sell { partners: vec![id], client: 1, industry: None, day: 0, minor: 1 };
    let mut own = Own::default();
    assert_eq!(own.last(), 0);
    let entries = entries(&[sell(2), sell(1), sell(3), Act::Void { which: 1 }, sell(2)]);
    let mut last = Vec::new();
    for (seq, body) in (1_i64..).zip(&entries) {
        own.take(PartnerId(1), seq, body);
        last.push(own.last());
    }
    assert_eq!(last, [0, 2, 2, 4, 4]);
}
