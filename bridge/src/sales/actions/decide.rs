//! What becomes of a claim: approved, rejected, withdrawn; and an approved sale taken back in full.
use super::credited::credited;
use super::{commission, known, mark_late, own, reviewers, shares};
use crate::commission::actions::{Event, Happened};
use crate::deals;
use crate::leaderboard;
use crate::ledger::{self, rules::EntryBody};
use crate::platform::access::{Manager, Partner, Reviewer};
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales::store::{self, SaleRow};
use crate::sales::{render, review, rules};
use crate::{playbooks, rates};
use schema::card::SaleEvent;
use schema::ids::SaleNumber;

/// The decision that lets a sale count (gives the sale), or the first of two. `over`: a manager
/// lets it count without the yes of co-sellers.
///
/// # Errors
/// A refusal when the reviewer has a share, has said yes already, the sale is decided, or a co-seller
/// has not said yes.
pub async fn approve(
    work: &mut Work<'_>,
    reviewer: &Reviewer,
    number: SaleNumber,
    over: Option<&Manager>,
) -> Result<Option<SaleRow>, Stop> {
    let mut sale = known(work, number).await?;
    let mut approvals = store::approvals(work.tx, sale.id).await?;
    // The rate of this moment counts for ever.
    sale.exchange = rates::actions::convert(work, sale.amount).await?;
    let needed = sale.reviewers_needed(work.program.two_person_over);
    rules::may_approve(&sale, reviewer, &approvals)?;
    reviewers::may_be_next(work, &sale, reviewer, (approvals.len(), needed)).await?;
    rules::ruled_on(&sale)?;
    match over {
        Some(manager) => shares::override_open(work, manager, &sale).await?,
        None => rules::confirmed_by_all(&sale)?,
    }
    approvals.push(reviewer.user_id().to_owned());
    if approvals.len() < needed {
        store::add_approval(work.tx, sale.id, reviewer.user_id(), work.now).await?;
        work.audit("sale.second", &number.to_string(), "one more reviewer needed");
        review::update(work, &sale, &approvals);
        work.reply(&render::seconded(&sale, needed - approvals.len()));
        return Ok(None);
    }
    count(work, &mut sale, reviewer.user_id(), None).await?;
    work.audit("sale.approve", &number.to_string(), "");
    review::update(work, &sale, &approvals);
    Ok(Some(sale))
}

/// A sale counts from now on, by the word of `by`: credit, boards, commission, and all who sold it hear it.
/// A hold begins at `held_from`, where that is not now.
pub(super) async fn count(
    work: &mut Work<'_>,
    sale: &mut SaleRow,
    by: &str,
    held_from: Option<i64>,
) -> Result<(), Stop> {
    shares::credit(work, sale).await?;
    let parts: Vec<_> =
        sale.shares.iter().map(|share| (share.partner, share.credited_minor)).collect();
    let body = EntryBody::sale_approved(&sale.credit(&parts));
    let plan = leaderboard::actions::plan(work, &body).await?;
    store::add_approval(work.tx, sale.id, by, work.now).await?;
    store::approve(work.tx, sale.id, by, work.now).await?;
    sale.approved_at = Some(work.now);
    sale.approved_by = Some(by.to_owned());
    mark_late(work, sale);
    let posted = ledger::actions::post(work, "sale.approved", &sale.id.to_string(), &body).await?;
    leaderboard::actions::apply(work, plan, &posted).await?;
    shares::changed(work, sale);
    credited(work, sale, (&body, &posted)).await?;
    let earned = commission::earned(work, sale, (posted.seq, held_from)).await?;
    review::tell_claimant(work, sale, SaleEvent::Approved, Some(posted.seq), &earned).await?;
    review::tell_co_sellers(work, sale, SaleEvent::Approved, &earned);
    Ok(())
}

