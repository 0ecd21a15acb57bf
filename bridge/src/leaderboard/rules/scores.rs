//! What a ledger entry does to scores. `deltas` says it for one entry; the live program applies
//! them to the stored scores, `replay` to scores from nothing, and both give the same.
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId, SaleId};
use schema::metric::Metric;
use schema::money::{Overflow, WIRE_MAX};
use schema::period::{Calendar, Period, PeriodKind};

use super::BoardKey;
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
    fn counted_in(&mut self, kind: PeriodKind, on: Date, at: i64) -> Period {
        self.open_for(self.calendar.period_of(kind, on), at)
    }

    /// The period, or the one open at `at` when that is closed by then.
    fn open_for(&mut self, period: Period, at: i64) -> Period {
        if self.is_closed(period, at) { self.calendar.period_at(period.kind(), at) } else { period }
    }
}

type Changes = BTreeMap<(PartnerId, BoardKey), i64>;

/// The changes of scores that an entry makes. `prior` gives, for each partner in the entry, what
/// they held of sales to the entry's client **before** it, in any order.
#[must_use]
pub fn deltas(
    entry: Posted<'_>,
    calendar: &Calendar,
    prior: impl Fn(PartnerId) -> Vec<Holding>,
) -> Vec<Delta> {
    moves(entry, &mut Periods::of(calendar), prior)
}

fn moves(
    entry: Posted<'_>,
    periods: &mut Periods<'_>,
    prior: impl Fn(PartnerId) -> Vec<Holding>,
) -> Vec<Delta> {
    let mut changes = Changes::new();
    let Some(credit) = entry.body.credit() else { return Vec::new() };
    for (partner, minor) in shares(credit) {
        let before = prior(partner);
        let mut after = before.clone();
        hold(&mut after, entry, credit, minor);
        revenue(&mut changes, (entry.at, credit), periods, (partner, minor));
        clients(&mut changes, (entry.at, credit), periods, (partner, &before, &after));
    }
    let moved = changes.into_iter().filter(|(_, by)| *by != 0);
    moved.map(|((partner, key), by)| Delta { key, partner, by }).collect()
}

