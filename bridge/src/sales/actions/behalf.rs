//! Claims that a manager makes for a partner: the partner is told in their own chat, and has all the
//! rights of a claimant.
use super::take_back;
use crate::platform::access::{Manager, Partner};
use crate::platform::refusal::Stop;
use crate::platform::work::Work;
use crate::sales::render;
use crate::sales::store::SaleRow;
use schema::card::SaleEvent;

/// The manager who claims, where it is not the partner themselves.
pub(super) fn claimer(work: &Work<'_>, partner: &Partner) -> Option<String> {
    let actor = &work.cause.actor;
    (*actor != partner.row().user_id && !work.program.is_ours(actor)).then(|| actor.clone())
}

/// The partner hears what was claimed for them, or became of it.
pub(super) fn tell(work: &mut Work<'_>, sale: &SaleRow, event: SaleEvent) {
    if sale.claimed_by.is_some() {
        let message = render::claimed_for(sale, event, &work.program.prefix);
        work.direct(&sale.partner_user, &message);
    }
}

/// A manager takes back what they claimed.
///
/// # Errors
/// A refusal when it is decided.
pub async fn withdraw_for(
    work: &mut Work<'_>,
    _: &Manager,
    sale: SaleRow,
) -> Result<SaleRow, Stop> {
    let sale = take_back(work, sale).await?;
    tell(work, &sale, SaleEvent::Withdrawn);
    Ok(sale)
}
