//! A lead says on which homeservers the organization's people are. Those that are declared need nobody;
//! others wait for a manager, since whoever is on a declared one can be asked in without the team.
use crate::audit;
use crate::organizations::render::servers as render;
use crate::organizations::rules;
use crate::organizations::store::proposals::{self, ProposalRow};
use crate::organizations::store::{self, OrganizationRow};
use crate::platform::access::{Lead, Manager};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::servers;
use crate::servers::actions::{For, Told, check_server};
use schema::card::{CheckStatus, OrganizationStatus, ServersStatus};

/// The job that is told what a look at a server has found.
pub const LOOKED: &str = "organization.server";

/// What is written down of a lead who has said on which homeservers the organization's people are.
const NAMED: &str = "organization.servers_named";

/// Whether a lead has said it.
///
/// # Errors
/// When the database refuses.
pub async fn are_named(work: &mut Work<'_>, slug: &str) -> Result<bool, Fault> {
    Ok(audit::store::is_noted(work.tx, NAMED, slug).await?)
}

/// The key of the card on which a manager decides.
fn key(id: &str) -> String {
    format!("servers:{id}")
}

/// The proposal of such a key.
#[must_use]
pub fn proposal_of(key: &str) -> Option<&str> {
    key.strip_prefix("servers:")
}

/// The one place where it becomes known which declared homeservers an organization means to use. Each but
/// our own is looked at from outside; `lead` hears what was found, so that they mend it before their
/// people come.
async fn servers_named(
    work: &mut Work<'_>,
    (slug, lead): (&str, &str),
    named: &[String],
) -> Result<(), Fault> {
    work.audit(NAMED, slug, &named.join(", "));
    for server in named.iter().filter(|server| **server != work.program.server_name) {
        // A name that is none for a look was declared before names were read so strictly.
        let Ok(server) = servers::rules::name(server) else { continue };
        let subject = format!("{slug} {lead} {server}");
        check_server(work, &server, For::Job { kind: LOOKED, subject: &subject }).await?;
    }
    Ok(())
}

/// A homeserver of an organization was looked at: its lead hears it, and the team where it cannot take part.
///
/// # Errors
/// When the database refuses.
pub async fn looked(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let told: Told = serde_json::from_str(payload)
        .map_err(|error| Fault::Data(format!("what a look told: {error}")))?;
    let mut words = told.subject.split(' ');
    let (Some(slug), Some(lead)) = (words.next(), words.next()) else {
        return Err(Fault::Data(format!("a look at the server of {}", told.subject)));
    };
    let Some(organization) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    if organization.status() == OrganizationStatus::Left {
        return Ok(());
    }
    let checked = servers::render::checked(&told.check, work.now, &work.program.prefix);
    work.direct(lead, &checked);
    if told.check.status == CheckStatus::Broken {
        let message = render::broken(&organization, checked);
        work.send("control", &message);
    }
    Ok(())
}

/// The lead says that the declared ones are all.
///
/// # Errors
/// When the database refuses.
pub async fn confirm(work: &mut Work<'_>, lead: &Lead) -> Result<(), Fault> {
    let servers = store::servers(work.tx, lead.organization()).await?;
    servers_named(work, (lead.organization(), lead.user_id()), &servers).await
}

/// The lead names homeservers; those that are not declared go to a manager. A new proposal takes the
/// place of one that nobody has decided, with what that one named.
///
/// # Errors
/// A refusal when there are too many, or the organization is not active.
pub async fn name(work: &mut Work<'_>, lead: &Lead, named: &[String]) -> Result<(), Stop> {
    let organization = super::active(work, lead.organization()).await?;
    let declared = store::servers(work.tx, &organization.slug).await?;
    let old = proposals::open(work.tx, &organization.slug).await?;
    let mut servers = old.as_ref().map(|old| old.servers.clone()).unwrap_or_default();
    let before = servers.len();
    for server in named {
        if !declared.contains(server) && !servers.contains(server) {
            servers.push(server.clone());
        }
    }
    servers_named(work, (&organization.slug, lead.user_id()), &declared).await?;
    if servers.len() == before {
        return Ok(());
    }
    rules::servers(declared.len() + servers.len())?;
    if let Some(old) = &old {
        let by = lead.user_id();
        end(work, &organization, old, (ServersStatus::Replaced, by)).await?;
    }
    let id = work.id().to_string();
    let by = lead.user_id().to_owned();
    let row = ProposalRow { id, organization: organization.slug.clone(), servers, by };
    proposals::insert(work.tx, &row, work.now).await?;
    work.audit("organization.servers_proposed", &row.organization, &row.servers.join(", "));
    let key = key(&row.id);
    let mut others = Vec::new();
    for server in &row.servers {
        let names = store::others_on(work.tx, server, &row.organization).await?;
        others.extend(names.into_iter().map(|name| (server.clone(), name)));
    }
    let message = render::asked(&organization, &row, &others);
    work.send_as(&key, "control", &message);
    work.react("control", &key, "✅");
    work.react("control", &key, "❌");
    Ok(())
}

async fn end(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    row: &ProposalRow,
    (status, by): (ServersStatus, &str),
) -> Result<(), Fault> {
    proposals::decide(work.tx, &row.id, status, (by, work.now)).await?;
    let message = render::proposal(organization, row, (status, Some(by)));
    work.edit("control", &key(&row.id), &message);
    Ok(())
}

/// A manager decides on a proposal; its lead hears of it. Whether it was still open.
///
/// # Errors
/// A refusal when there are too many by now.
pub async fn decide(
    work: &mut Work<'_>,
    manager: &Manager,
    id: &str,
    yes: bool,
) -> Result<bool, Stop> {
    let Some(row) = proposals::open_by_id(work.tx, id).await? else { return Ok(false) };
    let Some(organization) = store::by_slug(work.tx, &row.organization).await? else {
        return Ok(false);
    };
    let is_with_us = organization.status() != OrganizationStatus::Left;
    let status = if yes && is_with_us { ServersStatus::Declared } else { ServersStatus::Declined };
    if status == ServersStatus::Declared {
        super::add_servers(work, manager, &row.organization, &row.servers).await?;
        servers_named(work, (&row.organization, &row.by), &row.servers).await?;
    }
    let by = manager.user_id();
    end(work, &organization, &row, (status, by)).await?;
    let message = render::decided(&organization, &row, (status, by), &work.program.prefix);
    work.direct(&row.by, &message);
    Ok(true)
}
