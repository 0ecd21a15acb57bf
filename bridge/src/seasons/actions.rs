//! Closing a period: what it would do, and doing it once.
pub mod organizations;
mod shown;

pub use shown::{
    Asked, Closed, ShownBoard, asked, closable, closed, foreseen, hall, list, people_changed,
};

use super::rules::{self, Board, Head, Organizations};
use super::store::{self, By, SeasonRow};
use super::{jobs, render};
use crate::leaderboard::finals;
use crate::leaderboard::rules::BoardKey;
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::{Work, event_ref};
use crate::rewards::actions::{self as rewards, Award};
use crate::{extracts, ledger, wins};
use schema::metric::Metric;
use schema::period::{Period, zones_version};

/// Boards of industries whose results are told one by one below the congratulation.
const TOLD_MAX: usize = 20;
/// How the key of a message with a board of organizations ends; no industry is called so.
const OF_ORGANIZATIONS: &str = ".organizations";

/// What a close would do, found before anything is written.
#[derive(Debug)]
pub struct Prospect {
    pub period: Period,
    pub bounds: (i64, i64),
    pub boards: Vec<Board>,
    pub organizations: Organizations,
    pub awards: Vec<Award>,
}

/// # Errors
/// A refusal when the period still takes what belongs to it, was closed before, or nobody stands on its
/// boards.
pub async fn prospect(work: &mut Work<'_>, period: Period) -> Result<Prospect, Stop> {
    rules::may_close(&work.program.calendar, period, work.now)?;
    if store::by_period(work.tx, period).await?.is_some() {
        return Err(rules::closed_before(period).into());
    }
    let bounds = work.program.calendar.bounds(period).unwrap_or_default();
    let boards = boards(work, period).await?;
    if boards.is_empty() {
        return Err(rules::nobody(period).into());
    }
    let organizations = organizations::of(work, period).await?;
    // What can be won is people's.
    let awards = rewards::due(work, (period, bounds.1), &boards).await?;
    Ok(Prospect { period, bounds, boards, organizations, awards })
}

/// The boards of a period on which anybody stands: the program's, then each industry's.
async fn boards(work: &mut Work<'_>, period: Period) -> Result<Vec<Board>, Fault> {
    let slugs = crate::industries::store::all(work.tx).await?.into_iter().map(|row| row.slug);
    let scopes: Vec<Option<String>> = std::iter::once(None).chain(slugs.map(Some)).collect();
    let mut boards = Vec::new();
    for scope in scopes {
        let own = Metric::ALL.iter().filter(|metric| scope.is_none() || metric.has_industries());
        for metric in own {
            let key = BoardKey::new(*metric, period, scope.clone());
            let ends = finals::of(work, &key).await?;
            if !ends.is_empty() {
                boards.push(Board { key, ends });
            }
        }
    }
    Ok(boards)
}

/// Freezes the result, gives the rewards, and tells all of it.
///
/// # Errors
/// As [`prospect`].
pub async fn close(work: &mut Work<'_>, manager: &Manager, period: Period) -> Result<Closed, Stop> {
    let Prospect { bounds, boards, organizations, awards, .. } = prospect(work, period).await?;
    let season = freeze(work, manager, (period, bounds), (&boards, &organizations)).await?;
    // What decided it stands in the room before the result does.
    extracts::actions::tell(work).await?;
    rewards::earn(work, period, awards).await?;
    let detail = format!("{} boards, {}", season.count(), season.hash);
    work.audit("season.close", &period.to_string(), &detail);
    let closed = closed(work, &season).await?;
    tell(work, &closed, &boards).await?;
    jobs::hall(work);
    Ok(closed)
}

async fn freeze(
    work: &mut Work<'_>,
    manager: &Manager,
    (period, bounds): (Period, (i64, i64)),
    (boards, organizations): (&[Board], &Organizations),
) -> Result<SeasonRow, Fault> {
    let head = ledger::actions::head(work).await?;
    let timezone = work.program.timezone.clone();
    let said =
        Head { period, bounds, timezone: &timezone, ledger_seq: head.seq, ledger_hash: &head.hash };
    let hash = rules::hash(&rules::text(said, boards, organizations));
    let season = SeasonRow {
        period,
        from: bounds.0,
        to: bounds.1,
        boards: i64::try_from(boards.len()).unwrap_or(i64::MAX),
        organization_boards: i64::try_from(organizations.boards.len()).ok(),
        ledger_seq: head.seq,
        ledger_hash: head.hash,
        hash,
        closed_at: work.now,
        timezone,
    };
    let cause = work.cause.id.clone();
    let by = By { user: manager.user_id(), cause: &cause, zones: zones_version() };
    store::insert(work.tx, &season, by).await?;
    for board in boards {
        store::insert_ends(work.tx, &board.key, &board.ends).await?;
    }
    organizations::freeze(work, period, organizations).await?;
    Ok(season)
}

/// One message in the leaderboard room, with each board in its thread, and a line to celebrate.
async fn tell(work: &mut Work<'_>, closed: &Closed, boards: &[Board]) -> Result<(), Fault> {
    let period = closed.season.period;
    let root = format!("season:{period}");
    let message = render::decided(closed, &work.program.prefix);
    work.send_as(&root, "leaderboard", &message);
    let mut told = Vec::new();
    for board in boards.iter().filter(|board| board.key.industry.is_none()) {
        let shown = shown::board(work, &board.key, render::ROWS_TOLD).await?;
        told.push((board.key.to_string(), shown));
    }
    for top in &closed.organizations {
        let key = BoardKey::new(top.board.metric, period, None);
        let shown = organizations::board(work, &key, render::ROWS_TOLD).await?;
        told.push((format!("{key}{OF_ORGANIZATIONS}"), shown));
    }
    for board in boards.iter().filter(|board| board.key.industry.is_some()).take(TOLD_MAX) {
        let shown = shown::board(work, &board.key, render::ROWS_TOLD).await?;
        told.push((board.key.to_string(), shown));
    }
    for (key, shown) in told {
        let (key, message) = (format!("{root}:{key}"), render::told_board(&closed.season, &shown));
        work.send_thread_as(&key, "leaderboard", &event_ref(&root), &message);
    }
    if let Some(line) = render::celebrated(closed) {
        wins::actions::celebrate(work, &root, line).await?;
    }
    Ok(())
}
