//! A sale's way: claimed, reviewed, credited, taken back. Read, decide, write, announce.
mod behalf;
mod commission;
mod correct;
mod credited;
mod decide;
mod dispute;
mod refund;
mod reviewers;
mod ruled;
mod shares;

pub use behalf::withdraw_for;
pub use commission::explain;
pub use correct::{Correction, correct, corrected};
use decide::take_back;
pub use decide::{approve, reject, void, voidable, withdraw};
pub use dispute::{decide as decide_dispute, open as open_dispute};
pub use refund::refund;
pub use ruled::{Ruled, ruled};
pub use shares::{lapse, pressed, remind};

use super::claim::Claim;
use super::store::{self, NewSale, SaleRow};
use super::{render, review, rules};
use crate::clients::{self, store::Found};
use crate::deals;
use crate::leaderboard;
use crate::platform::access::{Partner, Place};
use crate::platform::refusal::{Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::{rates, rooms, seasons};
use schema::card::{FlagKind, ReviewFlag, SaleEvent};
use schema::ids::{ClientId, DealNumber, SaleId, SaleNumber};
use schema::money::Money;
use schema::status::SaleStatus;

const DAY_MS: i64 = 86_400_000;
/// The same line again this soon is taken for a slip.
const SLIP_MS: i64 = 10_000;

#[derive(Default)]
struct LastNumber(Option<i64>);

/// How a claim was made, beside what it says.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    pub line: &'a str,
    /// The person has said that it is meant.
    pub confirmed: bool,
    /// A manager may say that a look-alike is another client, and claim an older day.
    pub as_manager: bool,
    /// Received long after it was sent.
    pub late: bool,
    /// The message that claims, also where a yes to a question followed.
    pub cause: &'a str,
    /// The deal that it is said to win.
    pub deal: Option<DealNumber>,
}

/// Records a claim and asks for its review.
///
/// # Errors
/// A refusal when the day, the client or a slip stands against it.
pub async fn record(
    work: &mut Work<'_>,
    partner: &Partner,
    claim: &Claim,
    manner: Manner<'_>,
) -> Result<SaleRow, Stop> {
    checked(work, claim, manner)?;
    let standing = deals::actions::standing(work, partner, claim, (manner.deal, None)).await?;
    let claim = &*standing.claim(claim);
    let (client, first) = client_of(work, claim, standing.client(), manner).await?;
    let known = (!first).then_some(client);
    let mut flags = flags(work, partner, claim, (known, None), manner).await?;
    flags.extend(standing.flag());
    let number = next_number(work).await?;
    let flag_text =
        serde_json::to_string(&flags).map_err(|error| Fault::Data(error.to_string()))?;
    let room = work.cause.room_id.clone().unwrap_or_default();
    let thread = work.cause.thread.clone().filter(|root| root != manner.cause);
    let claimed_by = behalf::claimer(work, partner);
    let new = NewSale {
        id: SaleId(work.id().0),
        number,
        partner_id: partner.id(),
        client_id: client,
        amount: claim.amount,
        industry: claim.industry.as_deref(),
        on: claim.on,
        note: claim.note.as_deref(),
        public: claim.public,
        playbook: claim.playbook.as_deref(),
        flags: &flag_text,
        cause: manner.cause,
        claimed_by: claimed_by.as_deref(),
        room_id: &room,
        thread: thread.as_deref(),
        line: manner.line,
        claimed_at: work.now,
        asked_at: work.now,
    };
    store::insert(work, &new);
    let mut row = row_of(&new, partner, claim, flags)?;
    standing.rule(&mut row.shares);
    shares::write(work, &row);
    work.audit("sale.claim", &number.to_string(), "");
    deals::actions::claimed(work, partner, &row, &standing).await?;
    let shown = shown_here(work, &row).await?;
    work.reply(&render::claimed(&shown, manner.late));
    behalf::tell(work, &row, SaleEvent::Claimed);
    review::open(work, &row);
    Ok(row)
}

