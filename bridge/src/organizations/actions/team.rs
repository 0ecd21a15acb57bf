//! What a lead does with the people of their organization, and what any member may see and do.
use super::members::{self, TeamGoes};
use super::{active, invitations};
use crate::onboarding;
use crate::organizations::render::team as render;
use crate::organizations::rules;
use crate::organizations::store::{self, OrganizationRow, invitations as asked};
use crate::partners::actions::{self as partners, Exit};
use crate::platform::access::{self, Lead, Partner, PartnerRow};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::TeamEvent;
use schema::status::TeamRole;

/// Asks a person of the organization's own homeservers in, and says so.
///
/// # Errors
/// As [`invite_quietly`].
pub async fn invite(
    work: &mut Work<'_>,
    lead: &Lead,
    (user, role): (&str, TeamRole),
) -> Result<(), Stop> {
    let organization = invite_quietly(work, lead, (user, role)).await?;
    let taken = invitations::taken(work, &organization.slug).await?;
    let message = render::invited(&organization, (user, role), taken);
    work.reply(&message);
    Ok(())
}

/// Asks a person of the organization's own homeservers in.
///
/// # Errors
/// A refusal, before anything is written, when they are of another one, all places are taken, or they
/// are in already.
pub async fn invite_quietly(
    work: &mut Work<'_>,
    lead: &Lead,
    (user, role): (&str, TeamRole),
) -> Result<OrganizationRow, Stop> {
    let organization = active(work, lead.organization()).await?;
    let servers = store::servers(work.tx, &organization.slug).await?;
    rules::bound(user, &servers)?;
    let person = access::person(work, user).await?;
    let own = person.partner.as_ref().and_then(|row| row.organization.as_deref());
    let sentence = if own == Some(&organization.slug) {
        Some("This person belongs to your organization already.")
    } else if invitations::ask(work, &organization, (user, role)).await? {
        None
    } else {
        Some("This person is invited already, and has not answered yet.")
    };
    if let Some(sentence) = sentence {
        return Err(Refusal::new(Code::Dup, sentence).example("team list").into());
    }
    Ok(organization)
}

/// Who belongs to it, and who is asked.
///
/// # Errors
/// When the database refuses.
pub async fn list(work: &mut Work<'_>, slug: &str) -> Result<(), Stop> {
    let organization = super::find(work, slug).await?;
    let people = store::members::of_organization(work.tx, &organization.slug).await?;
    let open = asked::open(work.tx, &organization.slug).await?;
    let message = render::list(&organization, &people, &open, &work.program.prefix);
    work.reply(&message);
    Ok(())
}

/// Who would go by a lead's word.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, looked at once")]
pub enum Goes {
    /// Invited only.
    Invited(asked::InvitedRow),
    Member(PartnerRow, store::members::MemberRow),
}

/// A partner of the lead's organization.
async fn own(work: &mut Work<'_>, lead: &Lead, user: &str) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user).await?;
    let of_it = |row: &PartnerRow| row.organization.as_deref() == Some(lead.organization());
    person.partner.clone().filter(of_it).ok_or_else(|| {
        let sentence = "Nobody of your organization is called so; `team list` shows all.";
        Refusal::new(Code::Ref, sentence).example("team list").into()
    })
}

/// Whether a lead could send a person away: asked before the confirmation is.
///
/// # Errors
/// A refusal when the person is not of the organization, or is the lead.
pub async fn removable(
    work: &mut Work<'_>,
    lead: &Lead,
    user: &str,
) -> Result<(OrganizationRow, Goes), Stop> {
    let organization = active(work, lead.organization()).await?;
    if user == lead.user_id() {
        let sentence = "You cannot remove yourself; `team leave` takes you out.";
        return Err(Refusal::new(Code::Usage, sentence).example("team leave").into());
    }
    let open = asked::open(work.tx, &organization.slug).await?;
    if let Some(row) = open.into_iter().find(|row| row.user_id == user) {
        return Ok((organization, Goes::Invited(row)));
    }
    let row = own(work, lead, user).await?;
    let member = store::members::of_partner(work.tx, row.id).await?;
    let mut member = member.ok_or_else(|| Fault::Bug("a member without a membership".into()))?;
    // Whoever has a role in the program's team is with the program by that, too: no lead ends it.
    member.admitted &= access::store::roles(work.tx, user).await?.is_empty();
    Ok((organization, Goes::Member(row, member)))
}

