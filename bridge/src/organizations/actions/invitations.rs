//! People are asked into an organization in their own chat with the bot; they say yes or no there.
use super::members;
use crate::organizations::jobs;
use crate::organizations::render::team as render;
use crate::organizations::rules;
use crate::organizations::store::invitations::{self as store, InvitedRow};
use crate::organizations::store::questions::{self, QuestionRow};
use crate::organizations::store::{self as organizations, OrganizationRow};
use crate::partners::actions::{self as partners, Door};
use crate::platform::access::{self, Invitation, Manager, PartnerRow};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::{onboarding, rooms, terms};
use schema::card::TeamEvent;
use schema::status::{Enrollment, TeamRole};

/// The key of a message on which a person answers: with other terms it is another one.
fn key(id: &str, terms: Option<i64>) -> String {
    match terms {
        Some(version) => format!("invitation:{id}:{version}"),
        None => format!("invitation:{id}"),
    }
}

/// The invitation of such a key.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    let rest = key.strip_prefix("invitation:")?;
    Some(rest.split_once(':').map_or(rest, |(id, _)| id))
}

/// How many people and open invitations an organization has.
///
/// # Errors
/// When the database refuses.
pub async fn taken(work: &mut Work<'_>, slug: &str) -> Result<i64, Fault> {
    let members = organizations::members::of_organization(work.tx, slug).await?.len();
    let open = store::open(work.tx, slug).await?.len();
    Ok(i64::try_from(members + open).unwrap_or(i64::MAX))
}

/// The person is to lead it: at once when they belong to it, by an invitation otherwise. Whether
/// anything changed.
///
/// # Errors
/// A refusal when they cannot be asked.
pub async fn first_lead(
    work: &mut Work<'_>,
    manager: &Manager,
    slug: &str,
    user: &str,
) -> Result<bool, Stop> {
    let person = access::person(work, user).await?;
    let organization = super::active(work, slug).await?;
    let row = person.partner.clone().filter(|row| row.enrollment == Enrollment::Approved);
    let Some(row) = row.filter(|row| row.organization.as_deref() == Some(slug)) else {
        return ask(work, &organization, (user, TeamRole::Lead)).await;
    };
    if row.team == Some(TeamRole::Lead) {
        return Ok(false);
    }
    members::join(work, &row, (slug, TeamRole::Lead), (manager.user_id(), false)).await?;
    work.audit("team.role", user, "lead");
    let message = render::leads(&organization, &work.program.prefix);
    work.direct(user, &message);
    onboarding::actions::role_changed(work, user).await?;
    Ok(true)
}

/// Asks a person in; whether they were not asked already.
///
/// # Errors
/// A refusal when the program's team would have to let them in, or all places are taken.
pub async fn ask(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    (user, role): (&str, TeamRole),
) -> Result<bool, Stop> {
    let person = access::person(work, user).await?;
    let enrollment = person.partner.as_ref().map(|row| row.enrollment);
    if matches!(enrollment, Some(Enrollment::Suspended | Enrollment::Left | Enrollment::Rejected)) {
        let sentence = "This person was with the program before; only its team can let them in.";
        return Err(Refusal::new(Code::Auth, sentence).example("team list").into());
    }
    if let Some(open) = access::invitation(work, user).await? {
        if open.organization() == organization.slug {
            return Ok(false);
        }
        let sentence = "This person has to answer another invitation first.";
        return Err(Refusal::new(Code::Dup, sentence).example("team list").into());
    }
    let taken = taken(work, &organization.slug).await?;
    rules::quota(taken, organization.members_max)?;
    let row = InvitedRow {
        id: work.id().to_string(),
        organization: organization.slug.clone(),
        user_id: user.to_owned(),
        role,
        invited_at: work.now,
    };
    let by = work.cause.actor.clone();
    store::insert(work.tx, &row, &by).await?;
    work.audit("team.invite", user, &organization.slug);
    put(work, organization, &row, person.partner.as_ref()).await?;
    jobs::lapse_later(work, &row);
    Ok(true)
}

/// Puts the question before the person, in a chat of their own, with the terms that they have not
/// accepted. One with older terms is over then.
async fn put(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    row: &InvitedRow,
    partner: Option<&PartnerRow>,
) -> Result<(), Fault> {
    let before = match partner.and_then(|row| row.organization.clone()) {
        Some(slug) => super::name(work, &slug).await?,
        None => None,
    };
    let terms = terms::actions::owed(work, &row.user_id).await?;
    let old = questions::newest(work.tx, &row.id).await?;
    rooms::actions::want_direct(work, &row.user_id).await?;
    let version = terms.as_ref().map(|terms| terms.version);
    let (key, chat) = (key(&row.id, version), format!("direct:{}", row.user_id));
    let asks =
        render::Asks { before: before.as_deref(), terms: terms.as_ref(), again: old.is_some() };
    let message = render::question(organization, row, asks, work.program);
    work.send_as(&key, &chat, &message);
    work.react(&chat, &key, "✅");
    work.react(&chat, &key, "❌");
    if let Some(old) = old.filter(|old| old.key != key) {
        let message = render::over(organization, row, TeamEvent::Changed);
        work.edit(&chat, &old.key, &message);
    }
    let question = QuestionRow { key, terms: version, asked_at: work.now };
    Ok(questions::insert(work.tx, &row.id, &question).await?)
}

