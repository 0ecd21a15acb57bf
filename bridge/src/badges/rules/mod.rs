//! Which badges there are, what earns them, and what a change of what counts makes of the awards. Pure.
pub mod counts;
pub mod own;
pub mod replay;
pub mod streak;
pub mod tiers;
pub mod words;

use schema::card::BadgeView;
use std::collections::{BTreeMap, BTreeSet};

/// Of which facts a badge counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The partner's own credit in the ledger.
    Credit,
    /// Facts of help.
    Help,
}

/// One badge by rule: so many of what counts are its levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    pub name: &'static str,
    pub emoji: &'static str,
    /// What counts, in one sentence.
    pub earned: &'static str,
    /// What each level wants, rising; money in whole units of the program's currency.
    pub levels: &'static [i64],
    pub source: Source,
    /// Whether a fresh program gives it without being asked.
    pub by_default: bool,
}

const fn rule(
    (id, name, emoji): (&'static str, &'static str, &'static str),
    earned: &'static str,
    levels: &'static [i64],
    source: Source,
    by_default: bool,
) -> Rule {
    Rule { id, name, emoji, earned, levels, source, by_default }
}

/// Every badge by rule, in the order in which lists show them.
pub const CATALOG: [Rule; 15] = [
    rule(
        ("first-sale", "First sale", "🌱"),
        "Your first approved sale",
        &[1],
        Source::Credit,
        true,
    ),
    rule(
        ("pioneer", "Pioneer", "🧭"),
        "Industries in which you were the first of the program to win",
        &[1, 3, 5],
        Source::Credit,
        true,
    ),
    rule(("clients", "Clients", "🤝"), "Clients won", &[10, 50, 100, 500], Source::Credit, true),
    rule(
        ("revenue", "Revenue", "💰"),
        "Net revenue, in the program's currency",
        &[1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000],
        Source::Credit,
        true,
    ),
    rule(
        ("streak", "Streak", "🔥"),
        "Working days in a row with a sale, Monday to Friday",
        &[3, 5, 10, 20],
        Source::Credit,
        true,
    ),
    rule(
        ("comeback", "Comeback", "🪃"),
        "Sales after 90 days or more without one",
        &[1, 3],
        Source::Credit,
        true,
    ),
    rule(
        ("team-player", "Team player", "👥"),
        "Sales shared with other partners",
        &[1, 5, 20, 50],
        Source::Credit,
        true,
    ),
    rule(
        ("explorer", "Explorer", "🌍"),
        "Industries with a client of yours",
        &[2, 4, 8],
        Source::Credit,
        true,
    ),
    rule(
        ("author", "Author", "📘"),
        "Sales that others won with a playbook of yours",
        &[1, 10, 50],
        Source::Help,
        true,
    ),
    rule(
        ("mentor", "Mentor", "🎓"),
        "Mentor sessions that your mentees confirmed",
        &[1, 5, 20],
        Source::Help,
        true,
    ),
    rule(
        ("helper", "Helper", "💡"),
        "Answers of yours that were accepted",
        &[1, 10, 50],
        Source::Help,
        true,
    ),
    rule(
        ("thanked", "Thanked", "💛"),
        "Kudos, no more than a fifth of them from one partner",
        &[5, 25, 100],
        Source::Help,
        false,
    ),
    rule(
        ("loyalty", "Loyalty", "🔁"),
        "Clients who bought from you again",
        &[1, 10, 50],
        Source::Credit,
        false,
    ),
    rule(
        ("regular", "Regular", "📅"),
        "Different months with a sale",
        &[3, 6, 12, 24],
        Source::Credit,
        false,
    ),
    rule(("closer", "Closer", "🎯"), "Approved sales", &[25, 100, 500], Source::Credit, false),
];

impl Rule {
    /// How many levels a count reaches.
    #[must_use]
    pub fn level(&self, count: i64) -> usize {
        self.levels.partition_point(|wants| *wants <= count)
    }
}

#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    CATALOG.iter().find(|rule| rule.id == id)
}

/// What caused a fact about a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A ledger entry, by its `seq`.
    Entry(i64),
    /// A fact of help, by its id.
    Help(String),
    /// A person, by hand: user id and reason.
    Hand(String, String),
}

/// An award, or the end of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub n: i64,
    pub badge: String,
    /// 1 is the first.
    pub level: i64,
    /// The award that ends by this.
    pub revokes: Option<i64>,
    pub cause: Option<Cause>,
    /// Others were told of it.
    pub celebrated: bool,
    pub at: i64,
}

impl Fact {
    #[must_use]
    pub const fn by_hand(&self) -> bool {
        matches!(self.cause, Some(Cause::Hand(..)))
    }
}

/// A partner's badges, each once at its highest level, and their tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub badges: Vec<BadgeView>,
    /// Its name.
    pub tier: Option<String>,
}

/// What is to be written about a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub badge: String,
    pub level: i64,
    pub revokes: Option<i64>,
}

/// The awards by rule that hold: by badge, level to the award. What a person took away by hand still
/// counts here as given, so that the next sale does not give it back.
#[must_use]
pub fn by_rule(facts: &[Fact]) -> BTreeMap<(&str, i64), i64> {
    let gone: BTreeSet<i64> =
        facts.iter().filter(|fact| !fact.by_hand()).filter_map(|fact| fact.revokes).collect();
    facts
        .iter()
        .filter(|fact| fact.revokes.is_none() && !fact.by_hand() && !gone.contains(&fact.n))
        .map(|fact| ((fact.badge.as_str(), fact.level), fact.n))
        .collect()
}

/// The awards that a partner has: whatever gave or took them.
#[must_use]
pub fn held(facts: &[Fact]) -> Vec<&Fact> {
    let gone: BTreeSet<i64> = facts.iter().filter_map(|fact| fact.revokes).collect();
    facts.iter().filter(|fact| fact.revokes.is_none() && !gone.contains(&fact.n)).collect()
}

/// The highest level of each badge that a partner has.
#[must_use]
pub fn shown(facts: &[Fact]) -> BTreeMap<String, i64> {
    let mut shown = BTreeMap::new();
    for fact in held(facts) {
        let level = shown.entry(fact.badge.clone()).or_insert(fact.level);
        *level = fact.level.max(*level);
    }
    shown
}

/// What makes the awards by rule those that the counts say: new levels, and the end of those that are
/// not reached any more. Badges that are not counted here stay as they are.
#[must_use]
pub fn changes(counts: &[(&'static Rule, i64)], facts: &[Fact]) -> Vec<Change> {
    let have = by_rule(facts);
    let mut changes = Vec::new();
    for (rule, count) in counts {
        for (level, wants) in (1_i64..).zip(rule.levels) {
            let revokes = have.get(&(rule.id, level)).copied();
            if (*count >= *wants) != revokes.is_some() {
                changes.push(Change { badge: rule.id.to_owned(), level, revokes });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests;