/// # Errors
/// A refusal when the sale is decided already.
pub async fn reject(
    work: &mut Work<'_>,
    reviewer: &Reviewer,
    number: SaleNumber,
    reason: &str,
) -> Result<(), Stop> {
    let mut sale = known(work, number).await?;
    rules::open(&sale)?;
    rules::reason(reason)?;
    store::reject(work.tx, sale.id, reviewer.user_id(), reason, work.now).await?;
    sale.rejected_at = Some(work.now);
    sale.rejected_by = Some(reviewer.user_id().to_owned());
    sale.reject_reason = Some(reason.to_owned());
    shares::changed(work, &sale);
    playbooks::actions::sale_changed(work, sale.playbook.as_deref()).await?;
    work.audit("sale.reject", &number.to_string(), reason);
    deals::actions::sale_gone(work, &sale).await?;
    review::update(work, &sale, &[]);
    review::tell_claimant(work, &sale, SaleEvent::Rejected, None, &[]).await?;
    review::tell_co_sellers(work, &sale, SaleEvent::Rejected, &[]);
    Ok(())
}

/// Takes an own claim back while it is open.
///
/// # Errors
/// A refusal when it is not the person's, or decided.
pub async fn withdraw(
    work: &mut Work<'_>,
    partner: &Partner,
    number: SaleNumber,
) -> Result<SaleRow, Stop> {
    let sale = own(work, partner, number).await?;
    if sale.partner_id != partner.id() {
        return Err(rules::not_the_claimant(&sale).into());
    }
    take_back(work, sale).await
}

pub(super) async fn take_back(work: &mut Work<'_>, mut sale: SaleRow) -> Result<SaleRow, Stop> {
    rules::open(&sale)?;
    store::withdraw(work.tx, sale.id, work.now).await?;
    sale.withdrawn_at = Some(work.now);
    shares::changed(work, &sale);
    work.audit("sale.withdraw", &sale.number.to_string(), "");
    deals::actions::sale_gone(work, &sale).await?;
    review::update(work, &sale, &[]);
    review::tell_co_sellers(work, &sale, SaleEvent::Withdrawn, &[]);
    Ok(sale)
}

/// A sale that could be voided: asked before the confirmation is.
///
/// # Errors
/// A refusal when it never counted, or is void already.
pub async fn voidable(work: &mut Work<'_>, number: SaleNumber) -> Result<SaleRow, Stop> {
    let sale = known(work, number).await?;
    rules::voidable(&sale)?;
    Ok(sale)
}

/// Takes a sale out of the ledger by a full negative entry.
///
/// # Errors
/// A refusal when it never counted, or is void already.
pub async fn void(
    work: &mut Work<'_>,
    manager: &Manager,
    number: SaleNumber,
    reason: &str,
) -> Result<SaleRow, Stop> {
    let mut sale = voidable(work, number).await?;
    rules::reason(reason)?;
    let left: Vec<_> =
        sale.shares.iter().map(|share| (share.partner, share.credited_minor)).collect();
    let reverses = ledger::actions::seq_of(work, "sale.approved", &sale.id.to_string()).await?;
    let body = EntryBody::sale_voided(&sale.credit(&left), reverses);
    let plan = leaderboard::actions::plan(work, &body).await?;
    store::void(work.tx, sale.id, manager.user_id(), reason, work.now).await?;
    sale.voided_at = Some(work.now);
    sale.voided_by = Some(manager.user_id().to_owned());
    sale.void_reason = Some(reason.to_owned());
    let posted = ledger::actions::post(work, "sale.voided", &sale.id.to_string(), &body).await?;
    leaderboard::actions::apply(work, plan, &posted).await?;
    credited(work, &sale, (&body, &posted)).await?;
    work.audit("sale.void", &number.to_string(), reason);
    review::update(work, &sale, &[]);
    let id = sale.id.to_string();
    store::disputes::end(work.tx, sale.id, manager.user_id(), work.now).await?;
    let happened = Happened { event: Event::Void, id: &id, follows: posted.seq, reason };
    let moved = commission::befell(work, &sale, happened).await?;
    review::tell_claimant(work, &sale, SaleEvent::Voided, Some(posted.seq), &moved).await?;
    review::tell_co_sellers(work, &sale, SaleEvent::Voided, &moved);
    Ok(sale)
}
