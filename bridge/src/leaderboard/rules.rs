//! Which boards there are, how a board ranks, and what ledger entries do to scores. Pure: a replay
//! of the ledger gives the same boards as the live program, entry by entry.
mod board;
mod help;
mod organizations;
mod penetration;
mod replay;
mod scores;

pub use board::{Board, Row, Standing, movement, percentile};
pub use help::{help_keys, help_scores};
pub use organizations::{Memberships, Slug, Tally, Totals, ranked, replay_member};
pub use penetration::{Spread, bps, counts_double, parts, spread};
pub use replay::{Path, replay, replay_partner};
pub use scores::{
    Before, Boards, Delta, Holding, Periods, Posted, Score, Step, advance, deltas, revenue_keys,
};

use std::fmt;
use std::str::FromStr;

use schema::metric::Metric;
use schema::period::Period;

/// From so many ranked partners on a percentile is shown.
pub const PERCENTILE_FROM: u32 = 5;

/// Fewer participants than this, and who wants to stay anonymous would not be.
pub const ANONYMOUS_FROM: u32 = 5;

/// So long is somebody new, in full local days from the day of their approval on.
pub const NEWCOMER_DAYS: i64 = 90;

/// One board: what it counts, when, and for the whole program or one industry (by slug).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoardKey {
    pub metric: Metric,
    pub period: Period,
    pub industry: Option<String>,
}

impl BoardKey {
    #[must_use]
    pub const fn new(metric: Metric, period: Period, industry: Option<String>) -> Self {
        Self { metric, period, industry }
    }

    /// `program`, or the industry's slug: the board's `scope` in state and cards.
    #[must_use]
    pub fn scope(&self) -> &str {
        self.industry.as_deref().unwrap_or(schema::state::SCOPE_PROGRAM)
    }
}

impl fmt::Display for BoardKey {
    /// `revenue|2026-W47|dental`, `clients|all|`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let industry = self.industry.as_deref().unwrap_or_default();
        write!(f, "{}|{}|{industry}", self.metric, self.period)
    }
}

/// A text that names no board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a board")]
pub struct BoardKeyError;

impl FromStr for BoardKey {
    type Err = BoardKeyError;

    fn from_str(text: &str) -> Result<Self, BoardKeyError> {
        let mut parts = text.splitn(3, '|');
        let mut part = || parts.next().ok_or(BoardKeyError);
        let metric = part()?.parse().map_err(|_| BoardKeyError)?;
        let period = part()?.parse().map_err(|_| BoardKeyError)?;
        let industry = Some(part()?).filter(|slug| !slug.is_empty()).map(str::to_owned);
        Ok(Self { metric, period, industry })
    }
}

/// The first win: by effective day, then by ledger order.
fn first<'a>(holdings: &'a [Holding], industry: Option<&str>) -> Option<&'a Holding> {
    let inside =
        holdings.iter().filter(|held| industry.is_none() || held.industry.as_deref() == industry);
    inside.min_by_key(|held| (held.on, held.seq))
}

#[cfg(test)]
mod tests;