/// An edited message reads an open claim anew; confirmations begin again.
///
/// # Errors
/// A refusal when the new words do not fit; the claim stays as it was.
pub async fn amend(
    work: &mut Work<'_>,
    partner: &Partner,
    sale: &SaleRow,
    claim: &Claim,
    manner: Manner<'_>,
) -> Result<(), Stop> {
    checked(work, claim, manner)?;
    let about = (manner.deal, Some((sale.id, sale.number)));
    let standing = deals::actions::standing(work, partner, claim, about).await?;
    rules::may_amend(sale, standing.is_shared())?;
    let claim = &*standing.claim(claim);
    let (client, first) = client_of(work, claim, standing.client(), manner).await?;
    let known = (!first).then_some(client);
    let mut flags = flags(work, partner, claim, (known, Some(sale.number)), manner).await?;
    flags.extend(standing.flag());
    let flag_text =
        serde_json::to_string(&flags).map_err(|error| Fault::Data(error.to_string()))?;
    let new = NewSale {
        id: sale.id,
        number: sale.number,
        partner_id: partner.id(),
        client_id: client,
        amount: claim.amount,
        industry: claim.industry.as_deref(),
        on: claim.on,
        note: claim.note.as_deref(),
        public: claim.public,
        playbook: claim.playbook.as_deref(),
        flags: &flag_text,
        cause: &sale.cause,
        claimed_by: sale.claimed_by.as_deref(),
        room_id: &sale.room_id,
        thread: sale.thread.as_deref(),
        line: manner.line,
        claimed_at: sale.claimed_at,
        asked_at: work.now,
    };
    // The client may be as new as the edit.
    work.settle().await?;
    store::rewrite(work.tx, &new).await?;
    let mut row = row_of(&new, partner, claim, flags)?;
    standing.rule(&mut row.shares);
    for share in &sale.shares {
        leaderboard::actions::claims_changed(work, share.partner);
    }
    shares::write(work, &row);
    work.audit("sale.edit", &sale.number.to_string(), "");
    deals::actions::amended(work, partner, &row, &standing).await?;
    let shown = shown_here(work, &row).await?;
    work.reply(&render::sale(&shown, SaleEvent::Edited, None));
    behalf::tell(work, &row, SaleEvent::Edited);
    review::update(work, &row, &[]);
    Ok(())
}

/// # Errors
/// `E-REF` when there is none of this number.
pub async fn known(work: &mut Work<'_>, number: SaleNumber) -> Result<SaleRow, Stop> {
    let found = store::by_number(work.tx, number).await?;
    let mut sale = found.ok_or_else(rules::no_such_sale)?;
    mark_late(work, &mut sale);
    Ok(sale)
}

/// Says of a sale that counts in which month it does, where that is not its own.
fn mark_late(work: &Work<'_>, sale: &mut SaleRow) {
    let late = |at| seasons::rules::late(&work.program.calendar, sale.on, at);
    sale.late = sale.approved_at.and_then(late);
}

/// "Absent" and "not yours" answer alike.
///
/// # Errors
/// `E-REF` when there is none of this number among the person's own.
pub async fn own(
    work: &mut Work<'_>,
    partner: &Partner,
    number: SaleNumber,
) -> Result<SaleRow, Stop> {
    let sale = known(work, number).await?;
    let has_part = sale.shares.iter().any(|share| share.partner == partner.id());
    if has_part { Ok(sale) } else { Err(rules::no_such_sale().into()) }
}

fn checked(work: &Work<'_>, claim: &Claim, manner: Manner<'_>) -> Result<(), Refusal> {
    rules::effective_day(claim.on, work.today(), work.program.started_on, manner.as_manager)
}

/// The client of a claim (that of the claimant's deal where it is theirs), and whether this claim is
/// their first.
async fn client_of(
    work: &mut Work<'_>,
    claim: &Claim,
    own: Option<ClientId>,
    manner: Manner<'_>,
) -> Result<(ClientId, bool), Stop> {
    if let Some(id) = own {
        return Ok((id, false));
    }
    let key = rules::client_key(&claim.client);
    let skeleton = rules::skeleton(&key);
    match clients::store::find(work, &key, &skeleton).await? {
        Found::Known(id) => Ok((id, false)),
        Found::Alike(name) if !manner.as_manager => {
            Err(rules::looks_like(&claim.client, &name).into())
        }
        Found::Alike(_) | Found::New => {
            Ok((clients::store::insert(work, &key, &skeleton, &claim.client), true))
        }
    }
}

