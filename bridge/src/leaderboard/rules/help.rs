//! Help as a score, from facts that are never changed. What is taken back after its period has closed
//! stays counted there: final results do not change.
use std::collections::{BTreeMap, HashMap};

use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::money::Overflow;
use schema::period::{Calendar, Period, PeriodKind};

use super::{BoardKey, Path, Periods, Score};
use crate::questions::rules::help::{HelpFact, HelpKind, counted};

/// The boards on which a fact counts.
#[must_use]
pub fn help_keys(fact: &HelpFact, calendar: &Calendar) -> Vec<BoardKey> {
    let mut keys = Vec::new();
    for kind in PeriodKind::ALL {
        let period = calendar.period_at(*kind, fact.at);
        for scope in std::iter::once(None).chain(fact.industry.clone().map(Some)) {
            keys.push(BoardKey::new(Metric::Help, period, scope));
        }
    }
    keys
}

/// Help on one board, as far as the facts were taken.
#[derive(Debug, Default)]
struct Tally {
    plain: i64,
    kudos: BTreeMap<PartnerId, i64>,
    /// What the kudos count, computed anew where one came or went.
    thanks: i64,
    path: Path,
}

impl Tally {
    fn take(&mut self, fact: &HelpFact, by: i64, at: i64) -> Result<(), Overflow> {
        let before = self.plain + self.thanks;
        if fact.kind == HelpKind::Kudos {
            *self.kudos.entry(fact.helped).or_default() += by;
            self.thanks = counted(&self.kudos.values().copied().collect::<Vec<_>>());
        } else {
            self.plain += by;
        }
        match self.plain + self.thanks - before {
            0 => Ok(()),
            moved => self.path.step(moved, at).map(drop),
        }
    }
}

/// A helper's scores on all boards on which they ever stood, 0 where nothing is left, from all facts of
/// their help in order.
///
/// # Errors
/// `Overflow` where a score leaves what the wire carries.
pub fn help_scores(
    facts: &[HelpFact],
    calendar: &Calendar,
) -> Result<BTreeMap<BoardKey, Score>, Overflow> {
    let mut periods = Periods::of(calendar);
    let mut boards: BTreeMap<BoardKey, Tally> = BTreeMap::new();
    let by_id: HashMap<&str, &HelpFact> = facts.iter().map(|f| (f.id.as_str(), f)).collect();
    for fact in facts.iter().filter(|fact| fact.helper != fact.helped) {
        let taken = fact.reverses.as_deref();
        let Some(counting) = taken.map_or(Some(fact), |id| by_id.get(id).copied()) else {
            continue;
        };
        let by = if taken.is_some() { -1 } else { 1 };
        for key in help_keys(counting, calendar) {
            if !is_over(&mut periods, key.period, fact.at) {
                boards.entry(key).or_default().take(counting, by, fact.at)?;
            }
        }
    }
    let last = |(key, tally): (BoardKey, Tally)| Some((key, tally.path.last()?));
    Ok(boards.into_iter().filter_map(last).collect())
}

fn is_over(periods: &mut Periods<'_>, period: Period, at: i64) -> bool {
    periods.open_for(period, at) != period
}
