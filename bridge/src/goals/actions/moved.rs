//! Goals of organizations after somebody moved between them, or shows themselves otherwise: what their
//! people have given is counted from nothing. What was celebrated stays celebrated.
use super::{replay, show};
use crate::goals::live;
use crate::goals::store::figures;
use crate::leaderboard::store::organizations::has_sold;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

/// # Errors
/// When the database refuses, or a sum overflows.
pub async fn people_moved(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Fault> {
    let open = live::open(work).await?;
    if !open.iter().any(|goal| goal.terms.asks_who()) || !has_sold(work.tx, partner, None).await? {
        return Ok(());
    }
    for goal in open.iter() {
        if !goal.terms.asks_who() {
            continue;
        }
        let tally = replay::of_past(work, &goal.terms).await?;
        figures::clear(work.tx, &goal.id).await?;
        figures::write(work.tx, &goal.id, &tally).await?;
        for place in 0..goal.terms.sides.len() {
            let (_, milestone) = figures::side(work.tx, &goal.id, place).await?;
            let progress = (tally.progress_of(place), milestone);
            figures::set_side(work.tx, (&goal.id, place), progress).await?;
        }
        show(work, &goal.id);
    }
    Ok(())
}
