//! A deal's way: registered, extended, won, dropped; and what a rival makes of it.
mod claims;
mod ends;
mod rulings;
mod team;

pub use claims::{Standing, amended, claimed, sale_gone, standing};
pub use ends::{end, left, remind};
pub use rulings::{known_conflict, rule};
pub use team::{of_organization, team_left};

use super::rules::{self, Ruling, Term};
use super::store::{self, ConflictRow, DealRow, Side, changes, conflicts};
use super::{jobs, render};
use crate::clients::{self, store::Found};
use crate::platform::access::{Partner, PartnerRow};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::{Work, event_ref};
use crate::{rooms, sales};
use schema::card::{DealEvent, RulingKind};
use schema::ids::{ClientId, ConflictId, ConflictNumber, DealId, DealNumber};

/// What a partner registers, in values that are valid by their types.
#[derive(Debug, Clone)]
pub struct Registration {
    pub client: String,
    /// The client's domain, or else the name.
    pub key: String,
    pub name_key: String,
    pub industry: Option<String>,
    pub note: Option<String>,
}

#[derive(Default)]
struct LastNumber(Option<i64>);

/// The number of the last deal; remembered, so that claims need not ask where there is none.
async fn last_number(work: &mut Work<'_>) -> Result<i64, Fault> {
    if let Some(last) = work.memory.cache::<LastNumber>().0 {
        return Ok(last);
    }
    let last = store::last_number(work.tx).await?;
    work.memory.cache::<LastNumber>().0 = Some(last);
    Ok(last)
}

/// The key of a conflict's card in the control room.
fn card_key(id: ConflictId) -> String {
    format!("conflict:{id}")
}

fn side(row: &PartnerRow) -> Side {
    Side { id: row.id, user: row.user_id.clone(), name: row.name.clone() }
}

/// Registers a client: protected for its partner, or waiting for a ruling where another was first.
///
/// # Errors
/// A refusal when it is theirs already, or the name only looks like a known client's.
pub async fn register(
    work: &mut Work<'_>,
    partner: &Partner,
    said: &Registration,
) -> Result<(), Stop> {
    let own = partner.id();
    let keys = (said.key.as_str(), said.name_key.as_str());
    let protecting = store::protecting(work.tx, keys, work.now).await?;
    let mine = rules::own(&protecting, own, &[own]);
    let known = match mine.first() {
        Some(deal) => Some((*deal).clone()),
        None => store::contested(work.tx, own, &said.key).await?,
    };
    if let Some(deal) = known {
        return Err(rules::registered_already(&deal).into());
    }
    let client_id = client_of(work, said).await?;
    let first = protecting.into_iter().next();
    let deal = new_deal(work, partner, said, client_id, first.is_none()).await?;
    // The client may be as new as the deal.
    work.settle().await?;
    changes::insert(work.tx, &deal).await?;
    work.audit("deal.register", &deal.number.to_string(), "");
    let prefix = work.program.prefix.clone();
    match first {
        None => {
            jobs::owe(work, &deal);
            let shown = shown_here(work, &deal).await?;
            work.reply(&render::registered(&shown, work.now, &prefix));
            team::show(work, deal.id, DealEvent::Registered).await?;
        }
        Some(first) => {
            let number = next_conflict(work).await?;
            let conflict = new_conflict(work, number, &first, side(partner.row()));
            let rival_deal = Some((deal.id, deal.number));
            open_conflict(work, ConflictRow { rival_deal, ..conflict }, &first).await?;
            let shown = shown_here(work, &deal).await?;
            work.reply(&render::contested(&shown, number, work.now));
            team::show(work, deal.id, DealEvent::Contested).await?;
        }
    }
    Ok(())
}

