//! What the team does with organizations: read, decide, write, announce.
pub mod figures;
pub mod invitations;
pub mod members;
pub mod room;
pub mod servers;
pub mod team;

use super::jobs;
use super::rules;
use super::store::{self, OrganizationRow, invitations as asked};
use crate::leaderboard::actions::organizations as leaderboard;
use crate::partners::actions::{self as partners, Exit};
use crate::platform::access::{self, Manager, PartnerRow};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::foreign;
use crate::platform::work::Work;
use crate::program::server_of;
use crate::{rooms, team as roles};
use schema::card::{OrganizationEvent, OrganizationStatus, OrganizationView};
use schema::status::{Enrollment, TeamRole};

/// What a manager says of a new organization.
#[derive(Debug, Default)]
pub struct New {
    pub slug: String,
    pub name: String,
    pub servers: Vec<String>,
    /// Its first lead.
    pub contact: Option<String>,
}

/// The organization that a person named, of whatever status.
///
/// # Errors
/// A refusal when there is none.
pub async fn find(work: &mut Work<'_>, word: &str) -> Result<OrganizationRow, Stop> {
    if let Ok(slug) = rules::slug(word)
        && let Some(row) = store::by_slug(work.tx, &slug).await?
    {
        return Ok(row);
    }
    let sentence = format!(
        "There is no organization {}; `organization list` shows them all.",
        foreign(word.trim())
    );
    Err(Refusal::new(Code::Ref, sentence).example("organization list").into())
}

/// One that is with the program.
///
/// # Errors
/// A refusal when there is none, or it has left.
pub async fn present(work: &mut Work<'_>, word: &str) -> Result<OrganizationRow, Stop> {
    let row = find(work, word).await?;
    if row.status() != OrganizationStatus::Left {
        return Ok(row);
    }
    let sentence = format!("{} has left the program; add it again first.", foreign(&row.name));
    Err(Refusal::new(Code::Ref, sentence)
        .example(format!("organization add {} \"{}\"", row.slug, row.name))
        .into())
}

/// What people call an organization.
///
/// # Errors
/// When the database refuses.
pub async fn name(work: &mut Work<'_>, slug: &str) -> Result<Option<String>, Fault> {
    Ok(store::by_slug(work.tx, slug).await?.map(|row| row.name))
}

/// Whether every one of these words names an organization and not all of them industries.
///
/// # Errors
/// When the database refuses.
pub async fn known(work: &mut Work<'_>, words: &[&str]) -> Result<bool, Fault> {
    let mut firms = !words.is_empty();
    let mut industries = true;
    for word in words {
        let slug = word.to_ascii_lowercase();
        firms &= store::by_slug(work.tx, &slug).await?.is_some();
        industries &= crate::industries::actions::name(work, &slug).await?.is_some();
    }
    Ok(firms && !industries)
}

