//! Scores from the entries alone, from nothing: what the live program's scores must equal.
use std::collections::BTreeMap;

use schema::ids::{ClientId, PartnerId};
use schema::money::Overflow;
use schema::period::{Calendar, Period};

use super::BoardKey;
use super::penetration::parts;
use super::scores::{
    Before, Boards, Holding, Periods, Posted, Score, Step, advance, hold, moves, part, shares,
};

/// A score's way up, as far as it was kept: scores with the time at which each was reached,
/// rising. The last one is the present score.
#[derive(Debug, Default)]
pub struct Path(Vec<Score>);

impl Path {
    /// The present score, where there ever was one.
    #[must_use]
    pub fn last(&self) -> Option<Score> {
        self.0.last().copied()
    }

    /// Takes a change at a time; gives the score that it makes.
    ///
    /// # Errors
    /// `Overflow` where the score would leave what the wire carries.
    pub fn step(&mut self, by: i64, at: i64) -> Result<Score, Overflow> {
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
    doubled: &dyn Fn(&str, Period) -> bool,
) -> Result<Paths, Overflow> {
    let mut held: BTreeMap<(PartnerId, ClientId), Vec<Holding>> = BTreeMap::new();
    let mut paths = Paths::new();
    for entry in entries {
        let Some(credit) = entry.body.credit() else { continue };
        let client = credit.client;
        let known = Before {
            held: &|partner| held.get(&(partner, client)).cloned().unwrap_or_default(),
            net: &|partner, key| net(&paths, partner, key),
            doubled,
        };
        for delta in moves(entry, periods, known) {
            paths.entry((delta.key, delta.partner)).or_default().step(delta.by, entry.at)?;
        }
        let parts = parts(credit);
        for (partner, minor) in shares(credit) {
            let own = (minor, part(&parts, partner));
            hold(held.entry((partner, client)).or_default(), entry, credit, own);
        }
    }
    Ok(paths)
}

fn net(paths: &Paths, partner: PartnerId, key: &BoardKey) -> i64 {
    let path = paths.get(&(key.clone(), partner));
    path.and_then(|path| path.0.last()).map_or(0, |score| score.score)
}

/// All boards as the entries in ledger order make them.
///
/// # Errors
/// `Overflow` where a score leaves what the wire carries.
pub fn replay<'a>(
    entries: impl IntoIterator<Item = Posted<'a>>,
    calendar: &Calendar,
    doubled: &dyn Fn(&str, Period) -> bool,
) -> Result<Boards, Overflow> {
    let mut boards = Boards::new();
    for ((key, partner), path) in paths(entries, &mut Periods::of(calendar), doubled)? {
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
    doubled: &dyn Fn(&str, Period) -> bool,
) -> Result<BTreeMap<BoardKey, Score>, Overflow> {
    let paths = paths(entries, periods, doubled)?.into_iter().filter(|((_, id), _)| *id == partner);
    let last = |((key, _), path): ((BoardKey, PartnerId), Path)| Some((key, *path.0.last()?));
    Ok(paths.filter_map(last).collect())
}
