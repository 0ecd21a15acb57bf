//! A partner goes, for now or for good, and may be forgotten: rooms, invitations, roles and what waits
//! for their yes are taken back at once; what they earned runs its way.
use super::{Exit, reread, show_profile, shown_otherwise};
use crate::partners::rules::{self, FORMER, Step, follows};
use crate::partners::{render, store};
use crate::platform::access::{self, Manager, PartnerRow};
use crate::platform::confirm;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::{commission, mentorship, organizations, rooms, statements, team as roles, terms};
use schema::status::{Enrollment, Visibility};

/// Takes effect with the next event of the person; they leave the rooms.
///
/// # Errors
/// A refusal when the person is no active partner.
pub async fn suspend(
    work: &mut Work<'_>,
    _: &Manager,
    user_id: &str,
    reason: &str,
) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    follows(Step::Suspend, person.partner.as_ref().map(|row| row.enrollment))?;
    store::suspend(work.tx, user_id, reason, Some(work.now)).await?;
    let row = gone(work, user_id).await?;
    show_profile(work, &row).await?;
    work.audit("partner.suspend", user_id, reason);
    rooms::actions::take_out(work, user_id, "suspended from the program").await?;
    if let Some(slug) = &row.organization {
        rooms::actions::take_out_of_organization(work, slug, user_id, "suspended from the program");
    }
    roles::actions::rests(work, user_id).await?;
    shown_otherwise(work, &row).await?;
    let message = render::suspended(&row, reason);
    work.direct(user_id, &message);
    Ok(row)
}

/// # Errors
/// A refusal when the person is not suspended.
pub async fn reinstate(
    work: &mut Work<'_>,
    _: &Manager,
    user_id: &str,
) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    follows(Step::Reinstate, person.partner.as_ref().map(|row| row.enrollment))?;
    store::suspend(work.tx, user_id, "", None).await?;
    let row = reread(work, user_id).await?;
    work.audit("partner.reinstate", user_id, "");
    rooms::actions::let_in(work, user_id).await?;
    if let Some(slug) = &row.organization {
        rooms::actions::let_into_organization(work, slug, user_id).await?;
    }
    roles::actions::wakes(work, user_id).await?;
    shown_otherwise(work, &row).await?;
    let message = render::reinstated(&row);
    work.direct(user_id, &message);
    terms::actions::ask(work, user_id).await?;
    Ok(row)
}

/// Whether the person could be removed: asked before the confirmation is.
///
/// # Errors
/// A refusal when there is no such partner.
pub async fn removable(work: &mut Work<'_>, user_id: &str) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    follows(Step::Remove, person.partner.as_ref().map(|row| row.enrollment))?;
    person.partner.clone().ok_or_else(|| Fault::Bug("a partner without a row".into()).into())
}

/// # Errors
/// A refusal when there is no such partner.
pub async fn remove(
    work: &mut Work<'_>,
    _: Exit<'_>,
    user_id: &str,
    reason: &str,
) -> Result<PartnerRow, Stop> {
    let before = removable(work, user_id).await?;
    organizations::actions::members::ended(work, before.id).await?;
    store::leave(work.tx, user_id, reason, work.now).await?;
    let row = gone(work, user_id).await?;
    // A debt ends only with the partnership; who is suspended keeps it.
    commission::actions::left(work, row.id).await?;
    work.audit("partner.remove", user_id, reason);
    roles::actions::ended(work, user_id).await?;
    rooms::actions::take_out(work, user_id, "left the program").await?;
    statements::jobs::final_soon(work, row.id);
    shown_otherwise(work, &row).await?;
    let message = render::removed(&row, reason);
    work.direct(user_id, &message);
    Ok(row)
}

/// Takes the name of a person who has left away, wherever it is shown from now on, and what they said of
/// themselves. Their user id stays with the books; what was said in rooms long ago stays as it is.
///
/// # Errors
/// A refusal when they have not left.
pub async fn forget(work: &mut Work<'_>, _: &Manager, user_id: &str) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    let row = person.partner.clone().ok_or_else(rules::no_such_partner)?;
    if row.enrollment != Enrollment::Left {
        let sentence = "Only who has left can be forgotten; end the partnership first.";
        return Err(Refusal::new(Code::Ref, sentence)
            .example(format!("partner remove {user_id} --anonymous contract ended"))
            .into());
    }
    store::rename(work.tx, user_id, FORMER).await?;
    store::complete(work.tx, user_id, "").await?;
    let nameless = PartnerRow {
        visibility: Visibility::Anonymous,
        timezone: None,
        industries: Vec::new(),
        ..row
    };
    store::set_profile(work.tx, &nameless).await?;
    let row = reread(work, user_id).await?;
    work.audit("partner.forget", user_id, "");
    shown_otherwise(work, &row).await?;
    Ok(row)
}

/// The row of a partner who has just gone; what they were to others ends.
async fn gone(work: &mut Work<'_>, user_id: &str) -> Result<PartnerRow, Fault> {
    let row = reread(work, user_id).await?;
    confirm::forget(work, user_id).await?;
    mentorship::actions::left(work, row.id).await?;
    crate::deals::actions::left(work, row.id).await?;
    reread(work, user_id).await
}