async fn client_of(work: &mut Work<'_>, said: &Registration) -> Result<ClientId, Stop> {
    let alike = |name: &str| {
        let refusal = sales::rules::looks_like(&said.client, name);
        refusal.example(format!("deal register {}", crate::platform::text::foreign(name)))
    };
    let bones = |key: &str| sales::rules::skeleton(key);
    // The name alone may be a trick where a domain of its own is given.
    let name = clients::store::find(work, &said.name_key, &bones(&said.name_key)).await?;
    if let Found::Alike(name) = name {
        return Err(alike(&name).into());
    }
    let skeleton = bones(&said.key);
    match clients::store::find(work, &said.key, &skeleton).await? {
        Found::Known(id) => Ok(id),
        Found::Alike(name) => Err(alike(&name).into()),
        Found::New => Ok(clients::store::insert(work, &said.key, &skeleton, &said.client)),
    }
}

async fn new_deal(
    work: &mut Work<'_>,
    partner: &Partner,
    said: &Registration,
    client_id: ClientId,
    is_first: bool,
) -> Result<DealRow, Fault> {
    let last = last_number(work).await?;
    work.memory.cache::<LastNumber>().0 = Some(last + 1);
    let days = work.program.protect_days;
    let term = rules::term(&work.program.calendar, work.now, days);
    Ok(DealRow {
        id: DealId(work.id().0),
        number: DealNumber(last + 1),
        partner: side(partner.row()),
        client_id,
        client_name: said.client.clone(),
        name_key: said.name_key.clone(),
        industry: said.industry.clone(),
        note: said.note.clone(),
        cause: work.cause.id.clone(),
        registered_at: work.now,
        days,
        protected_at: is_first.then_some(work.now),
        term: is_first.then_some(term),
        extended_at: None,
        extend_reason: None,
        sale: None,
        dropped_at: None,
        drop_reason: None,
        lost_at: None,
        ended_at: None,
        shared_id: None,
        sharing: None,
    })
}

async fn next_conflict(work: &mut Work<'_>) -> Result<ConflictNumber, Fault> {
    Ok(ConflictNumber(conflicts::last_number(work.tx).await? + 1))
}

fn new_conflict(
    work: &mut Work<'_>,
    number: ConflictNumber,
    first: &DealRow,
    rival: Side,
) -> ConflictRow {
    ConflictRow {
        id: ConflictId(work.id().0),
        number,
        deal_id: first.id,
        rival,
        rival_deal: None,
        sale: None,
        opened_at: work.now,
        ruling: None,
    }
}

/// The team is asked, in a thread of its own; the first hears that they keep the client until then.
async fn open_conflict(
    work: &mut Work<'_>,
    conflict: ConflictRow,
    first: &DealRow,
) -> Result<(), Fault> {
    conflicts::insert(work.tx, &conflict).await?;
    let number = conflict.number;
    work.audit("deal.conflict", &number.to_string(), &first.number.to_string());
    let key = card_key(conflict.id);
    let prefix = work.program.prefix.clone();
    work.send_as(&key, "control", &render::conflict(first, &conflict, work.now));
    let how = render::how_to_rule(first, &conflict, work.now, &prefix);
    work.send_thread_as(&format!("{key}:how"), "control", &event_ref(&key), &how);
    tell_holders(work, first, |deal, now| render::rivaled(deal, number, now)).await
}

/// Says something to whom a protection belongs, each about their own deal.
async fn tell_holders(
    work: &mut Work<'_>,
    first: &DealRow,
    message: impl Fn(&DealRow, i64) -> crate::platform::text::Message,
) -> Result<(), Fault> {
    let now = work.now;
    for deal in group(work, first).await? {
        work.direct(&deal.partner.user, &message(&deal, now));
        team::show(work, deal.id, DealEvent::Contested).await?;
    }
    Ok(())
}

/// A deal, and where two share the client the other's as well.
async fn group(work: &mut Work<'_>, deal: &DealRow) -> Result<Vec<DealRow>, Fault> {
    match &deal.shared_id {
        Some(id) => Ok(store::shared(work.tx, id).await?),
        None => Ok(vec![deal.clone()]),
    }
}

