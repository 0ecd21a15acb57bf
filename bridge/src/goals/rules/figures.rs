//! What a goal's figures mean: how far it is, what is celebrated, who has won.
use jiff::civil::Date;
use schema::metric::Metric;
use schema::period::{Calendar, GRACE_DAYS};
use schema::status::GoalStatus;

use super::MILESTONES;

/// Cells of a bar; it fits a phone with the percentage behind it.
pub const BAR_CELLS: i64 = 10;

/// The instant at which a local day is over.
#[must_use]
pub fn end_at(calendar: &Calendar, day: Date) -> i64 {
    calendar.start_of(day.tomorrow().unwrap_or(day))
}

/// Progress by target, floored; more than 100 is more.
#[must_use]
pub fn percent(progress: i64, target: i64) -> i64 {
    scaled(progress, 100, target)
}

fn scaled(progress: i64, by: i64, target: i64) -> i64 {
    let value = i128::from(progress.max(0)) * i128::from(by) / i128::from(target.max(1));
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// `███░░░░░░░`: a cell stands when it is full, but whoever has begun sees one.
#[must_use]
pub fn bar(progress: i64, of: i64) -> String {
    let full = scaled(progress, BAR_CELLS, of).min(BAR_CELLS).max(i64::from(progress > 0));
    (0..BAR_CELLS).map(|cell| if cell < full { '█' } else { '░' }).collect()
}

/// The highest milestone that a progress has, 0 before the first.
#[must_use]
pub fn milestone(progress: i64, target: i64) -> i64 {
    let percent = percent(progress, target);
    MILESTONES.into_iter().rev().find(|mark| percent >= *mark).unwrap_or(0)
}

/// What everyone who contributed has when all share alike, rounded half up: minor units for money,
/// hundredths of a count.
#[must_use]
pub fn equal_share(metric: Metric, progress: i64, contributors: i64) -> Option<i64> {
    if contributors <= 0 {
        return None;
    }
    let unit = if metric.is_money() { 1 } else { 100 };
    let (all, of) = (i128::from(progress.max(0)) * unit, i128::from(contributors));
    i64::try_from((2 * all + of) / (2 * of)).ok()
}

/// Days after today up to the last one; on the last day none.
#[must_use]
pub fn days_left(today: Date, to: Date) -> i64 {
    to.since(today).map_or(0, |span| i64::from(span.get_days())).max(0)
}

/// The progress of the side in front; that of a goal with one side.
#[must_use]
pub fn leader(progress: &[i64]) -> i64 {
    progress.iter().copied().max().unwrap_or(0)
}

/// How a goal has ended, and in a challenge the places of those in front: none where nobody has
/// anything, several where they are tied. Without a target it is enough that somebody has won.
#[must_use]
pub fn outcome(progress: &[i64], target: Option<i64>) -> (GoalStatus, Vec<usize>) {
    let best = leader(progress);
    let reached = target.map_or(best > 0, |target| best >= target);
    let status = if reached { GoalStatus::Reached } else { GoalStatus::Missed };
    let first = |(place, own): (usize, &i64)| (*own == best && best > 0).then_some(place);
    let challenge = progress.len() > 1;
    let winners = progress.iter().enumerate().filter_map(first).filter(|_| challenge).collect();
    (status, winners)
}

/// Whether the end waits on: claims of the goal's days are still in review, and could change it.
#[must_use]
pub fn waits(in_review: i64, today: Date, to: Date, reached: bool, challenge: bool) -> bool {
    let late = today.since(to).map_or(i64::MAX, |span| i64::from(span.get_days()));
    in_review > 0 && late <= GRACE_DAYS && (challenge || !reached)
}
