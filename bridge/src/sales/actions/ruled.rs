//! What a manager's ruling about a client makes of a claim on it: it stands, alone or shared.
use crate::deals;
use crate::deals::store::Side;
use crate::leaderboard;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::sales::rules::Share;
use crate::sales::store::{self, SaleRow};
use crate::sales::{render, review};
use schema::card::{FlagKind, ReviewFlag};
use schema::ids::{ConflictNumber, SaleId};

/// A ruling, as far as a claim is concerned.
#[derive(Debug, Clone)]
pub struct Ruled<'a> {
    pub conflict: ConflictNumber,
    /// Who sells it as well, and the weights: theirs, and that of all who claimed.
    pub with: Option<(Side, (u32, u32))>,
    /// The manager, whose word stands for the yes of who joins.
    pub by: &'a str,
    pub reason: &'a str,
}

/// Whether the claim is still open.
///
/// # Errors
/// When the database refuses, or the parts do not fit.
pub async fn ruled(work: &mut Work<'_>, id: SaleId, ruled: Ruled<'_>) -> Result<bool, Fault> {
    let sale = store::by_id(work.tx, &id.to_string()).await?.filter(super::is_open);
    let Some(mut sale) = sale else { return Ok(false) };
    for flag in sale.flags.iter_mut().filter(|flag| flag.flag == FlagKind::Protected) {
        *flag = ReviewFlag { conflict: flag.conflict, ..ReviewFlag::new(FlagKind::Ruled) };
    }
    let text = serde_json::to_string(&sale.flags).map_err(|no| Fault::Data(no.to_string()))?;
    store::reflag(work.tx, sale.id, &text).await?;
    if let Some((side, weights)) = &ruled.with {
        share(work, &mut sale, side, *weights, ruled.by).await?;
    }
    review::update(work, &sale, &[]);
    if !sale.shares.iter().any(Share::is_open) {
        review::ready(work, &sale, &render::ruled_ready(&sale, ruled.conflict));
    }
    let is_shared = ruled.with.is_some();
    let by_team = ruled.by != work.program.bot;
    let reason = by_team.then_some(ruled.reason);
    review::tell(work, &sale, |sale| render::ruled(sale, ruled.conflict, is_shared, reason))
        .await?;
    Ok(true)
}

/// Lets somebody in: named first, as they were the first with this client.
async fn share(
    work: &mut Work<'_>,
    sale: &mut SaleRow,
    side: &Side,
    weights: (u32, u32),
    by: &str,
) -> Result<(), Fault> {
    let overflow = Fault::Overflow("the parts of a ruling");
    let claimed: Vec<u32> = sale.shares.iter().map(|share| share.weight).collect();
    let weights = deals::rules::parts(weights, &claimed).ok_or(overflow)?;
    let first = Share {
        partner: side.id,
        user: side.user.clone(),
        name: side.name.clone(),
        weight: 0,
        minor: 0,
        credited_minor: 0,
        asked_at: None,
        confirmed_at: None,
        declined_at: None,
        overridden_by: Some(by.to_owned()),
    };
    sale.shares.insert(0, first);
    let minors = schema::money::split(sale.amount.minor, &weights)
        .ok_or(Fault::Overflow("the parts of a ruling"))?;
    for ((share, weight), minor) in sale.shares.iter_mut().zip(weights).zip(minors) {
        (share.weight, share.minor, share.credited_minor) = (weight, minor, minor);
    }
    store::shares::replace(work.tx, sale.id, &sale.shares).await?;
    for share in &sale.shares {
        leaderboard::actions::claims_changed(work, share.partner);
    }
    let detail = format!("shared with {} without their yes", side.user);
    work.audit("sale.override", &sale.number.to_string(), &detail);
    Ok(())
}
