//! A client disputes a payment: the commission on it is set aside until that is won or lost. What is
//! lost leaves the sale as a refund does.
use super::refund::{self, Taken};
use super::{commission, known};
use crate::commission::actions::{Event, Happened, Moved};
use crate::ledger;
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::store::{self, Dispute, SaleRow};
use crate::sales::{review, rules};
use schema::card::{AdjustmentKind, SaleEvent};
use schema::ids::SaleNumber;
use schema::money::Money;

/// # Errors
/// A refusal when the sale does not count, or nothing is left that could be disputed.
pub async fn open(
    work: &mut Work<'_>,
    manager: &Manager,
    number: SaleNumber,
    said: Money,
    reason: &str,
) -> Result<SaleRow, Stop> {
    let mut sale = known(work, number).await?;
    let minor = rules::disputable(&sale, said)?;
    let dispute = Dispute {
        id: work.id().to_string(),
        said: said.minor,
        minor,
        reason: reason.to_owned(),
        opened_by: manager.user_id().to_owned(),
        opened_at: work.now,
        won_at: None,
        lost_at: None,
    };
    store::disputes::insert(work.tx, sale.id, &dispute).await.map_err(Fault::from)?;
    let follows = ledger::actions::seq_of(work, "sale.approved", &sale.id.to_string()).await?;
    let id = dispute.id.clone();
    sale.disputes.push(dispute);
    let detail = format!("{} {reason}", Money::new(minor, said.currency).plain());
    work.audit("sale.dispute", &number.to_string(), &detail);
    let happened = Happened { event: Event::DisputeOpened, id: &id, follows, reason };
    let moved = commission::befell(work, &sale, happened).await?;
    tell(work, &sale, SaleEvent::Disputed, &moved).await?;
    Ok(sale)
}

/// # Errors
/// A refusal when no such dispute is open.
pub async fn decide(
    work: &mut Work<'_>,
    manager: &Manager,
    number: SaleNumber,
    (said, won): (Money, bool),
    reason: &str,
) -> Result<SaleRow, Stop> {
    let mut sale = known(work, number).await?;
    let index = rules::open_dispute(&sale, said)?;
    let (id, minor) = (sale.disputes[index].id.clone(), sale.disputes[index].minor);
    store::disputes::decide(work.tx, &id, won, manager.user_id(), work.now)
        .await
        .map_err(Fault::from)?;
    let word = if won { "sale.dispute_won" } else { "sale.dispute_lost" };
    work.audit(word, &number.to_string(), reason);
    if won {
        sale.disputes[index].won_at = Some(work.now);
        let follows = ledger::actions::seq_of(work, "sale.approved", &sale.id.to_string()).await?;
        let happened = Happened { event: Event::DisputeWon, id: &id, follows, reason };
        let moved = commission::befell(work, &sale, happened).await?;
        tell(work, &sale, SaleEvent::DisputeWon, &moved).await?;
        return Ok(sale);
    }
    sale.disputes[index].lost_at = Some(work.now);
    let taken = Taken { kind: AdjustmentKind::Dispute, minor, reason, id: &id };
    let (_, moved) = refund::take(work, manager, &mut sale, taken).await?;
    tell(work, &sale, SaleEvent::DisputeLost, &moved).await?;
    Ok(sale)
}

/// The review card and all who sold it see where it stands.
async fn tell(
    work: &mut Work<'_>,
    sale: &SaleRow,
    event: SaleEvent,
    moved: &[Moved],
) -> Result<(), Fault> {
    review::update(work, sale, &[]);
    review::tell_claimant(work, sale, event, None, moved).await?;
    review::tell_co_sellers(work, sale, event, moved);
    Ok(())
}
