//! Setting a goal, ending it, and keeping it in step with the ledger.
mod close;
mod credited;
mod moved;
mod replay;
mod show;

pub use close::{end, end_of_time, organization_left};
pub use credited::credited;
pub use moved::people_moved;
pub use replay::differs_from_replay;
pub(super) use show::now;
pub use show::{JOB_PIN, JOB_SHOW, pin, show, show_open, shown, view};

use super::live;
use super::rules::{self, Side, Tally, Wanted};
use super::store::{self, GoalRow, SideRow};
use super::{jobs, render};
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::card::GoalEvent;
use schema::ids::GoalNumber;

/// Sets a goal. What its days have brought already counts; milestones that this has reached are
/// not celebrated, as nobody has reached them together.
///
/// # Errors
/// A refusal when too many are open, one has the title, or the target is reached already.
pub async fn set(
    work: &mut Work<'_>,
    manager: &Manager,
    wanted: Wanted,
    sides: Vec<Side>,
) -> Result<(), Stop> {
    let open = store::open(work.tx).await?;
    if open.len() >= rules::OPEN_MAX {
        return Err(rules::too_many().into());
    }
    let same = |goal: &&GoalRow| goal.title.to_lowercase() == wanted.title.to_lowercase();
    if let Some(goal) = open.iter().find(same) {
        return Err(rules::same_title(goal.number).into());
    }
    let mut goal = new_goal(work, wanted, sides);
    let tally = replay::of_past(work, &goal.terms()).await?;
    begin(&mut goal, &tally);
    let there = rules::leader(&goal.progress());
    if goal.target.is_some_and(|target| there >= target) {
        let there = render::amount(goal.metric, there, work.program.currency);
        return Err(rules::reached_before(&there).into());
    }
    goal.number = next_number(work).await?;
    store::insert(work.tx, &goal, manager.user_id()).await?;
    store::figures::write(work.tx, &goal.id, &tally).await?;
    live::forget(work);
    work.audit("goal.set", &goal.number.to_string(), &goal.title);
    jobs::owe_end(work, &goal);
    show(work, &goal.id);
    let shown = shown(work, &goal, 0).await?;
    work.reply(&render::answer(&shown, GoalEvent::Set, None));
    Ok(())
}

fn new_goal(work: &mut Work<'_>, wanted: Wanted, sides: Vec<Side>) -> GoalRow {
    GoalRow {
        id: work.id().to_string(),
        number: GoalNumber(0),
        title: wanted.title,
        metric: wanted.metric,
        target: wanted.target,
        from: wanted.from,
        to: wanted.to,
        made_at: work.now,
        reached_at: None,
        missed_at: None,
        ended_at: None,
        end_reason: None,
        closed_seq: None,
        sides: sides.into_iter().map(SideRow::new).collect(),
    }
}

/// Where a goal stands when it is set.
fn begin(goal: &mut GoalRow, tally: &Tally) {
    let target = goal.target;
    for (place, side) in goal.sides.iter_mut().enumerate() {
        side.progress = tally.progress_of(place);
        side.milestone = target.map_or(0, |target| rules::milestone(side.progress, target));
    }
}

async fn next_number(work: &mut Work<'_>) -> Result<GoalNumber, Fault> {
    let all = store::all(work.tx).await?;
    let in_use: Vec<_> = all.iter().map(|goal| (goal.number, goal.over_at())).collect();
    let (number, taken_over) =
        rules::next_number(&in_use).ok_or_else(|| Fault::Bug("no number is free".to_owned()))?;
    if taken_over {
        store::replace(work.tx, number, work.now).await?;
    }
    Ok(number)
}

/// The goal that a number names.
///
/// # Errors
/// A refusal when there is none.
pub async fn known(work: &mut Work<'_>, number: GoalNumber) -> Result<GoalRow, Stop> {
    let goal = store::by_number(work.tx, number).await?;
    Ok(goal.ok_or_else(rules::no_such_goal)?)
}
