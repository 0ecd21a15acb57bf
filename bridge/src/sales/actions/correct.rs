//! Puts an approved sale right: it is taken back in full, and what it should have been counts as a sale of
//! its own that names it. Two entries of one command; nothing that was posted is changed.
use super::decide::count;
use super::{known, next_number, void};
use crate::deals;
use crate::leaderboard;
use crate::ledger::rules::EntryBody;
use crate::platform::access::Manager;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::claim::ClaimPart;
use crate::sales::review;
use crate::sales::rules::{self, Exchange};
use crate::sales::store::{self, NewSale, SaleRow};
use schema::ids::{SaleId, SaleNumber};
use schema::money::Money;

/// What a sale should have been; what is not said stays.
#[derive(Debug, Clone)]
pub struct Correction<'a> {
    pub number: SaleNumber,
    pub amount: Option<Money>,
    /// Who has which part, all of them.
    pub parts: Option<Vec<ClaimPart>>,
    pub reason: &'a str,
}

/// The sale as it stands, and as it would: shown before the confirmation is asked for.
///
/// # Errors
/// A refusal when it does not count, is in dispute, or is not this manager's alone to change.
pub async fn corrected(
    work: &mut Work<'_>,
    manager: &Manager,
    wanted: &Correction<'_>,
) -> Result<(SaleRow, SaleRow), Stop> {
    let sale = known(work, wanted.number).await?;
    rules::correctable(&sale)?;
    rules::reason(&rules::corrected_as(SaleNumber(i64::MAX), wanted.reason))?;
    let amount = wanted.amount.unwrap_or_else(|| sale.net());
    let overflow = Fault::Overflow("a correction");
    let reporting = sale.reporting(amount.minor).map_err(|_| overflow)?;
    let minors = (amount.minor, reporting.minor);
    let shares = rules::corrected_shares(&sale, minors, wanted.parts.as_deref(), manager.user_id());
    let shares = shares.ok_or(Fault::Overflow("the parts of a correction"))?;
    rules::may_correct(&sale, &shares, manager.user_id())?;
    let limit = work.program.two_person_over;
    rules::needs_no_second(&sale, reporting, limit)?;
    let first = |share: &&rules::Share| share.partner == sale.partner_id;
    let claimant = shares.iter().find(first).or(shares.first());
    let claimant = claimant.ok_or_else(|| Fault::Bug("a correction without parts".to_owned()))?;
    let right = SaleRow {
        partner_id: claimant.partner,
        partner_user: claimant.user.clone(),
        partner_name: claimant.name.clone(),
        amount,
        net_minor: amount.minor,
        exchange: sale.exchange.map(|pinned| Exchange { reporting, ..pinned }),
        shares,
        adjustments: Vec::new(),
        disputes: Vec::new(),
        flags: Vec::new(),
        thread: None,
        claimed_at: work.now,
        claimed_by: Some(manager.user_id().to_owned()),
        approved_at: None,
        approved_by: None,
        late: None,
        corrects: Some(sale.number),
        ..sale.clone()
    };
    Ok((sale, right))
}

/// Gives the sale that counts from now on.
///
/// # Errors
/// As `corrected`.
pub async fn correct(
    work: &mut Work<'_>,
    manager: &Manager,
    wanted: &Correction<'_>,
    (cause, line): (&str, &str),
) -> Result<SaleRow, Stop> {
    let (wrong, right) = corrected(work, manager, wanted).await?;
    // What boards cannot carry is refused before anything is written.
    let parts: Vec<_> =
        right.shares.iter().map(|share| (share.partner, share.credited_minor)).collect();
    leaderboard::actions::plan(work, &EntryBody::sale_approved(&right.credit(&parts))).await?;
    let number = next_number(work).await?;
    let reason = rules::corrected_as(number, wanted.reason);
    let held_from = wrong.approved_at;
    void(work, manager, wrong.number, &reason).await?;
    let mut sale = SaleRow { id: SaleId(work.id().0), number, cause: cause.to_owned(), ..right };
    sale.room_id = work.cause.room_id.clone().unwrap_or_default();
    write(work, &sale, line);
    work.settle().await.map_err(Fault::from)?;
    store::set_corrects(work.tx, sale.id, wrong.id).await.map_err(Fault::from)?;
    deals::store::changes::won_by(work.tx, sale.id, wrong.id).await.map_err(Fault::from)?;
    count(work, &mut sale, manager.user_id(), held_from).await?;
    let detail = format!("as {number} {}", wanted.reason);
    work.audit("sale.correct", &wrong.number.to_string(), &detail);
    review::record(work, &sale);
    Ok(sale)
}

fn write(work: &mut Work<'_>, sale: &SaleRow, line: &str) {
    let new = NewSale {
        id: sale.id,
        number: sale.number,
        partner_id: sale.partner_id,
        client_id: sale.client_id,
        amount: sale.amount,
        industry: sale.industry.as_deref(),
        on: sale.on,
        note: sale.note.as_deref(),
        public: sale.public,
        playbook: sale.playbook.as_deref(),
        flags: "[]",
        cause: &sale.cause,
        claimed_by: sale.claimed_by.as_deref(),
        room_id: &sale.room_id,
        thread: None,
        line,
        claimed_at: sale.claimed_at,
        asked_at: sale.claimed_at,
    };
    store::insert(work, &new);
    for (n, share) in (0..).zip(&sale.shares) {
        store::shares::insert(work, sale.id, n, share);
    }
}