/// One extension for as many days again; where two share the client it is for both.
///
/// # Errors
/// A refusal when it is not theirs, not open, or was extended before.
pub async fn extend(
    work: &mut Work<'_>,
    partner: &Partner,
    number: DealNumber,
    reason: &str,
) -> Result<DealRow, Stop> {
    let mut deal = own(work, partner, number).await?;
    rules::extendable(&deal, work.now)?;
    let ends_on = deal.term.map_or(work.today(), |term| term.ends_on);
    let term = rules::extended(&work.program.calendar, ends_on, deal.days);
    for other in group(work, &deal).await? {
        changes::extend(work.tx, other.id, term, reason, work.now).await?;
        let now = work.now;
        let other = DealRow {
            term: Some(term),
            extended_at: Some(now),
            extend_reason: Some(reason.to_owned()),
            ..other
        };
        jobs::owe(work, &other);
        team::show(work, other.id, DealEvent::Extended).await?;
        if other.id == deal.id {
            deal = other;
        } else {
            work.direct(&other.partner.user, &render::deal(&other, DealEvent::Extended, now));
        }
    }
    work.audit("deal.extend", &number.to_string(), reason);
    Ok(deal)
}

/// Gives a client up; who waits for it is next.
///
/// # Errors
/// A refusal when it is not theirs, or neither open nor waiting.
pub async fn drop(
    work: &mut Work<'_>,
    partner: &Partner,
    number: DealNumber,
    reason: Option<&str>,
) -> Result<DealRow, Stop> {
    let deal = own(work, partner, number).await?;
    rules::droppable(&deal, work.now)?;
    Ok(dropped(work, deal, reason).await?)
}

async fn dropped(
    work: &mut Work<'_>,
    mut deal: DealRow,
    reason: Option<&str>,
) -> Result<DealRow, Fault> {
    changes::drop(work.tx, deal.id, reason, work.now).await?;
    work.audit("deal.drop", &deal.number.to_string(), reason.unwrap_or_default());
    let others = group(work, &deal).await?;
    if let Some(id) = &deal.shared_id {
        changes::unshare(work.tx, id).await?;
    }
    let why = format!("{} was dropped.", deal.number);
    let ruling = by_itself(work, RulingKind::First, why.clone());
    if let Some(conflict) = conflicts::of_deal(work.tx, deal.id).await? {
        rulings::settle(work, &conflict, &ruling).await?;
    }
    let heir = others.into_iter().find(|other| other.id != deal.id && other.protects(work.now));
    let waiting = conflicts::open_on(work.tx, deal.id).await?;
    rulings::pass_on(work, waiting, heir, &why).await?;
    (deal.dropped_at, deal.drop_reason) = (Some(work.now), reason.map(str::to_owned));
    (deal.shared_id, deal.sharing) = (None, None);
    team::show(work, deal.id, DealEvent::Dropped).await?;
    Ok(deal)
}

/// What nobody had to decide.
fn by_itself(work: &Work<'_>, kind: RulingKind, reason: String) -> Ruling {
    Ruling { kind, weights: (1, 1), reason, by: work.program.bot.clone() }
}

/// # Errors
/// `E-REF` when there is none of this number.
pub async fn known(work: &mut Work<'_>, number: DealNumber) -> Result<DealRow, Stop> {
    store::by_number(work.tx, number).await?.ok_or_else(|| rules::no_such_deal().into())
}

/// "Absent" and "not yours" answer alike.
///
/// # Errors
/// `E-REF` when there is none of this number among the person's own.
pub async fn own(
    work: &mut Work<'_>,
    partner: &Partner,
    number: DealNumber,
) -> Result<DealRow, Stop> {
    let deal = known(work, number).await?;
    if deal.partner.id == partner.id() { Ok(deal) } else { Err(rules::no_such_deal().into()) }
}

/// What may be said of a deal where the work answers: whole in a chat of two.
///
/// # Errors
/// When the database refuses.
pub async fn shown_here(work: &mut Work<'_>, deal: &DealRow) -> Result<DealRow, Fault> {
    Ok(if is_direct(work).await? { deal.clone() } else { render::for_room(deal) })
}

async fn is_direct(work: &mut Work<'_>) -> Result<bool, Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    Ok(rooms::actions::place_of(work, &room).await?.is_direct())
}

/// The protection of a new term from this moment on.
fn fresh(work: &Work<'_>, days: i64) -> Term {
    rules::term(&work.program.calendar, work.now, days)
}
