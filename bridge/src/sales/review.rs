//! The review card in the control room, and what the claimant hears of the decision.
use super::store::SaleRow;
use super::{odd, render};
use crate::commission::actions::Moved;
use crate::platform::refusal::Fault;
use crate::platform::text::Message;
use crate::platform::work::{Work, event_ref};
use crate::rooms;
use schema::card::SaleEvent;

/// The key of a sale's review card.
#[must_use]
pub fn key(id: &str) -> String {
    format!("review:sale:{id}")
}

/// The sale id of a review card's key.
#[must_use]
pub fn sale_of(key: &str) -> Option<&str> {
    key.strip_prefix("review:sale:")?.split(':').next()
}

/// What stood in the way of a decision is gone, as the message says: asked for anew under the card, as
/// who pressed too early cannot press the same sign on it again.
pub fn ready(work: &mut Work<'_>, sale: &SaleRow, message: &Message) {
    let card = key(&sale.id.to_string());
    let again = format!("{card}:{}", work.now);
    work.send_thread_as(&again, "control", &event_ref(&card), message);
    work.react("control", &again, "✅");
    work.react("control", &again, "❌");
}

/// Posts the card with both answers to press.
pub fn open(work: &mut Work<'_>, sale: &SaleRow) {
    let key = key(&sale.id.to_string());
    let needed = sale.reviewers_needed(work.program.two_person_over);
    work.send_as(&key, "control", &render::review(sale, &[], needed, &work.program.prefix));
    work.react("control", &key, "✅");
    work.react("control", &key, "❌");
}

/// Posts the card of a sale that is decided already: it is the team's record, there is nothing to press.
pub fn record(work: &mut Work<'_>, sale: &SaleRow) {
    let by: Vec<String> = sale.approved_by.iter().cloned().collect();
    let message = render::review(sale, &by, 1, &work.program.prefix);
    work.send_as(&key(&sale.id.to_string()), "control", &message);
}

/// Edits the card to what the sale is now.
pub fn update(work: &mut Work<'_>, sale: &SaleRow, approvals: &[String]) {
    odd::forget(work, sale);
    if sale.is_imported() {
        return;
    }
    let key = key(&sale.id.to_string());
    let needed = sale.reviewers_needed(work.program.two_person_over);
    let message = render::review(sale, approvals, needed, &work.program.prefix);
    work.edit("control", &key, &message);
}

/// Says the decision where the sale was claimed. In a room only what may be said there; the reason then
/// comes in the claimant's own chat.
///
/// # Errors
/// When the database refuses.
pub async fn tell_claimant(
    work: &mut Work<'_>,
    sale: &SaleRow,
    event: SaleEvent,
    seq: Option<i64>,
    earned: &[Moved],
) -> Result<(), Fault> {
    let own = earned.iter().find(|moved| moved.partner == sale.partner_id);
    let in_room = tell(work, sale, |shown| {
        let message = render::sale(shown, event, seq);
        // Commission is named in the person's own chat only.
        if render::is_for_room(shown) { message } else { render::with_earned(message, own) }
    })
    .await?;
    let more = [
        SaleEvent::Rejected,
        SaleEvent::Voided,
        SaleEvent::Refunded,
        SaleEvent::Disputed,
        SaleEvent::DisputeWon,
        SaleEvent::DisputeLost,
    ];
    if in_room && more.contains(&event) {
        let message = render::with_earned(render::sale(sale, event, seq), own);
        work.send(&format!("direct:{}", sale.partner_user), &message);
    }
    Ok(())
}

/// Says something where the sale was claimed, or to the partner alone where a manager claimed it for
/// them; whether that is a room of many.
///
/// # Errors
/// When the database refuses.
pub async fn tell(
    work: &mut Work<'_>,
    sale: &SaleRow,
    message: impl Fn(&SaleRow) -> Message,
) -> Result<bool, Fault> {
    if sale.claimed_by.is_some()
        || sale.is_imported()
        || rooms::actions::place_of(work, &sale.room_id).await?.is_direct()
    {
        work.send(&format!("direct:{}", sale.partner_user), &message(sale));
        return Ok(false);
    }
    let root = sale.thread.as_ref().unwrap_or(&sale.cause);
    work.send_in_thread(&sale.room_id, root, &message(&render::for_room(sale)));
    Ok(true)
}

/// Says the same to each co-seller alone, with their own part.
pub fn tell_co_sellers(work: &mut Work<'_>, sale: &SaleRow, event: SaleEvent, earned: &[Moved]) {
    for share in sale.shares.iter().filter(|share| share.partner != sale.partner_id) {
        let own = earned.iter().find(|moved| moved.partner == share.partner);
        let message = render::with_earned(render::sale(sale, event, None), own);
        work.send(&format!("direct:{}", share.user), &message);
    }
}
