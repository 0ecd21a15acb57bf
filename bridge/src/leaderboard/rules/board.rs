//! One board in memory, with order statistics: a rank costs a few comparisons at any size.
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use indexset::BTreeSet;
use schema::ids::PartnerId;

use super::{PERCENTILE_FROM, Score};

/// Keys in one node of the tree; small, because most boards are.
const NODE: usize = 256;

/// A partner's place in the order: score descending, then who reached it first, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    score: Reverse<i64>,
    reached_at: i64,
    partner: PartnerId,
}

impl Place {
    const fn of(partner: PartnerId, score: Score) -> Self {
        Self { score: Reverse(score.score), reached_at: score.reached_at, partner }
    }

    /// Before every partner with this score.
    const fn before(score: i64) -> Self {
        Self { score: Reverse(score), reached_at: i64::MIN, partner: PartnerId(0) }
    }
}

/// A row of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Competition rank: 1, 2, 2, 4.
    pub rank: u32,
    pub partner: PartnerId,
    pub score: i64,
}

/// Where a partner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Competition rank.
    pub rank: u32,
    /// Place in the list, from 1; ties stand in the order in which they reached the score.
    pub position: u32,
    pub score: i64,
    /// How many are ranked, this one among them.
    pub of: u32,
}

/// A board: the scores of its partners in order. A score of 0 is no row. Hidden partners are
/// remembered and see their own standing, and nobody else's rank knows of them.
#[derive(Debug)]
pub struct Board {
    order: BTreeSet<Place>,
    scores: HashMap<PartnerId, Score>,
    hidden: HashSet<PartnerId>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            order: BTreeSet::with_maximum_node_size(NODE),
            scores: HashMap::new(),
            hidden: HashSet::new(),
        }
    }
}

impl Board {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The board of these scores.
    #[must_use]
    pub fn of(scores: impl IntoIterator<Item = (PartnerId, Score)>) -> Self {
        let mut board = Self::new();
        for (partner, score) in scores {
            board.set(partner, score);
        }
        board
    }

    /// Gives a partner a score; 0 takes the row away.
    pub fn set(&mut self, partner: PartnerId, score: Score) {
        self.remove(partner);
        if score.score == 0 {
            return;
        }
        self.scores.insert(partner, score);
        if !self.hidden.contains(&partner) {
            self.order.insert(Place::of(partner, score));
        }
    }

    /// Takes a partner's row away (left, suspended).
    pub fn remove(&mut self, partner: PartnerId) {
        if let Some(score) = self.scores.remove(&partner) {
            self.order.remove(&Place::of(partner, score));
        }
    }

    /// Hides a partner from the others' ranking, or shows them again.
    pub fn set_hidden(&mut self, partner: PartnerId, hidden: bool) {
        let changed =
            if hidden { self.hidden.insert(partner) } else { self.hidden.remove(&partner) };
        if let Some(score) = self.scores.get(&partner).filter(|_| changed) {
            let place = Place::of(partner, *score);
            if hidden {
                self.order.remove(&place);
            } else {
                self.order.insert(place);
            }
        }
    }

    /// The partner's score, hidden or not.
    #[must_use]
    pub fn score_of(&self, partner: PartnerId) -> Option<Score> {
        self.scores.get(&partner).copied()
    }

    /// How many stand publicly: not hidden, with a score above 0.
    #[must_use]
    pub fn public(&self) -> u32 {
        count(self.order.rank(&Place::before(0)))
    }

    /// The first `n` rows; only scores above 0.
    #[must_use]
    pub fn top(&self, n: usize) -> Vec<Row> {
        self.rows(0, n.min(self.public() as usize))
    }

    /// Where a partner stands among `enrolled` ranked partners (approved, not hidden); those
    /// without a row have the score 0.
    #[must_use]
    pub fn standing_of(&self, partner: PartnerId, enrolled: u32) -> Standing {
        let own = self.scores.get(&partner);
        let score = own.map_or(0, |own| own.score);
        let hidden = self.hidden.contains(&partner);
        let others = enrolled.max(count(self.order.len()));
        let of = if hidden { others.saturating_add(1) } else { others.max(1) };
        // Partners at zero have no place in the order, and stand before those below zero.
        let zeros = if score < 0 { others - count(self.order.len()) } else { 0 };
        let above = count(self.order.rank(&Place::before(score))) + zeros;
        let before =
            own.map_or(above, |own| count(self.order.rank(&Place::of(partner, *own))) + zeros);
        Standing { rank: above + 1, position: before + 1, score, of }
    }

    /// Up to `k` rows right above a partner and right below, by position; only scores above 0.
    #[must_use]
    pub fn neighbors(&self, partner: PartnerId, k: usize) -> (Vec<Row>, Vec<Row>) {
        let public = self.public() as usize;
        let own = self.scores.get(&partner);
        let at = own.map_or(public, |own| self.order.rank(&Place::of(partner, *own))).min(public);
        let listed = own.is_some_and(|own| own.score > 0) && !self.hidden.contains(&partner);
        let after = at + usize::from(listed);
        let above = self.rows(at.saturating_sub(k), at);
        let below = self.rows(after, public.min(after.saturating_add(k)));
        (above, below)
    }

    /// The public ranks of all, for a baseline.
    #[must_use]
    pub fn ranks(&self) -> Vec<(PartnerId, u32)> {
        self.top(usize::MAX).into_iter().map(|row| (row.partner, row.rank)).collect()
    }

    /// Who has a score above 0 and is not ranked for others, in the order of a board.
    #[must_use]
    pub fn unranked(&self) -> Vec<(PartnerId, Score)> {
        let hidden = self.hidden.iter().filter_map(|id| Some((*id, *self.scores.get(id)?)));
        let mut rows: Vec<_> = hidden.filter(|(_, score)| score.score > 0).collect();
        rows.sort_by_key(|(partner, score)| Place::of(*partner, *score));
        rows
    }

    /// Rows `from..to` by position.
    fn rows(&self, from: usize, to: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(to.saturating_sub(from));
        for index in from..to {
            let Some(place) = self.order.get_index(index) else { break };
            let score = place.score.0;
            let rank = match rows.last() {
                Some(last) if last.score == score => last.rank,
                Some(_) => count(index) + 1,
                None => count(self.order.rank(&Place::before(score))) + 1,
            };
            rows.push(Row { rank, partner: place.partner, score });
        }
        rows
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// `100 × (others at or below) / (others)`, floored; from five ranked partners on. Tied partners
/// have the same.
#[must_use]
pub fn percentile(rank: u32, of: u32) -> Option<u8> {
    if of < PERCENTILE_FROM || rank == 0 || rank > of {
        return None;
    }
    u8::try_from(u64::from(of - rank) * 100 / u64::from(of - 1)).ok()
}

/// Ranks won (positive) or lost against the baseline; none for a newcomer.
#[must_use]
pub fn movement(before: Option<u32>, now: u32) -> Option<i64> {
    before.map(|before| i64::from(before) - i64::from(now))
}
