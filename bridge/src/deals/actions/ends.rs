//! Reminders, the end of a protection, and a partner who goes.
use super::{dropped, team};
use crate::deals::store::{self, DealRow, changes};
use crate::deals::{jobs, render, rules};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::card::{DealEvent, DealStatus};
use schema::ids::PartnerId;

/// Tells a partner that an end is near; a deal that was extended meanwhile waits for its new end.
///
/// # Errors
/// When the database refuses.
pub async fn remind(work: &mut Work<'_>, id: &str, before: i64) -> Result<(), Fault> {
    let Some(deal) = open(work, id).await? else { return Ok(()) };
    let Some(term) = deal.term else { return Ok(()) };
    let due = rules::remind_at(&work.program.calendar, term.ends_on, before);
    if due > work.now {
        jobs::owe_reminder(work, &deal, before);
        return Ok(());
    }
    let key = format!("deal-remind:{}:{}:{before}", deal.id, term.ends_on);
    let prefix = work.program.prefix.clone();
    let left = i64::from((term.ends_on - work.today()).get_days());
    work.direct_as(&key, &deal.partner.user, &render::reminder(&deal, left, work.now, &prefix));
    team::show(work, deal.id, DealEvent::Reminded).await
}

/// Tells a partner, once, that their client is open to all again.
///
/// # Errors
/// When the database refuses.
pub async fn end(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(deal) = store::by_id(work.tx, id).await? else { return Ok(()) };
    let Some(term) = deal.term.filter(|_| deal.ended_at.is_none()) else { return Ok(()) };
    if deal.protects(work.now) {
        jobs::owe_end(work, &deal);
        return Ok(());
    }
    if deal.dropped_at.is_some() || deal.lost_at.is_some() {
        return Ok(());
    }
    changes::ended(work.tx, deal.id, work.now).await?;
    work.audit("deal.end", &deal.number.to_string(), "");
    if deal.status(work.now) == DealStatus::Ended {
        let key = format!("deal-end:{}:{}", deal.id, term.ends_on);
        let prefix = work.program.prefix.clone();
        work.direct_as(&key, &deal.partner.user, &render::ended(&deal, work.now, &prefix));
        team::show(work, deal.id, DealEvent::Ended).await?;
    }
    Ok(())
}

async fn open(work: &mut Work<'_>, id: &str) -> Result<Option<DealRow>, Fault> {
    let deal = store::by_id(work.tx, id).await?;
    Ok(deal.filter(|deal| deal.status(work.now) == DealStatus::Open))
}

/// A partner is suspended or leaves: their clients are open to others.
///
/// # Errors
/// When the database refuses.
pub async fn left(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Fault> {
    for deal in store::standing(work.tx, partner, work.now).await? {
        dropped(work, deal, Some("left the program")).await?;
    }
    Ok(changes::unshare_rival(work.tx, partner).await?)
}
