//! What the badges count, of one partner.
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schema::ids::ClientId;

use super::own::Own;
use super::{CATALOG, Rule, Source, streak};
use crate::questions::rules::help::HelpScore;

/// So many days without a sale make the next one a comeback.
pub const COMEBACK_DAYS: i32 = 90;

/// Everything that is counted of a partner.
#[derive(Debug, Clone, Copy)]
pub enum Facts<'a> {
    /// Own credit; industries in which nobody won before; decimals of the program's currency.
    Credit {
        own: &'a Own,
        pioneered: i64,
        exponent: u8,
    },
    Help(HelpScore),
}

impl Facts<'_> {
    const fn source(self) -> Source {
        match self {
            Self::Credit { .. } => Source::Credit,
            Self::Help(_) => Source::Help,
        }
    }

    /// The counts of the badges that live on these facts and are switched on.
    #[must_use]
    pub fn counts(self, is_on: impl Fn(&str) -> bool) -> Vec<(&'static Rule, i64)> {
        let source = self.source();
        let rules = CATALOG.iter().filter(|rule| rule.source == source && is_on(rule.id));
        rules.map(|rule| (rule, self.count(rule.id))).collect()
    }

    /// What counts for one badge.
    #[must_use]
    pub fn count(self, badge: &str) -> i64 {
        match self {
            Self::Help(score) => match badge {
                "mentor" => score.sessions,
                "helper" => score.answers,
                "author" => score.playbooks,
                _ => score.kudos,
            },
            Self::Credit { own, pioneered, exponent } => match badge {
                "pioneer" => pioneered,
                "revenue" => whole(own, exponent),
                other => of_sales(own, other),
            },
        }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Net credit in whole units of the currency.
fn whole(own: &Own, exponent: u8) -> i64 {
    let minor = own.all().iter().fold(0_i64, |sum, part| sum.saturating_add(part.minor));
    minor / 10_i64.checked_pow(u32::from(exponent)).unwrap_or(i64::MAX)
}

fn of_sales(own: &Own, badge: &str) -> i64 {
    let standing = own.standing();
    match badge {
        "clients" => number(standing.map(|part| part.client).collect::<BTreeSet<_>>().len()),
        "streak" => streak::longest(standing.map(|part| part.on)),
        "comeback" => comebacks(own),
        "team-player" => number(standing.filter(|part| part.is_shared).count()),
        "explorer" => number(
            standing.filter_map(|part| part.industry.as_ref()).collect::<BTreeSet<_>>().len(),
        ),
        "loyalty" => {
            let mut sales: BTreeMap<ClientId, usize> = BTreeMap::new();
            standing.for_each(|part| *sales.entry(part.client).or_default() += 1);
            number(sales.values().filter(|count| **count > 1).count())
        }
        "regular" => number(
            standing.map(|part| (part.on.year(), part.on.month())).collect::<BTreeSet<_>>().len(),
        ),
        _ => number(standing.count()),
    }
}

/// Sales after a pause, in the order of the ledger: what was taken back since was no pause, and a sale
/// that comes later with an earlier day takes nobody's comeback away.
fn comebacks(own: &Own) -> i64 {
    let mut newest: Option<Date> = None;
    let mut count = 0;
    for part in own.all() {
        let pause =
            newest.and_then(|day| part.on.since(day).ok()).map_or(0, |span| span.get_days());
        if part.minor > 0 && pause > COMEBACK_DAYS {
            count += 1;
        }
        newest = newest.max(Some(part.on));
    }
    count
}