/// The newest question of an invitation.
///
/// # Errors
/// When the database refuses.
pub async fn question(
    work: &mut Work<'_>,
    invitation: &Invitation,
) -> Result<Option<QuestionRow>, Fault> {
    Ok(questions::newest(work.tx, invitation.id()).await?)
}

/// The person says yes to a question, by an event of theirs: they accept the terms that it shows, and
/// come into the program and the organization. Where the terms are others by now, they are asked anew.
///
/// # Errors
/// A refusal when they may not come in.
pub async fn accept(
    work: &mut Work<'_>,
    invitation: &Invitation,
    question: &QuestionRow,
) -> Result<(), Stop> {
    let organization = super::active(work, invitation.organization()).await?;
    let user = invitation.user_id().to_owned();
    let person = access::person(work, &user).await?;
    let terms = terms::actions::owed(work, &user).await?;
    if let Some(terms) = &terms
        && question.terms != Some(terms.version)
    {
        return Ok(put(work, &organization, &asked(invitation), person.partner.as_ref()).await?);
    }
    if let Some(terms) = &terms {
        let who = (user.as_str(), Some(organization.slug.as_str()));
        terms::actions::accept(work, who, terms, &question.key).await?;
    }
    let is_in = person.partner.as_ref().is_some_and(|row| row.enrollment == Enrollment::Approved);
    let row = match person.partner.clone().filter(|_| is_in) {
        Some(row) => row,
        None => partners::approve(work, Door::Invitation(invitation), &user, None).await?,
    };
    let event = work.cause.id.clone();
    store::accept(work.tx, invitation, &event, work.now).await?;
    let place = (organization.slug.as_str(), invitation.role());
    members::join(work, &row, place, (invitation.by(), !is_in)).await?;
    work.audit("team.join", &user, &organization.slug);
    let row = partners::reread(work, &user).await?;
    let walk = onboarding::actions::begin(work, &row).await?;
    let who = render::Newcomer { was_in: is_in, is_asked: walk.is_some() };
    let message = render::welcome(&organization, &asked(invitation), who, work.program);
    work.reply(&message);
    if let Some(walk) = walk {
        onboarding::actions::ask_first(work, &row, walk).await?;
    }
    tell_who_asked(work, &organization, invitation, TeamEvent::Joined).await
}

/// The person says no.
///
/// # Errors
/// When the database refuses.
pub async fn decline(work: &mut Work<'_>, invitation: &Invitation) -> Result<(), Stop> {
    store::end(work.tx, invitation.id(), "declined", work.now).await?;
    work.audit("team.decline", invitation.user_id(), invitation.organization());
    work.reply(&render::declined(&work.program.name));
    let organization = super::find(work, invitation.organization()).await?;
    tell_who_asked(work, &organization, invitation, TeamEvent::Declined).await
}

fn asked(invitation: &Invitation) -> InvitedRow {
    InvitedRow {
        id: invitation.id().to_owned(),
        organization: invitation.organization().to_owned(),
        user_id: invitation.user_id().to_owned(),
        role: invitation.role(),
        invited_at: 0,
    }
}

/// A lead hears of it in their own chat, a manager in the control room.
async fn tell_who_asked(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    invitation: &Invitation,
    event: TeamEvent,
) -> Result<(), Stop> {
    let message = render::answered(organization, &asked(invitation), event);
    let who = access::person(work, invitation.by()).await?;
    if who.manager {
        work.send("control", &message);
    } else {
        work.direct(invitation.by(), &message);
    }
    Ok(())
}

/// Takes an open invitation back.
///
/// # Errors
/// When the database refuses.
pub async fn withdraw(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    row: &InvitedRow,
) -> Result<(), Fault> {
    end(work, organization, row, ("withdrawn", TeamEvent::Withdrawn)).await
}

/// Nobody has answered for long.
///
/// # Errors
/// When the database refuses.
pub async fn lapse(work: &mut Work<'_>, id: &str, slug: &str) -> Result<(), Fault> {
    let open = store::open(work.tx, slug).await?;
    let Some(row) = open.into_iter().find(|row| row.id == id) else { return Ok(()) };
    let Some(organization) = organizations::by_slug(work.tx, slug).await? else { return Ok(()) };
    end(work, &organization, &row, ("lapsed", TeamEvent::Lapsed)).await
}

async fn end(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    row: &InvitedRow,
    (how, event): (&str, TeamEvent),
) -> Result<(), Fault> {
    store::end(work.tx, &row.id, how, work.now).await?;
    work.audit("team.invitation_end", &row.user_id, how);
    let message = render::over(organization, row, event);
    if let Some(question) = questions::newest(work.tx, &row.id).await? {
        work.edit(&format!("direct:{}", row.user_id), &question.key, &message);
    }
    Ok(())
}