/// Makes an organization with its room; its first lead is asked in. The same again changes nothing.
///
/// # Errors
/// A refusal when the words do not fit, or the short name is another's.
pub async fn add(
    work: &mut Work<'_>,
    manager: &Manager,
    new: &New,
) -> Result<(OrganizationRow, OrganizationEvent), Stop> {
    let (slug, name) = (rules::slug(&new.slug)?, rules::name(&new.name)?);
    let mut servers = Vec::new();
    for server in &new.servers {
        let server = rules::server(server)?;
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    if let (true, Some(contact)) = (servers.is_empty(), &new.contact) {
        servers.extend(server_of(contact).map(str::to_owned));
    }
    rules::servers(servers.len())?;
    let event = match store::by_slug(work.tx, &slug).await? {
        Some(row) if row.status() != OrganizationStatus::Left && row.name != name => {
            let sentence = format!("{slug} is taken: it is {}.", foreign(&row.name));
            return Err(Refusal::new(Code::Dup, sentence).example("organization list").into());
        }
        Some(row) if row.status() != OrganizationStatus::Left => OrganizationEvent::Unchanged,
        _ => {
            make(work, manager, (&slug, &name)).await?;
            OrganizationEvent::Added
        }
    };
    let mut changed = add_servers(work, manager, &slug, &servers).await?;
    if let Some(contact) = &new.contact {
        changed |= invitations::first_lead(work, manager, &slug, contact).await?;
    }
    let event = match event {
        OrganizationEvent::Unchanged if changed => OrganizationEvent::Changed,
        event => event,
    };
    Ok((read(work, &slug).await?, event))
}

async fn make(
    work: &mut Work<'_>,
    manager: &Manager,
    (slug, name): (&str, &str),
) -> Result<(), Fault> {
    let limits = (rules::MEMBERS_MAX, manager.user_id());
    store::insert(work.tx, (slug, name), limits, work.now).await?;
    work.audit("organization.add", slug, name);
    rooms::actions::organization_changed(work, slug).await?;
    jobs::about_soon(work, slug);
    for user in roles::actions::managers(work).await? {
        rooms::actions::let_into_organization(work, slug, &user).await?;
    }
    Ok(())
}

/// Declares homeservers; whether any was new.
///
/// # Errors
/// A refusal when there are too many.
pub async fn add_servers(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    servers: &[String],
) -> Result<bool, Stop> {
    let known = store::servers(work.tx, slug).await?;
    let new: Vec<&String> = servers.iter().filter(|server| !known.contains(server)).collect();
    rules::servers(known.len() + new.len())?;
    for server in &new {
        store::add_server(work.tx, (slug, server), manager.user_id(), work.now).await?;
        work.audit("organization.server", slug, &format!("+{server}"));
    }
    Ok(!new.is_empty())
}

/// People of these homeservers may not join any more; whoever is in it stays.
///
/// # Errors
/// When the database refuses.
pub async fn remove_servers(
    work: &mut Work<'_>,
    _: &Manager,
    slug: &str,
    servers: &[String],
) -> Result<bool, Stop> {
    let known = store::servers(work.tx, slug).await?;
    let mut changed = false;
    for server in servers.iter().filter(|server| known.contains(server)) {
        store::remove_server(work.tx, (slug, server), work.now).await?;
        work.audit("organization.server", slug, &format!("-{server}"));
        changed = true;
    }
    Ok(changed)
}

/// # Errors
/// When the database refuses.
pub async fn set_quota(
    work: &mut Work<'_>,
    _: &Manager,
    slug: &str,
    places: i64,
) -> Result<(), Stop> {
    store::set_quota(work.tx, slug, places).await?;
    work.audit("organization.quota", slug, &places.to_string());
    Ok(())
}

/// Puts a partner into an organization by a manager's word, whatever their homeserver; out of the one
/// before, or out of any. A name that is new makes an organization.
///
/// # Errors
/// A refusal when the organization is suspended or has left.
pub async fn place(
    work: &mut Work<'_>,
    manager: &Manager,
    user_id: &str,
    slug: Option<String>,
) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    let row = person.partner.clone().ok_or_else(crate::partners::rules::no_such_partner)?;
    let Some(slug) = slug else {
        members::end(work, &row, TeamGoes::Stays).await?;
        work.audit("partner.organization", user_id, "none");
        return Ok(partners::reread(work, user_id).await?);
    };
    if store::by_slug(work.tx, &slug).await?.is_none() {
        make(work, manager, (&slug, &slug)).await?;
    }
    active(work, &slug).await?;
    if row.enrollment != Enrollment::Approved {
        let sentence = "Only an approved partner belongs to an organization.";
        return Err(Refusal::new(Code::Ref, sentence).example("partner list").into());
    }
    if row.organization.as_deref() != Some(&slug) {
        let by = manager.user_id().to_owned();
        members::join(work, &row, (&slug, TeamRole::Member), (&by, false)).await?;
        work.audit("partner.organization", user_id, &slug);
    }
    Ok(partners::reread(work, user_id).await?)
}

pub use members::TeamGoes;

/// One that people can come into.
///
/// # Errors
/// A refusal when it is suspended or has left.
pub async fn active(work: &mut Work<'_>, slug: &str) -> Result<OrganizationRow, Stop> {
    let row = present(work, slug).await?;
    if row.status() == OrganizationStatus::Active {
        return Ok(row);
    }
    let sentence = format!("{} is suspended; reinstate it first.", foreign(&row.name));
    Err(Refusal::new(Code::Ref, sentence)
        .example(format!("organization reinstate {}", row.slug))
        .into())
}

/// Makes a member the lead, or asks the person in as one.
///
/// # Errors
/// A refusal when the organization is not active.
pub async fn set_lead(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    user: &str,
) -> Result<OrganizationRow, Stop> {
    let row = active(work, slug).await?;
    invitations::first_lead(work, manager, &row.slug, user).await?;
    Ok(row)
}

