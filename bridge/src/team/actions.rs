//! Grants and their end.
use super::store;
use crate::platform::access::{self, Owner};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::{organizations, rooms};
use schema::card::RoleEvent;
use schema::status::Role;
use std::collections::HashSet;

/// Everybody who may review: owners, managers and reviewers, each once.
///
/// # Errors
/// When the database refuses.
pub async fn members(work: &mut Work<'_>) -> Result<Vec<String>, Fault> {
    let mut members = work.program.owners.clone();
    members.extend(store::awake(work.tx).await?.into_iter().map(|grant| grant.user_id));
    let mut seen = HashSet::new();
    members.retain(|user| seen.insert(user.clone()));
    Ok(members)
}

/// Owners and managers, each once.
///
/// # Errors
/// When the database refuses.
pub async fn managers(work: &mut Work<'_>) -> Result<Vec<String>, Fault> {
    let mut managers = work.program.owners.clone();
    let granted = store::awake(work.tx).await?.into_iter();
    managers
        .extend(granted.filter(|grant| grant.role == Role::Manager.as_str()).map(|g| g.user_id));
    let mut seen = HashSet::new();
    managers.retain(|user| seen.insert(user.clone()));
    Ok(managers)
}

/// # Errors
/// When the database refuses.
pub async fn grant(
    work: &mut Work<'_>,
    owner: &Owner,
    user: &str,
    role: Role,
) -> Result<RoleEvent, Stop> {
    if access::store::roles(work.tx, user).await?.contains(&role) {
        return Ok(RoleEvent::Unchanged);
    }
    store::grant(work.tx, user, role.as_str(), owner.user_id(), work.now).await?;
    access::forget(work, user);
    work.audit("role.grant", user, role.as_str());
    rooms::actions::let_into_control(work, user).await?;
    if role == Role::Manager {
        organizations::actions::manager_changed(work, user, true).await?;
    }
    Ok(RoleEvent::Granted)
}

/// Takes a role; who has none left leaves the control room.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(
    work: &mut Work<'_>,
    owner: &Owner,
    user: &str,
    role: Role,
) -> Result<RoleEvent, Stop> {
    if !store::revoke(work.tx, user, role.as_str(), owner.user_id(), work.now).await? {
        return Ok(RoleEvent::Unchanged);
    }
    access::forget(work, user);
    work.audit("role.revoke", user, role.as_str());
    let is_owner = work.program.owners.iter().any(|id| id == user);
    if !is_owner && access::store::roles(work.tx, user).await?.is_empty() {
        rooms::actions::take_out_of_control(work, user, "no longer in the program's team").await?;
    }
    if !is_owner && role == Role::Manager {
        organizations::actions::manager_changed(work, user, false).await?;
    }
    Ok(RoleEvent::Revoked)
}

/// A partner leaves the program: whatever role they had ends with it. Owners stand in the configuration.
///
/// # Errors
/// When the database refuses.
pub async fn ended(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    let by = work.cause.actor.clone();
    let granted = access::store::roles(work.tx, user).await?;
    for role in &granted {
        store::revoke(work.tx, user, role.as_str(), &by, work.now).await?;
        work.audit("role.revoke", user, role.as_str());
    }
    if !granted.is_empty() {
        access::forget(work, user);
        out_of_rooms(work, user, "left the program").await?;
    }
    Ok(())
}

/// A partner is suspended: what they were granted rests.
///
/// # Errors
/// When the database refuses.
pub async fn rests(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    if access::store::roles(work.tx, user).await?.is_empty() {
        return Ok(());
    }
    out_of_rooms(work, user, "suspended from the program").await
}

async fn out_of_rooms(work: &mut Work<'_>, user: &str, reason: &str) -> Result<(), Fault> {
    if work.program.owners.iter().any(|id| id == user) {
        return Ok(());
    }
    rooms::actions::take_out_of_control(work, user, reason).await?;
    organizations::actions::manager_changed(work, user, false).await
}

/// A suspended partner is reinstated, and with them the role that they have.
///
/// # Errors
/// When the database refuses.
pub async fn wakes(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    let granted = access::store::roles(work.tx, user).await?;
    if granted.is_empty() {
        return Ok(());
    }
    rooms::actions::let_into_control(work, user).await?;
    if granted.contains(&Role::Manager) {
        organizations::actions::manager_changed(work, user, true).await?;
    }
    Ok(())
}
