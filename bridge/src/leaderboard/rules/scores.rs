//! What a ledger entry does to scores. `deltas` says it for one entry; the live program applies
//! them to the stored scores, `replay` to scores from nothing, and both give the same.
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use schema::ids::{PartnerId, SaleId};
use schema::metric::Metric;
use schema::money::{Overflow, WIRE_MAX};
use schema::period::{Calendar, Period, PeriodKind};

use super::penetration::{breadth, parts, penetration};
use super::{BoardKey, first};
use crate::ledger::rules::{Credit, EntryBody};

/// A partner's score on a board. Minor units for revenue, a count for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    pub score: i64,
    /// Ledger time at which this score was first reached and kept since (epoch milliseconds).
    pub reached_at: i64,
}

/// The scores of all boards; a score of 0 is no row.
pub type Boards = BTreeMap<BoardKey, BTreeMap<PartnerId, Score>>;

/// A ledger entry as scores need it.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    pub seq: i64,
    /// Ledger time, epoch milliseconds.
    pub at: i64,
    pub body: &'a EntryBody,
}

/// What a partner holds of one sale to one client: net credit above 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub sale: SaleId,
    /// `seq` and time of the entry that gave the credit.
    pub seq: i64,
    pub at: i64,
    pub on: Date,
    pub industry: Option<String>,
    pub minor: i64,
    /// The partner's part of the client, in thousandths, as the sale was approved.
    pub milli: i64,
}

/// A change of one partner's score on one board; `by` is not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    pub key: BoardKey,
    pub partner: PartnerId,
    pub by: i64,
}

/// What a delta makes of a stored score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The new score; 0 means that the row goes.
    Known(Score),
    /// The score fell to one that was reached before: when, only the partner's own entries tell
    /// (`replay_partner`).
    Look,
}

/// Where things count, with the ends of periods remembered: to find them out costs more than all the
/// rest of a replay.
#[derive(Debug)]
pub struct Periods<'a> {
    calendar: &'a Calendar,
    closes: HashMap<Period, Option<i64>>,
}

impl<'a> Periods<'a> {
    #[must_use]
    pub fn of(calendar: &'a Calendar) -> Self {
        Self { calendar, closes: HashMap::new() }
    }

    fn is_closed(&mut self, period: Period, at: i64) -> bool {
        let calendar = self.calendar;
        let closes = self.closes.entry(period).or_insert_with(|| calendar.closes_at(period));
        closes.is_some_and(|closes_at| at >= closes_at)
    }

    /// As [`Calendar::counted_in`].
    pub(super) fn counted_in(&mut self, kind: PeriodKind, on: Date, at: i64) -> Period {
        self.open_for(self.calendar.period_of(kind, on), at)
    }

    /// The period, or the one open at `at` when that is closed by then.
    pub(super) fn open_for(&mut self, period: Period, at: i64) -> Period {
        if self.is_closed(period, at) { self.calendar.period_at(period.kind(), at) } else { period }
    }
}

/// Whose score changes on which board: a partner's, or an organization's.
pub(super) type Changes<Who = PartnerId> = BTreeMap<(Who, BoardKey), i64>;

/// What must be known beside an entry to tell what it changes.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    /// What a partner held of sales to the entry's client before it, in any order.
    pub held: &'a dyn Fn(PartnerId) -> Vec<Holding>,
    /// A partner's score before it on a revenue board of the entry's industry.
    pub net: &'a dyn Fn(PartnerId, &BoardKey) -> i64,
    /// Whether new clients of an industry count double in a period.
    pub doubled: &'a dyn Fn(&str, Period) -> bool,
}

/// The changes of scores that an entry makes.
#[must_use]
pub fn deltas(entry: Posted<'_>, calendar: &Calendar, before: Before<'_>) -> Vec<Delta> {
    moves(entry, &mut Periods::of(calendar), before)
}

pub(super) fn moves(entry: Posted<'_>, periods: &mut Periods<'_>, known: Before<'_>) -> Vec<Delta> {
    let mut changes = Changes::new();
    let Some(credit) = entry.body.credit() else { return Vec::new() };
    let parts = parts(credit);
    for (partner, minor) in shares(credit) {
        let before = (known.held)(partner);
        let mut after = before.clone();
        hold(&mut after, entry, credit, (minor, part(&parts, partner)));
        revenue(&mut changes, (entry.at, credit), periods, (partner, minor));
        clients(&mut changes, (entry.at, credit), periods, (partner, &before, &after));
        if let Some(industry) = credit.industry.as_deref() {
            let wins = (partner, before.as_slice(), after.as_slice());
            penetration(&mut changes, (entry.at, industry), periods, wins, known.doubled);
            breadth(&mut changes, (partner, industry), known.net);
        }
    }
    let moved = changes.into_iter().filter(|(_, by)| *by != 0);
    moved.map(|((partner, key), by)| Delta { key, partner, by }).collect()
}