/// What each partner gets of an entry, also where one is named twice.
fn shares(credit: &Credit) -> BTreeMap<PartnerId, i64> {
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

fn revenue(
    changes: &mut Changes,
    (at, credit): (i64, &Credit),
    periods: &mut Periods<'_>,
    (partner, minor): (PartnerId, i64),
) {
    for kind in PeriodKind::ALL {
        let period = periods.counted_in(*kind, credit.on, at);
        for scope in scopes(credit.industry.as_ref()) {
            add(changes, partner, BoardKey::new(Metric::Revenue, period, scope), minor);
        }
    }
}

/// A client counts where the partner's first sale to it is counted. When another sale becomes the
/// first, or none is left, the client leaves that period; out of a closed one it leaves the open
/// one, because final results do not change.
fn clients(
    changes: &mut Changes,
    (at, credit): (i64, &Credit),
    periods: &mut Periods<'_>,
    (partner, before, after): (PartnerId, &[Holding], &[Holding]),
) {
    for scope in scopes(credit.industry.as_ref()) {
        let (old, new) = (first(before, scope.as_ref()), first(after, scope.as_ref()));
        if old.map(|win| win.sale) == new.map(|win| win.sale) {
            continue;
        }
        for kind in PeriodKind::ALL {
            let mut count = |win: &Holding, by| {
                let counted = periods.counted_in(*kind, win.on, win.at);
                let period = periods.open_for(counted, at);
                add(changes, partner, BoardKey::new(Metric::Clients, period, scope.clone()), by);
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

/// The first win: by effective day, then by ledger order.
fn first<'a>(holdings: &'a [Holding], scope: Option<&String>) -> Option<&'a Holding> {
    let inside = holdings.iter().filter(|h| scope.is_none() || h.industry.as_ref() == scope);
    inside.min_by_key(|h| (h.on, h.seq))
}

/// Books an entry into what a partner holds of its client.
fn hold(holdings: &mut Vec<Holding>, entry: Posted<'_>, credit: &Credit, minor: i64) {
    match holdings.iter_mut().find(|holding| holding.sale == credit.sale) {
        Some(holding) => holding.minor = holding.minor.saturating_add(minor),
        None => holdings.push(Holding {
            sale: credit.sale,
            seq: entry.seq,
            at: entry.at,
            on: credit.on,
            industry: credit.industry.clone(),
            minor,
        }),
    }
    holdings.retain(|holding| holding.minor > 0);
}

fn add(changes: &mut Changes, partner: PartnerId, key: BoardKey, by: i64) {
    let sum = changes.entry((partner, key)).or_default();
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

/// A score's way up, as far as it was kept: scores with the time at which each was reached,
/// rising. The last one is the present score.
#[derive(Debug, Default)]
struct Path(Vec<Score>);

impl Path {
    fn step(&mut self, by: i64, at: i64) -> Result<Score, Overflow> {
        let step = advance(self.0.last().copied(), by, at)?;
        let now = match step {
            Step::Known(now) => now,
            Step::Look => {
                let score = self.0.last().map_or(0, |old| old.score) + by;
                let kept = self.0.partition_point(|old| old.score < score);
                Score { score, reached_at: self.0.get(kept).map_or(at, |old| old.reached_at) }
            }
        };
        let kept = self.0.partition_point(|old| old.score > 0 && old.score < now.score);
        self.0.truncate(if now.score > 0 { kept } else { 0 });
        self.0.push(now);
        Ok(now)
    }
}

type Paths = BTreeMap<(BoardKey, PartnerId), Path>;

fn paths<'a>(
    entries: impl IntoIterator<Item = Posted<'a>>,
    periods: &mut Periods<'_>,
) -> Result<Paths, Overflow> {
    let mut held: BTreeMap<(PartnerId, ClientId), Vec<Holding>> = BTreeMap::new();
    let mut paths = Paths::new();
    for entry in entries {
        let Some(credit) = entry.body.credit() else { continue };
        let client = credit.client;
        let prior = |partner| held.get(&(partner, client)).cloned().unwrap_or_default();
        for delta in moves(entry, periods, prior) {
            paths.entry((delta.key, delta.partner)).or_default().step(delta.by, entry.at)?;
        }
        for (partner, minor) in shares(credit) {
            hold(held.entry((partner, client)).or_default(), entry, credit, minor);
        }
    }
    Ok(paths)
}

/// All boards as the entries in ledger order make them.
///
/// # Errors
/// `Overflow` where a score leaves what the wire carries.
pub fn replay<'a>(
    entries: impl IntoIterator<Item = Posted<'a>>,
    calendar: &Calendar,
) -> Result<Boards, Overflow> {
    let mut boards = Boards::new();
    for ((key, partner), path) in paths(entries, &mut Periods::of(calendar))? {
        if let Some(score) = path.0.last().filter(|score| score.score != 0) {
            boards.entry(key).or_default().insert(partner, *score);
        }
    }
    Ok(boards)
}

/// One partner's scores on all boards that they ever stood on, 0 where nothing is left, from the
/// entries in which they have a share, in ledger order. Answers `Step::Look`.
///
/// # Errors
/// `Overflow` where a score leaves what the wire carries.
pub fn replay_partner<'a>(
    partner: PartnerId,
    entries: impl IntoIterator<Item = Posted<'a>>,
    periods: &mut Periods<'_>,
) -> Result<BTreeMap<BoardKey, Score>, Overflow> {
    let paths = paths(entries, periods)?.into_iter().filter(|((_, id), _)| *id == partner);
    let last = |((key, _), path): ((BoardKey, PartnerId), Path)| Some((key, *path.0.last()?));
    Ok(paths.filter_map(last).collect())
}
