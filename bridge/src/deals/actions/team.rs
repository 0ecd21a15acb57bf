//! A deal of somebody who belongs to an organization has a thread in its room: how it stands, and what
//! becomes of it. Of a rival nothing is said there but that there is one. Who does not stand on the boards
//! by name has no threads.
use crate::deals::render::team as render;
use crate::deals::store::{self, DealRow};
use crate::organizations;
use crate::platform::access;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, event_ref};
use crate::rooms::rules::RoomKey;
use schema::card::{DealEvent, OrganizationStatus};
use schema::ids::{DealId, PartnerId};
use schema::status::{Enrollment, Visibility};

fn room(slug: &str) -> String {
    RoomKey::Organization(slug.to_owned()).to_string()
}

fn key(slug: &str, deal: DealId) -> String {
    format!("deal-thread:{slug}:{deal}")
}

/// Says what became of a deal, in its thread; the first time there is one from then on.
///
/// # Errors
/// When the database refuses.
pub(super) async fn show(work: &mut Work<'_>, id: DealId, event: DealEvent) -> Result<(), Fault> {
    let Some(deal) = store::by_id(work.tx, &id.to_string()).await? else { return Ok(()) };
    let Some(slug) = home(work, &deal).await? else { return given_up(work, &deal).await };
    let (key, room, now) = (key(&slug, id), room(&slug), work.now);
    let days = work.program.calendar.day_of(now);
    let root = render::root(&deal, (now, days));
    if is_begun(work, &key).await? {
        work.edit(&room, &key, &root);
        let message = render::news(&deal, event, (now, days));
        work.send_in_thread(&room, &event_ref(&key), &message);
    } else {
        work.send_as(&key, &room, &root);
        if event != DealEvent::Registered {
            let message = render::news(&deal, event, (now, days));
            work.send_in_thread(&room, &event_ref(&key), &message);
        }
    }
    Ok(())
}

/// A deal that was dropped because its partner is shut out: nothing is said of it, but what stands in the
/// room is true.
async fn given_up(work: &mut Work<'_>, deal: &DealRow) -> Result<(), Fault> {
    let person = access::person(work, &deal.partner.user).await?;
    let slug = person.partner.as_ref().and_then(|row| row.organization.clone());
    let Some(slug) = slug.filter(|_| deal.dropped_at.is_some()) else { return Ok(()) };
    let key = key(&slug, deal.id);
    if is_begun(work, &key).await? {
        let root = render::root(deal, (work.now, work.today()));
        work.edit(&room(&slug), &key, &root);
    }
    Ok(())
}

/// The organization in whose room a deal has its thread: its partner belonged to it when they registered
/// the client, and does now.
async fn home(work: &mut Work<'_>, deal: &DealRow) -> Result<Option<String>, Fault> {
    let person = access::person(work, &deal.partner.user).await?;
    let named = person.partner.as_ref().filter(|row| {
        row.enrollment == Enrollment::Approved && row.visibility == Visibility::Public
    });
    let Some(slug) = named.and_then(|row| row.organization.clone()) else { return Ok(None) };
    let at = (deal.partner.id, deal.registered_at);
    let then = organizations::store::members::at_instant(work.tx, at).await?;
    if then.as_ref() != Some(&slug) {
        return Ok(None);
    }
    let row = organizations::store::by_slug(work.tx, &slug).await?;
    Ok(row.filter(|row| row.status() == OrganizationStatus::Active).map(|row| row.slug))
}

async fn is_begun(work: &mut Work<'_>, key: &str) -> Result<bool, Fault> {
    let here = work.effects.out.iter().any(|row| row.dedupe_key == key);
    Ok(here || outbox::exists(work.tx, key).await?)
}

/// A partner belongs to an organization no longer: their threads there end, whatever becomes of the deals.
///
/// # Errors
/// When the database refuses.
pub async fn team_left(work: &mut Work<'_>, partner: PartnerId, slug: &str) -> Result<(), Fault> {
    for deal in store::standing(work.tx, partner, work.now).await? {
        let key = key(slug, deal.id);
        if is_begun(work, &key).await? {
            work.edit(&room(slug), &key, &render::over(&deal, work.now));
        }
    }
    Ok(())
}

/// Clients that people of an organization have to themselves now.
///
/// # Errors
/// When the database refuses.
pub async fn of_organization(work: &mut Work<'_>, slug: &str) -> Result<Vec<DealRow>, Fault> {
    Ok(store::of_organization(work.tx, slug, work.now).await?)
}