/// What reviewers should know; a slip of the same person within seconds is asked back instead.
/// `own`: the claim that is read anew, which is no duplicate of itself.
async fn flags(
    work: &mut Work<'_>,
    partner: &Partner,
    claim: &Claim,
    (client, own): (Option<ClientId>, Option<SaleNumber>),
    manner: Manner<'_>,
) -> Result<Vec<ReviewFlag>, Stop> {
    let since = work.now - rules::DUPLICATE_DAYS * DAY_MS;
    let mut earlier = match client {
        Some(client) => {
            if store::waits(work, client) {
                work.settle().await.map_err(Fault::from)?;
            }
            clients::store::earlier(work.tx, client, since).await?
        }
        None => Vec::new(),
    };
    earlier.retain(|sale| Some(sale.number) != own);
    let me = partner.id().to_string();
    let slip = earlier.iter().find(|sale| {
        sale.partner_id == me && sale.line == manner.line && work.now - sale.claimed_at <= SLIP_MS
    });
    if let Some(sale) = slip.filter(|_| !manner.confirmed) {
        return Err(rules::slip(sale.number, manner.line).into());
    }
    let mut flags = super::odd::flags(work, claim, earlier.is_empty()).await?;
    let same: Vec<SaleNumber> =
        earlier.iter().filter(|sale| sale.amount == claim.amount).map(|sale| sale.number).collect();
    if !same.is_empty() {
        flags.push(ReviewFlag { sales: same, ..ReviewFlag::new(FlagKind::Duplicate) });
    }
    let counted = match rates::actions::convert(work, claim.amount).await {
        Ok(exchange) => exchange.map_or(claim.amount, |exchange| exchange.reporting),
        Err(Stop::Fault(fault)) => return Err(fault.into()),
        Err(Stop::Refusal(_)) => {
            flags.push(ReviewFlag::new(FlagKind::NoRate));
            Money::zero(work.program.currency)
        }
    };
    if rules::reviewers_needed(counted, work.program.two_person_over) > 1 {
        flags.push(ReviewFlag::new(FlagKind::TwoReviewers));
    }
    flags.extend(super::odd::of_sellers(work, claim, partner.id(), counted).await?);
    Ok(flags)
}

async fn next_number(work: &mut Work<'_>) -> Result<SaleNumber, Fault> {
    let last = match work.memory.cache::<LastNumber>().0 {
        Some(last) => last,
        None => store::last_number(work.tx).await?,
    };
    work.memory.cache::<LastNumber>().0 = Some(last + 1);
    Ok(SaleNumber(last + 1))
}

fn row_of(
    new: &NewSale<'_>,
    partner: &Partner,
    claim: &Claim,
    flags: Vec<ReviewFlag>,
) -> Result<SaleRow, Fault> {
    let shares = rules::shares(claim, partner.id(), new.amount.minor, new.asked_at)
        .ok_or(Fault::Overflow("the parts of a sale"))?;
    Ok(SaleRow {
        id: new.id,
        number: new.number,
        partner_id: new.partner_id,
        partner_user: partner.row().user_id.clone(),
        partner_name: partner.row().name.clone(),
        client_id: new.client_id,
        client_name: claim.client.clone(),
        amount: new.amount,
        net_minor: new.amount.minor,
        exchange: None,
        shares,
        adjustments: Vec::new(),
        disputes: Vec::new(),
        industry: claim.industry.clone(),
        on: new.on,
        note: claim.note.clone(),
        public: new.public,
        playbook: claim.playbook.clone(),
        flags,
        cause: new.cause.to_owned(),
        room_id: new.room_id.to_owned(),
        thread: new.thread.map(str::to_owned),
        claimed_at: new.claimed_at,
        claimed_by: new.claimed_by.map(str::to_owned),
        approved_at: None,
        approved_by: None,
        rejected_at: None,
        rejected_by: None,
        reject_reason: None,
        withdrawn_at: None,
        voided_at: None,
        voided_by: None,
        void_reason: None,
        late: None,
        corrects: None,
    })
}

/// What may be said of a sale where the work answers: whole in a chat of two, and to the team.
///
/// # Errors
/// When the database refuses.
pub async fn shown_here(work: &mut Work<'_>, sale: &SaleRow) -> Result<SaleRow, Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    let place = rooms::actions::place_of(work, &room).await?;
    let whole = place.is_direct() || place == Place::Control;
    Ok(if whole { sale.clone() } else { render::for_room(sale) })
}

/// Whether a sale's message may still change it.
#[must_use]
pub fn is_open(sale: &SaleRow) -> bool {
    sale.status() == SaleStatus::Claimed
}
