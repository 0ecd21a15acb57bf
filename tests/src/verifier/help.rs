//! Boards of help, from the facts of help alone: a point for an answer, a session and a playbook in
//! others' sales, and of thanks as many as leave no giver more than a fifth.
use super::boards::{Boards, since};
use super::calendar::{Calendar, KINDS};
use super::read::{Export, Row};
use std::collections::{BTreeMap, BTreeSet};

/// A fact that counts, or takes one back that does.
struct Fact<'a> {
    id: &'a str,
    kind: &'a str,
    helper: &'a str,
    helped: &'a str,
    industry: &'a str,
    at: i64,
    reverses: Option<&'a str>,
}

fn fact(row: Row<'_>) -> Option<Fact<'_>> {
    Some(Fact {
        id: row.text("id")?,
        kind: row.text("kind")?,
        helper: row.text("helper")?,
        helped: row.text("helped")?,
        industry: row.text("industry").unwrap_or_default(),
        at: row.number("at")?,
        reverses: row.text("reverses"),
    })
}

/// Every score of help that is not 0.
#[must_use]
pub fn all(export: &Export, calendar: &Calendar) -> Boards {
    let facts: Vec<Fact<'_>> = export.rows("help").filter_map(fact).collect();
    let mut helpers: BTreeMap<&str, Vec<&Fact<'_>>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.helper != fact.helped) {
        helpers.entry(fact.helper).or_default().push(fact);
    }
    let mut boards = Boards::new();
    for (helper, facts) in helpers {
        for ((period, industry), history) in histories(&facts, calendar) {
            let Some((_, score)) = history.last().copied().filter(|(_, score)| *score != 0) else {
                continue;
            };
            let key = ("help".to_owned(), period, industry, helper.to_owned());
            boards.insert(key, (score, since(&history, score)));
        }
    }
    boards
}

/// Every score that a helper ever had, by period and industry: since when, and what.
fn histories(
    facts: &[&Fact<'_>],
    calendar: &Calendar,
) -> BTreeMap<(String, String), Vec<(i64, i128)>> {
    let mut counting: BTreeMap<(String, String), Vec<&Fact<'_>>> = BTreeMap::new();
    let mut histories: BTreeMap<(String, String), Vec<(i64, i128)>> = BTreeMap::new();
    for fact in facts {
        let Some(meant) = fact
            .reverses
            .map_or(Some(*fact), |id| facts.iter().copied().find(|other| other.id == id))
        else {
            continue;
        };
        for kind in KINDS {
            let period = calendar.period(kind, calendar.day_at(meant.at));
            if calendar.is_closed(&period, fact.at) {
                continue;
            }
            for scope in BTreeSet::from(["", meant.industry]) {
                let key = (period.name.clone(), scope.to_owned());
                let inside = counting.entry(key.clone()).or_default();
                match fact.reverses {
                    Some(id) => inside.retain(|other| other.id != id),
                    None => inside.push(fact),
                }
                let score = score(inside);
                let history = histories.entry(key).or_default();
                if history.last().map_or(0, |(_, last)| *last) != score {
                    history.push((fact.at, score));
                }
            }
        }
    }
    histories
}

fn score(facts: &[&Fact<'_>]) -> i128 {
    let mut given: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.kind == "kudos") {
        *given.entry(fact.helped).or_default() += 1;
    }
    let thanks: usize = given.values().sum();
    let plain = facts.len() - thanks;
    // The largest total of which nobody has more than a fifth.
    let fits = |total: &usize| given.values().map(|n| (*n).min(total / 5)).sum::<usize>() >= *total;
    let counted = (0..=thanks).rev().find(fits).unwrap_or(0);
    i128::try_from(plain + counted).unwrap_or(i128::MAX)
}