pub(super) fn part(parts: &BTreeMap<PartnerId, i64>, partner: PartnerId) -> i64 {
    parts.get(&partner).copied().unwrap_or(0)
}

/// The revenue boards whose scores an entry's breadth depends on.
#[must_use]
pub fn revenue_keys(credit: &Credit, at: i64, calendar: &Calendar) -> Vec<BoardKey> {
    let Some(industry) = &credit.industry else { return Vec::new() };
    let mut periods = Periods::of(calendar);
    let key = |kind: &PeriodKind| {
        let period = periods.counted_in(*kind, credit.on, at);
        BoardKey::new(Metric::Revenue, period, Some(industry.clone()))
    };
    PeriodKind::ALL.iter().map(key).collect()
}

/// What each partner gets of an entry, also where one is named twice.
pub(super) fn shares(credit: &Credit) -> BTreeMap<PartnerId, i64> {
    let mut sums = BTreeMap::<_, i64>::new();
    for share in &credit.shares {
        let sum = sums.entry(share.partner).or_default();
        *sum = sum.saturating_add(share.minor);
    }
    sums
}

fn scopes(industry: Option<&String>) -> impl Iterator<Item = Option<String>> {
    std::iter::once(None).chain(industry.cloned().map(Some))
}

pub(super) fn revenue<Who: Ord + Clone>(
    changes: &mut Changes<Who>,
    (at, credit): (i64, &Credit),
    periods: &mut Periods<'_>,
    (who, minor): (Who, i64),
) {
    for kind in PeriodKind::ALL {
        let period = periods.counted_in(*kind, credit.on, at);
        for scope in scopes(credit.industry.as_ref()) {
            add(changes, who.clone(), BoardKey::new(Metric::Revenue, period, scope), minor);
        }
    }
}

/// A client counts where the first sale to it is counted. When another sale becomes the
/// first, or none is left, the client leaves that period; out of a closed one it leaves the open
/// one, because final results do not change.
pub(super) fn clients<Who: Ord + Clone>(
    changes: &mut Changes<Who>,
    (at, credit): (i64, &Credit),
    periods: &mut Periods<'_>,
    (who, before, after): (Who, &[Holding], &[Holding]),
) {
    for scope in scopes(credit.industry.as_ref()) {
        let scope_name = scope.as_deref();
        let (old, new) = (first(before, scope_name), first(after, scope_name));
        if old.map(|win| win.sale) == new.map(|win| win.sale) {
            continue;
        }
        for kind in PeriodKind::ALL {
            let mut count = |win: &Holding, by| {
                let counted = periods.counted_in(*kind, win.on, win.at);
                let period = periods.open_for(counted, at);
                let key = BoardKey::new(Metric::Clients, period, scope.clone());
                add(changes, who.clone(), key, by);
            };
            if let Some(win) = old {
                count(win, -1);
            }
            if let Some(win) = new {
                count(win, 1);
            }
        }
    }
}

/// Books an entry into what a partner holds of its client.
pub(super) fn hold(
    holdings: &mut Vec<Holding>,
    entry: Posted<'_>,
    credit: &Credit,
    (minor, milli): (i64, i64),
) {
    match holdings.iter_mut().find(|holding| holding.sale == credit.sale) {
        Some(holding) => holding.minor = holding.minor.saturating_add(minor),
        None => holdings.push(Holding {
            sale: credit.sale,
            seq: entry.seq,
            at: entry.at,
            on: credit.on,
            industry: credit.industry.clone(),
            minor,
            milli,
        }),
    }
    holdings.retain(|holding| holding.minor > 0);
}

pub(super) fn add<Who: Ord>(changes: &mut Changes<Who>, who: Who, key: BoardKey, by: i64) {
    let sum = changes.entry((who, key)).or_default();
    *sum = sum.saturating_add(by);
}

/// Applies a delta to a stored score (none is 0).
///
/// # Errors
/// `Overflow` where the score would leave what the wire carries (±(2^53 − 1)): the entry must be
/// refused before it is posted.
pub fn advance(old: Option<Score>, by: i64, at: i64) -> Result<Step, Overflow> {
    let score = old.map_or(0, |old| old.score).checked_add(by).ok_or(Overflow)?;
    if score.unsigned_abs() > WIRE_MAX.unsigned_abs() {
        return Err(Overflow);
    }
    if by < 0 && score > 0 {
        Ok(Step::Look)
    } else {
        Ok(Step::Known(Score { score, reached_at: at }))
    }
}
