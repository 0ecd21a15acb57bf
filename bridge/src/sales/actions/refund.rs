//! Takes a part of a sale back. The parts of all partners are computed anew from what is left, and the
//! difference is posted: exact for any number and order of refunds.
use super::credited::credited;
use super::{commission, known, shares};
use crate::commission::actions::{Event, Happened, Moved};
use crate::leaderboard;
use crate::ledger::{self, rules::EntryBody};
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::store::{self, Adjustment, SaleRow};
use crate::sales::{review, rules};
use schema::card::{AdjustmentKind, SaleEvent};
use schema::ids::SaleNumber;
use schema::money::Money;

/// # Errors
/// A refusal when the sale does not count, or less is left of it.
pub async fn refund(
    work: &mut Work<'_>,
    manager: &Manager,
    number: SaleNumber,
    amount: Money,
    reason: &str,
) -> Result<SaleRow, Stop> {
    let mut sale = known(work, number).await?;
    rules::refundable(&sale, amount)?;
    rules::reason(reason)?;
    let id = work.id().to_string();
    let taken = Taken { kind: AdjustmentKind::Refund, minor: amount.minor, reason, id: &id };
    let (seq, moved) = take(work, manager, &mut sale, taken).await?;
    work.audit("sale.refund", &number.to_string(), &format!("{} {reason}", amount.plain()));
    review::update(work, &sale, &[]);
    review::tell_claimant(work, &sale, SaleEvent::Refunded, Some(seq), &moved).await?;
    review::tell_co_sellers(work, &sale, SaleEvent::Refunded, &moved);
    Ok(sale)
}

/// What is taken of a sale, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    pub kind: AdjustmentKind,
    pub minor: i64,
    pub reason: &'a str,
    /// The same again for the same event.
    pub id: &'a str,
}

/// Credit and commission follow what is left; gives the credit entry's `seq`, and what it makes of each
/// seller's commission.
pub(super) async fn take(
    work: &mut Work<'_>,
    manager: &Manager,
    sale: &mut SaleRow,
    taken: Taken<'_>,
) -> Result<(i64, Vec<Moved>), Stop> {
    let Taken { kind, minor, reason, id } = taken;
    let left = sale.net_minor - minor;
    let overflow = |_| Fault::Overflow("parts of a refund");
    let counted = sale.reporting(left).map_err(overflow)?.minor;
    let deltas = rules::adjusted(&sale.shares, counted).map_err(overflow)?;
    let parts: Vec<_> = sale.shares.iter().map(|share| share.partner).zip(deltas).collect();
    let reverses = ledger::actions::seq_of(work, "sale.approved", &sale.id.to_string()).await?;
    let credit = sale.credit(&parts);
    let (source, event, body) = match kind {
        AdjustmentKind::Refund => {
            ("sale.refunded", Event::Refund, EntryBody::sale_refunded(credit, reverses))
        }
        AdjustmentKind::Dispute => {
            ("sale.disputed", Event::DisputeLost, EntryBody::sale_disputed(credit, reverses))
        }
    };
    let plan = leaderboard::actions::plan(work, &body).await?;
    let posted = ledger::actions::post(work, source, id, &body).await?;
    leaderboard::actions::apply(work, plan, &posted).await?;
    let adjustment = Adjustment {
        kind,
        minor,
        reason: reason.to_owned(),
        by: manager.user_id().to_owned(),
        at: work.now,
        seq: posted.seq,
    };
    store::shares::adjust(work.tx, (id, sale.id), &adjustment, &parts)
        .await
        .map_err(Fault::from)?;
    for (share, (_, delta)) in sale.shares.iter_mut().zip(&parts) {
        share.credited_minor += delta;
    }
    sale.net_minor = left;
    sale.adjustments.push(adjustment);
    shares::changed(work, sale);
    credited(work, sale, (&body, &posted)).await?;
    let happened = Happened { event, id, follows: posted.seq, reason };
    Ok((posted.seq, commission::befell(work, sale, happened).await?))
}
