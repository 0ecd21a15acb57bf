//! The first message of an organization's room, pinned: what the room is for, and who leads.
use crate::organizations::store;
use crate::organizations::{jobs, render};
use crate::platform::pins::{self, Shown};
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, txn_id};
use crate::rooms::rules::RoomKey;
use schema::card::OrganizationStatus;
use schema::status::TeamRole;

const SLOT: &str = "about";
const READ_MAX: i64 = 1_000;

/// Says it, or mends what was said where it is otherwise now.
///
/// # Errors
/// When the database refuses.
pub async fn about(work: &mut Work<'_>, slug: &str) -> Result<(), Fault> {
    let Some(row) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    if row.status() == OrganizationStatus::Left {
        return Ok(());
    }
    let mut leads = store::members::of_organization(work.tx, slug).await?;
    leads.retain(|one| one.role == TeamRole::Lead);
    let message = render::room::about(&row, &leads, &work.program.prefix);
    let hash = txn_id(SLOT, &message.content_string());
    let room = RoomKey::Organization(slug.to_owned()).to_string();
    pins::show(work, &room, SLOT, &Shown { message, hash, is_empty: false }).await
}

/// For each organization; whose words are as they were says nothing.
///
/// # Errors
/// When the database refuses.
pub async fn about_all(work: &mut Work<'_>) -> Result<(), Fault> {
    for row in store::all(work.tx, READ_MAX).await? {
        jobs::about_soon(work, &row.slug);
    }
    Ok(())
}
