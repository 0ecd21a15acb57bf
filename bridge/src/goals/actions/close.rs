//! The end of a goal: of its time, or by hand. From then on nothing changes it any more.
use super::known;
use super::show::{in_review, pinned, rooms, show, shown, slot, state};
use crate::goals::render;
use crate::goals::store::{self, GoalRow};
use crate::goals::{jobs, live, rules};
use crate::ledger;
use crate::platform::access::Manager;
use crate::platform::pins;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use schema::card::GoalEvent;
use schema::ids::GoalNumber;
use schema::status::GoalStatus;

/// Ends an open goal before its time.
///
/// # Errors
/// A refusal when there is no such goal, or it is over.
pub async fn end(
    work: &mut Work<'_>,
    manager: &Manager,
    number: GoalNumber,
    reason: Option<String>,
) -> Result<(), Stop> {
    let mut goal = known(work, number).await?;
    if !goal.is_open() {
        return Err(rules::over_already(number).into());
    }
    goal.ended_at = Some(work.now);
    goal.end_reason = reason;
    let detail = goal.end_reason.clone().unwrap_or_default();
    work.audit("goal.end", &number.to_string(), &detail);
    close(work, &mut goal, Some(manager.user_id())).await?;
    let shown = shown(work, &goal, render::ROWS_ASKED).await?;
    work.reply(&render::answer(&shown, GoalEvent::Ended, None));
    Ok(())
}

/// An organization leaves the program: what it wanted for itself, nobody pulls at any more.
///
/// # Errors
/// When the database refuses.
pub async fn organization_left(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    for mut goal in store::open(work.tx).await? {
        if goal.private_to() == Some(slug) {
            goal.ended_at = Some(work.now);
            close(work, &mut goal, None).await?;
        }
    }
    Ok(())
}

/// The end of the last day. While claims of the goal's days are in review, and could change how it
/// ends, it waits on, a day at a time and a week at most.
///
/// # Errors
/// When the database refuses.
pub async fn end_of_time(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(mut goal) = store::by_id(work.tx, id).await?.filter(GoalRow::is_open) else {
        return Ok(());
    };
    let today = work.today();
    if today <= goal.to {
        jobs::owe_end(work, &goal);
        return Ok(());
    }
    let (status, _) = rules::outcome(&goal.progress(), goal.target);
    let reached = status == GoalStatus::Reached;
    let waiting = in_review(work, &goal).await?;
    if rules::waits(waiting, today, goal.to, reached, goal.sides.len() > 1) {
        show(work, id);
        jobs::owe_look(work, id);
        return Ok(());
    }
    let at = Some(work.now);
    (goal.reached_at, goal.missed_at) = if reached { (at, None) } else { (None, at) };
    close(work, &mut goal, None).await?;
    tell(work, &goal).await
}

/// Writes the end, says the last state, and lets the pinned messages go with their last words.
async fn close(work: &mut Work<'_>, goal: &mut GoalRow, by: Option<&str>) -> Result<(), Fault> {
    goal.closed_seq = Some(ledger::actions::head(work).await?.seq);
    store::close(work.tx, goal, by).await?;
    live::forget(work);
    state(work, goal).await?;
    let last = shown(work, goal, render::ROWS_PINNED).await?;
    for room in rooms(goal) {
        pins::retire(work, &room, &slot(goal), &pinned(&last)).await?;
    }
    Ok(())
}

/// A message of its own in the rooms of those who pulled: an edit of the pinned one nobody hears.
async fn tell(work: &mut Work<'_>, goal: &GoalRow) -> Result<(), Fault> {
    let shown = shown(work, goal, render::ROWS_PINNED).await?;
    let message = render::result(&shown);
    for room in rooms(goal) {
        work.send_as(&format!("goal:{}:result:{room}", goal.id), &room, &message);
    }
    Ok(())
}