/// Shuts the whole organization out for now; its people's results stay.
///
/// # Errors
/// A refusal when it is not active.
pub async fn suspend(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    reason: &str,
) -> Result<OrganizationRow, Stop> {
    let row = present(work, slug).await?;
    if row.status() == OrganizationStatus::Suspended {
        return Err(Refusal::new(Code::Dup, "Already suspended; nothing to do.").into());
    }
    let reason = rules::reason(reason, "suspend")?;
    store::suspend(work.tx, &row.slug, (Some(work.now), Some(&reason))).await?;
    work.audit("organization.suspend", &row.slug, &reason);
    leaderboard::organization_changed(work);
    for member in store::members::of_organization(work.tx, &row.slug).await? {
        if member.enrollment == Enrollment::Approved {
            store::members::suspend(work.tx, &member.id, Some(work.now)).await?;
            partners::suspend(work, manager, &member.user_id, &reason).await?;
        }
    }
    Ok(read(work, &row.slug).await?)
}

/// Lets it in again, with those who were suspended together with it.
///
/// # Errors
/// A refusal when it is not suspended.
pub async fn reinstate(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
) -> Result<OrganizationRow, Stop> {
    let row = present(work, slug).await?;
    if row.status() != OrganizationStatus::Suspended {
        return Err(Refusal::new(Code::Dup, "Not suspended; nothing to do.").into());
    }
    store::suspend(work.tx, &row.slug, (None, None)).await?;
    work.audit("organization.reinstate", &row.slug, "");
    leaderboard::organization_changed(work);
    for member in store::members::of_organization(work.tx, &row.slug).await? {
        if member.suspended_at.is_some() {
            store::members::suspend(work.tx, &member.id, None).await?;
            if member.enrollment == Enrollment::Suspended {
                partners::reinstate(work, manager, &member.user_id).await?;
            }
        }
    }
    Ok(read(work, &row.slug).await?)
}

/// The organization leaves: its people leave the program, its invitations are taken back, its room is
/// shut.
///
/// # Errors
/// A refusal when it has left already.
pub async fn remove(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    reason: &str,
) -> Result<OrganizationRow, Stop> {
    let row = present(work, slug).await?;
    let reason = rules::reason(reason, "remove")?;
    for member in store::members::of_organization(work.tx, &row.slug).await? {
        partners::remove(work, Exit::Manager(manager), &member.user_id, &reason).await?;
    }
    for invited in asked::open(work.tx, &row.slug).await? {
        invitations::withdraw(work, &row, &invited).await?;
    }
    store::remove(work.tx, &row.slug, &reason, work.now).await?;
    work.audit("organization.remove", &row.slug, &reason);
    leaderboard::organization_changed(work);
    crate::goals::actions::organization_left(work, &row.slug).await?;
    rooms::actions::organization_changed(work, &row.slug).await?;
    crate::statements::jobs::team_final_soon(work, &row.slug);
    Ok(read(work, &row.slug).await?)
}

async fn read(work: &mut Work<'_>, slug: &str) -> Result<OrganizationRow, Fault> {
    let row = store::by_slug(work.tx, slug).await?;
    row.ok_or_else(|| Fault::Bug(format!("no row after a change of {slug}")))
}

/// An organization as the team sees it.
///
/// # Errors
/// When the database refuses.
pub async fn view(work: &mut Work<'_>, row: OrganizationRow) -> Result<OrganizationView, Fault> {
    let servers = store::servers(work.tx, &row.slug).await?;
    let members = store::members::of_organization(work.tx, &row.slug).await?.len();
    let invited = asked::open(work.tx, &row.slug).await?.len();
    Ok(OrganizationView {
        status: row.status(),
        slug: row.slug,
        name: row.name,
        servers,
        members: i64::try_from(members).unwrap_or(i64::MAX),
        invited: i64::try_from(invited).unwrap_or(i64::MAX),
        members_max: row.members_max,
        since: row.made_at,
        reason: row.reason,
    })
}

/// Somebody has become a manager, or is none any more: the organizations' rooms follow.
///
/// # Errors
/// When the database refuses.
pub async fn manager_changed(work: &mut Work<'_>, user: &str, is_one: bool) -> Result<(), Fault> {
    const READ_MAX: i64 = 1_000;
    let person = access::person(work, user).await?;
    let own = person.partner.as_ref().and_then(|row| row.organization.clone());
    for row in store::all(work.tx, READ_MAX).await? {
        if is_one {
            rooms::actions::let_into_organization(work, &row.slug, user).await?;
        } else if own.as_ref() != Some(&row.slug) {
            let reason = "no longer a manager of the program";
            rooms::actions::take_out_of_organization(work, &row.slug, user, reason);
        }
    }
    Ok(())
}
