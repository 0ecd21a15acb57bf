//! A sale's credit has moved: the goals of its day and industry move with it, in the same transaction.
use super::show;
use super::show::side_name;
use crate::goals::live::{self, Open};
use crate::goals::store::{self, figures};
use crate::goals::{render, rules};
use crate::leaderboard::actions::organizations;
use crate::ledger::rules::{Credit, EntryBody};
use crate::platform::refusal::Fault;
use crate::platform::text::Message;
use crate::platform::work::Work;
use crate::wins;

/// To be called once for each entry that was posted.
///
/// # Errors
/// When the database refuses, or a sum overflows.
pub async fn credited(work: &mut Work<'_>, body: &EntryBody) -> Result<(), Fault> {
    let Some(credit) = body.credit() else { return Ok(()) };
    let open = live::open(work).await?;
    if open.is_empty() {
        return Ok(());
    }
    let memberships = organizations::memberships(work).await?;
    for goal in open.iter().filter(|goal| goal.terms.holds(credit.on)) {
        let mut counts = false;
        for place in 0..goal.terms.sides.len() {
            if let Some(part) = goal.terms.part(place, credit, &memberships) {
                step(work, goal, place, &part).await?;
                counts = true;
            }
        }
        if counts {
            show(work, &goal.id);
        }
    }
    Ok(())
}

async fn step(
    work: &mut Work<'_>,
    goal: &Open,
    place: usize,
    credit: &Credit,
) -> Result<(), Fault> {
    let side = (goal.id.as_str(), place);
    let held = if goal.terms.metric.is_money() {
        Vec::new()
    } else {
        figures::held(work.tx, side, credit.client).await?
    };
    let overflow = |_| Fault::Overflow("a goal");
    let step = rules::step(goal.terms.metric, credit, &held).map_err(overflow)?;
    for (partner, minor) in step.held {
        figures::set_held(work.tx, side, credit.client, (partner, minor)).await?;
    }
    for part in step.parts {
        figures::add_part(work.tx, side, part).await?;
    }
    let (progress, celebrated) = figures::side(work.tx, &goal.id, place).await?;
    let progress = progress.checked_add(step.progress).ok_or(Fault::Overflow("a goal"))?;
    let mark = goal.target.map_or(0, |target| rules::milestone(progress, target));
    figures::set_side(work.tx, side, (progress, mark.max(celebrated))).await?;
    if mark > celebrated {
        celebrate(work, goal, place, mark).await?;
    }
    Ok(())
}

/// Of several milestones that one sale passes, the highest; each once for ever.
async fn celebrate(work: &mut Work<'_>, open: &Open, place: usize, mark: i64) -> Result<(), Fault> {
    let Some(goal) = store::by_id(work.tx, &open.id).await? else { return Ok(()) };
    let side = goal.sides.get(place).filter(|_| open.terms.is_challenge());
    let name = match side {
        Some(side) => side_name(work, side).await?,
        None => None,
    };
    let line = render::milestone(&goal, place, (mark, name.as_deref()), work.program.currency);
    let key = format!("goal:{}:{place}:{mark}", goal.id);
    if let Some(slug) = goal.private_to() {
        work.send_as(&key, &format!("organization:{slug}"), &Message::text(line));
        return Ok(());
    }
    wins::actions::celebrate(work, &key, line).await
}