/// Sends a person away: out of the organization, and out of the program where it brought them in.
///
/// # Errors
/// As [`removable`].
pub async fn remove(work: &mut Work<'_>, lead: &Lead, user: &str) -> Result<(), Stop> {
    let (organization, goes) = removable(work, lead, user).await?;
    let event = match goes {
        Goes::Invited(row) => {
            invitations::withdraw(work, &organization, &row).await?;
            TeamEvent::Withdrawn
        }
        Goes::Member(row, member) => {
            out(work, Exit::Lead(lead), &row, &member).await?;
            TeamEvent::Removed
        }
    };
    work.audit("team.remove", user, &organization.slug);
    let message = render::gone(&organization, user, event);
    work.reply(&message);
    if event == TeamEvent::Removed {
        work.send("control", &message);
    }
    Ok(())
}

/// Whom an organization brought into the program leaves that as well.
async fn out(
    work: &mut Work<'_>,
    exit: Exit<'_>,
    row: &PartnerRow,
    member: &store::members::MemberRow,
) -> Result<(), Stop> {
    if member.admitted {
        partners::remove(work, exit, &row.user_id, "no longer of their organization").await?;
    } else {
        members::end(work, row, TeamGoes::Stays).await?;
    }
    Ok(())
}

/// What leaving would mean for a person: asked before the confirmation is.
///
/// # Errors
/// A refusal when they belong to none.
pub async fn leavable(
    work: &mut Work<'_>,
    partner: &Partner,
) -> Result<(OrganizationRow, store::members::MemberRow), Stop> {
    let Some(member) = store::members::of_partner(work.tx, partner.id()).await? else {
        return Err(access::no_team().into());
    };
    Ok((super::find(work, &member.organization).await?, member))
}

/// Leaves the organization; the program only where it brought the person in.
///
/// # Errors
/// As [`leavable`].
pub async fn leave(work: &mut Work<'_>, partner: &Partner) -> Result<(), Stop> {
    let (organization, member) = leavable(work, partner).await?;
    out(work, Exit::Own(partner), partner.row(), &member).await?;
    work.audit("team.leave", &partner.row().user_id, &organization.slug);
    let message = render::gone(&organization, &partner.row().user_id, TeamEvent::Left);
    work.reply(&message);
    work.send("control", &message);
    Ok(())
}

/// Makes a member a lead, or a lead a member.
///
/// # Errors
/// A refusal when the person is not of the organization, or the last lead would go.
pub async fn set_role(
    work: &mut Work<'_>,
    lead: &Lead,
    (user, role): (&str, TeamRole),
) -> Result<(), Stop> {
    let organization = active(work, lead.organization()).await?;
    let row = own(work, lead, user).await?;
    let people = store::members::of_organization(work.tx, &organization.slug).await?;
    let leads = people.iter().filter(|one| one.role == TeamRole::Lead).count();
    if role == TeamRole::Member && row.team == Some(TeamRole::Lead) && leads <= 1 {
        let sentence = "Your organization needs a lead: make somebody else one first.";
        let example = format!("team lead {}", people.last().map_or(user, |one| &one.user_id));
        return Err(Refusal::new(Code::Usage, sentence).example(example).into());
    }
    if row.team != Some(role) {
        members::join(work, &row, (&organization.slug, role), (lead.user_id(), false)).await?;
        work.audit("team.role", user, role.as_str());
        if role == TeamRole::Lead {
            let message = render::leads(&organization, &work.program.prefix);
            work.direct(user, &message);
        }
        onboarding::actions::role_changed(work, user).await?;
    }
    list(work, &organization.slug).await
}
