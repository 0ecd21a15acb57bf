//! Boards of some: partners in their first 90 days among themselves, and those who gained most on the
//! same days of the period before. They give more than three people something to win.
use super::{framed, named};
use crate::leaderboard::live::Live;
use crate::leaderboard::render::View;
use crate::leaderboard::rules::{Board, BoardKey, NEWCOMER_DAYS, Score};
use crate::leaderboard::store;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use jiff::Span;
use jiff::civil::Date;
use schema::card::Selection;
use schema::ids::PartnerId;
use std::collections::HashMap;

/// # Errors
/// When the database refuses.
pub async fn newcomers(
    work: &mut Work<'_>,
    key: &BoardKey,
    rows_max: usize,
) -> Result<View, Fault> {
    let first = back(work.today(), NEWCOMER_DAYS);
    let since = work.program.calendar.start_of(first);
    let new = store::newcomers(work.tx, since).await?;
    let mut live = work.memory.take::<Live>();
    let scores = scores_of(work, &mut live, key, &new).await;
    work.memory.put(live);
    let board = Board::of(scores?);
    shown(work, key, (&board, Selection::Newcomers), rows_max).await
}

async fn scores_of(
    work: &mut Work<'_>,
    live: &mut Live,
    key: &BoardKey,
    partners: &[PartnerId],
) -> Result<Vec<(PartnerId, Score)>, Fault> {
    let all = &live.board(work, key).await?.board;
    Ok(partners.iter().filter_map(|id| Some((*id, all.score_of(*id)?))).collect())
}

/// Net credit of the period's days so far, against as many first days of the period before; only who
/// gained stands on it. All time has nothing before it.
///
/// # Errors
/// When the database refuses.
pub async fn improved(work: &mut Work<'_>, key: &BoardKey, rows_max: usize) -> Result<View, Fault> {
    let mut gained: HashMap<PartnerId, i64> = HashMap::new();
    if let Some((now, before)) = spans(work, key) {
        let industry = key.industry.as_deref();
        for (partner, minor) in store::credited(work.tx, now, industry).await? {
            *gained.entry(partner).or_default() += minor;
        }
        for (partner, minor) in store::credited(work.tx, before, industry).await? {
            *gained.entry(partner).or_default() -= minor;
        }
    }
    for hidden in store::hidden(work.tx).await? {
        gained.remove(&hidden);
    }
    let scores = gained.into_iter().filter(|(_, gain)| *gain > 0);
    let board = Board::of(scores.map(|(id, score)| (id, Score { score, reached_at: 0 })));
    shown(work, key, (&board, Selection::Improved), rows_max).await
}

/// Half-open spans of days.
type Span2 = ((Date, Date), (Date, Date));

fn spans(work: &Work<'_>, key: &BoardKey) -> Option<Span2> {
    let calendar = &work.program.calendar;
    let first = key.period.first_day(calendar.week_start)?;
    let end = work.today().tomorrow().ok()?.min(key.period.end_day(calendar.week_start)?);
    let before = calendar.period_of(key.period.kind(), first.yesterday().ok()?);
    let from = before.first_day(calendar.week_start)?;
    let to = from.saturating_add(first.until(end).ok()?).min(first);
    Some(((first, end), (from, to)))
}

fn back(day: Date, days: i64) -> Date {
    Span::new().try_days(days).map_or(day, |span| day.saturating_sub(span))
}

pub(super) async fn shown(
    work: &mut Work<'_>,
    key: &BoardKey,
    (board, selection): (&Board, Selection),
    rows_max: usize,
) -> Result<View, Fault> {
    let participants = board.public();
    let rows = board.top(rows_max).into_iter().map(|row| (row, None, false)).collect();
    let mut live = work.memory.take::<Live>();
    let standings = named(work, &mut live, participants, rows).await;
    work.memory.put(live);
    let view = framed(work, key, standings?, participants).await?;
    Ok(View { selection: Some(selection), reached: None, ..view })
}
