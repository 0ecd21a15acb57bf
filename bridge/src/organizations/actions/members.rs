//! Coming into an organization and leaving it. One at a time: who joins another leaves the one before.
use crate::deals;
use crate::leaderboard::actions::organizations as leaderboard;
use crate::organizations::jobs;
use crate::organizations::render;
use crate::organizations::store::members::{self as store, MemberRow, NewMember};
use crate::partners;
use crate::platform::access::{self, PartnerRow};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::{rooms, team as roles};
use jiff::civil::Date;
use schema::ids::PartnerId;
use schema::status::TeamRole;
use std::collections::HashMap;

/// Partners and days of which it is remembered who belonged where, until anybody comes or goes.
const DAYS_MAX: usize = 4_096;

#[derive(Default)]
struct Days(HashMap<(PartnerId, Date), Option<String>>);

/// What becomes of a person whose membership ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamGoes {
    /// They stay a partner of the program.
    Stays,
    /// They leave the program as well, and hear of it from there.
    Leaves,
}

/// The organization of a partner on a day.
///
/// # Errors
/// When the database refuses.
pub async fn on_day(
    work: &mut Work<'_>,
    partner: PartnerId,
    day: Date,
) -> Result<Option<String>, Fault> {
    if let Some(known) = work.memory.cache::<Days>().0.get(&(partner, day)) {
        return Ok(known.clone());
    }
    let slug = store::on_day(work.tx, partner, day).await?;
    let known = &mut work.memory.cache::<Days>().0;
    if known.len() >= DAYS_MAX {
        known.clear();
    }
    known.insert((partner, day), slug.clone());
    Ok(slug)
}

/// A partner belongs to an organization from today on, as `by` wants it; whether its invitation brought
/// them into the program.
///
/// # Errors
/// When the database refuses.
pub async fn join(
    work: &mut Work<'_>,
    row: &PartnerRow,
    (slug, role): (&str, TeamRole),
    (by, admitted): (&str, bool),
) -> Result<(), Fault> {
    let before = store::of_partner(work.tx, row.id).await?;
    let came_by_it = before.as_ref().is_some_and(|old| old.organization == slug && old.admitted);
    if let Some(old) = &before {
        store::end(work.tx, &old.id, (work.program.calendar.day_of(work.now), by), work.now)
            .await?;
        if old.organization != slug {
            leaderboard::membership_changed(work, row.id, &old.organization).await?;
            deals::actions::team_left(work, row.id, &old.organization).await?;
            jobs::about_soon(work, &old.organization);
            out_of_room(work, old, "belongs to another organization now").await?;
        }
    }
    let id = work.id().to_string();
    let new = NewMember {
        id: &id,
        organization: slug,
        partner: row.id,
        role,
        from_on: work.today(),
        admitted: admitted || came_by_it,
        by,
    };
    store::insert(work.tx, new, work.now).await?;
    work.memory.take::<Days>();
    leaderboard::membership_changed(work, row.id, slug).await?;
    partners::store::set_organization(work.tx, &row.user_id, Some(slug)).await?;
    rooms::actions::let_into_organization(work, slug, &row.user_id).await?;
    jobs::about_soon(work, slug);
    changed(work, &row.user_id).await
}

/// Managers stay in the room of an organization that they leave.
async fn out_of_room(work: &mut Work<'_>, member: &MemberRow, reason: &str) -> Result<(), Fault> {
    if !roles::actions::managers(work).await?.contains(&member.user_id) {
        let (slug, user) = (&member.organization, &member.user_id);
        rooms::actions::take_out_of_organization(work, slug, user, reason);
    }
    Ok(())
}

/// A partner belongs to no organization any more; what becomes of them is said to themselves.
///
/// # Errors
/// When the database refuses.
pub async fn end(
    work: &mut Work<'_>,
    row: &PartnerRow,
    goes: TeamGoes,
) -> Result<Option<MemberRow>, Fault> {
    let Some(member) = store::of_partner(work.tx, row.id).await? else { return Ok(None) };
    let (by, today) = (work.cause.actor.clone(), work.today());
    store::end(work.tx, &member.id, (today, &by), work.now).await?;
    work.memory.take::<Days>();
    leaderboard::membership_changed(work, row.id, &member.organization).await?;
    partners::store::set_organization(work.tx, &row.user_id, None).await?;
    access::forget(work, &row.user_id);
    deals::actions::team_left(work, row.id, &member.organization).await?;
    jobs::about_soon(work, &member.organization);
    out_of_room(work, &member, "no longer of the organization").await?;
    if goes == TeamGoes::Stays {
        let name = super::name(work, &member.organization).await?.unwrap_or_default();
        let message = render::team::left(&member, &name);
        work.direct(&row.user_id, &message);
        changed(work, &row.user_id).await?;
    }
    Ok(Some(member))
}

/// A partner leaves the program: their membership ends with it.
///
/// # Errors
/// When the database refuses.
pub async fn ended(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Fault> {
    let row = access::store::partner_by_id(work.tx, &partner.to_string()).await?;
    if let Some(row) = row {
        end(work, &row, TeamGoes::Leaves).await?;
    }
    Ok(())
}

async fn changed(work: &mut Work<'_>, user_id: &str) -> Result<(), Fault> {
    let row = partners::actions::reread(work, user_id).await?;
    partners::actions::shown_otherwise(work, &row).await
}
