//! What happens to a partner: read, decide, write, announce.
mod doors;
mod goes;

pub use doors::{Door, Exit};
pub use goes::{forget, reinstate, removable, remove, suspend};

use super::rules::{self, Step, follows};
use super::{render, store};
use crate::platform::access::{self, Manager, Partner, PartnerRow};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::{badges, rooms, terms};
use schema::card::PartnerEvent;
use schema::status::{Enrollment, Visibility};

/// The key of an application's review card; the time makes a later application another card.
#[must_use]
pub fn review_key(row: &PartnerRow, applied_at: i64) -> String {
    format!("review:application:{}:{applied_at}", row.user_id)
}

/// The applicant of a review card's key.
#[must_use]
pub fn applicant_of(key: &str) -> Option<&str> {
    let rest = key.strip_prefix("review:application:")?;
    Some(rest.rsplit_once(':')?.0)
}

/// # Errors
/// A refusal when the person cannot apply now.
pub async fn apply(work: &mut Work<'_>, user_id: &str, text: &str) -> Result<(), Stop> {
    let person = access::person(work, user_id).await?;
    let waiting = person
        .partner
        .as_ref()
        .filter(|row| row.enrollment == Enrollment::Pending && !text.is_empty());
    if let Some(row) = waiting {
        return complete(work, row, text).await;
    }
    follows(Step::Apply, person.partner.as_ref().map(|row| row.enrollment))?;
    rules::application(text)?;
    let row = enter(work, user_id, None, text).await?;
    let key = review_key(&row, work.now);
    work.send_as(&key, "control", &render::application(&row, text, work.now));
    work.react("control", &key, "✅");
    work.react("control", &key, "❌");
    work.audit("partner.apply", user_id, "");
    let reply = render::applied(&row, work.now, text.is_empty(), &work.program.prefix);
    work.reply(&reply);
    Ok(())
}

/// More words for an application that waits: nothing said before is lost, and the card shows both.
async fn complete(work: &mut Work<'_>, row: &PartnerRow, more: &str) -> Result<(), Stop> {
    let before = store::application(work.tx, &row.user_id).await?;
    let (before, applied_at) =
        before.ok_or_else(|| Fault::Bug("a partner without a row".into()))?;
    let text = if before.is_empty() { more.to_owned() } else { format!("{before}\n{more}") };
    rules::application(&text)?;
    store::complete(work.tx, &row.user_id, &text).await?;
    let key = review_key(row, applied_at);
    work.edit("control", &key, &render::application(row, &text, applied_at));
    work.audit("partner.apply", &row.user_id, "more");
    work.reply(&render::completed(row, applied_at));
    Ok(())
}

/// Somebody who is not with the program has opened a chat with the bot: they hear how to come in.
///
/// # Errors
/// When the database refuses.
pub async fn greet(work: &mut Work<'_>, room_id: &str, user_id: &str) -> Result<(), Fault> {
    let person = access::person(work, user_id).await?;
    let enrollment = person.partner.as_ref().map(|row| row.enrollment);
    if person.reviewer
        || !matches!(enrollment, None | Some(Enrollment::Rejected | Enrollment::Left))
    {
        return Ok(());
    }
    // Who is asked into an organization has a question to answer, and no need of another.
    if access::invitation(work, user_id).await?.is_some() {
        return Ok(());
    }
    let message = render::greeting(work);
    work.send_as(&format!("greeting:{room_id}"), room_id, &message);
    Ok(())
}

/// Makes a person a partner, invited or applied; rooms and a welcome follow.
///
/// # Errors
/// A refusal when the person is a partner already.
pub async fn approve(
    work: &mut Work<'_>,
    door: Door<'_>,
    user_id: &str,
    name: Option<&str>,
) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    let before = person.partner.as_ref().map(|row| row.enrollment);
    follows(Step::Approve, before)?;
    let name = name.map(rules::name).transpose()?;
    if before == Some(Enrollment::Pending) {
        // The name that they had by their id may have become known since they applied.
        let by_id = person.partner.as_ref().is_some_and(|row| row.name == rules::name_of(user_id));
        let name = match name {
            None if by_id => known_name(work, user_id).await?,
            given => given,
        };
        if let Some(name) = &name {
            store::rename(work.tx, user_id, name).await?;
        }
    } else {
        enter(work, user_id, name.as_deref(), "").await?;
    }
    store::approve(work.tx, user_id, door.by(), work.now).await?;
    let row = reread(work, user_id).await?;
    work.audit("partner.approve", user_id, "");
    if before == Some(Enrollment::Left) {
        badges::actions::returned(work, row.id).await?;
    }
    rooms::actions::let_in(work, user_id).await?;
    show_profile(work, &row).await?;
    // Who is asked in by their organization hears what comes next from there.
    if let Door::Manager(_) = door {
        let welcome = render::welcome(&row, work);
        work.direct(user_id, &welcome);
        terms::actions::ask(work, user_id).await?;
    }
    Ok(row)
}

/// # Errors
/// A refusal when no application of the person waits.
pub async fn reject(
    work: &mut Work<'_>,
    _: &Manager,
    user_id: &str,
    reason: &str,
) -> Result<PartnerRow, Stop> {
    let person = access::person(work, user_id).await?;
    follows(Step::Reject, person.partner.as_ref().map(|row| row.enrollment))?;
    store::reject(work.tx, user_id, reason, work.now).await?;
    let row = reread(work, user_id).await?;
    work.audit("partner.reject", user_id, reason);
    let message = render::rejected(&row, reason, &work.program.prefix);
    work.direct(user_id, &message);
    Ok(row)
}

/// What a person changes about themselves; `None` leaves a setting as it is.
#[derive(Debug, Default)]
pub struct Settings {
    pub visibility: Option<Visibility>,
    pub timezone: Option<String>,
    pub industries: Option<Vec<String>>,
    /// How the wins room shows their amounts.
    pub amounts: Option<schema::card::Amounts>,
    /// Whether they have a weekly digest.
    pub digest: Option<bool>,
}

/// # Errors
/// When the database refuses.
pub async fn set_profile(
    work: &mut Work<'_>,
    partner: &Partner,
    settings: Settings,
) -> Result<(PartnerRow, Vec<String>), Stop> {
    let mut row = partner.row().clone();
    let mut changed = Vec::new();
    if let Some(visibility) = settings.visibility.filter(|v| *v != row.visibility) {
        row.visibility = visibility;
        changed.push("visibility".to_owned());
    }
    if let Some(zone) = settings.timezone.filter(|zone| row.timezone.as_ref() != Some(zone)) {
        crate::digests::jobs::in_zone(work, &zone);
        row.timezone = Some(zone);
        changed.push("timezone".to_owned());
    }
    if let Some(industries) = settings.industries.filter(|list| *list != row.industries) {
        row.industries = industries;
        changed.push("industries".to_owned());
    }
    if let Some(amounts) = settings.amounts
        && crate::wins::actions::set_amounts(work, &row.id.to_string(), amounts).await?
    {
        changed.push("amounts".to_owned());
    }
    if let Some(on) = settings.digest
        && crate::digests::actions::set(work, row.id, on).await?
    {
        changed.push("digest".to_owned());
    }
    if !changed.is_empty() {
        store::set_profile(work.tx, &row).await?;
        access::forget(work, &row.user_id);
        work.audit("partner.profile", &row.user_id, &changed.join(", "));
        show_profile(work, &row).await?;
        if changed.iter().any(|what| what == "visibility") {
            crate::leaderboard::actions::visibility_changed(work, &row).await?;
            crate::goals::actions::show_open(work).await?;
            crate::seasons::actions::people_changed(work);
            crate::playbooks::actions::people_changed(work, &row.user_id).await?;
            crate::wins::jobs::people_soon(work, &row.id.to_string());
        }
    }
    Ok((row, changed))
}

/// Profile and boards follow at once on what others may see of a person.
///
/// # Errors
/// When the database refuses.
pub async fn shown_otherwise(work: &mut Work<'_>, row: &PartnerRow) -> Result<(), Fault> {
    show_profile(work, row).await?;
    crate::wins::jobs::people_soon(work, &row.id.to_string());
    crate::seasons::actions::people_changed(work);
    crate::leaderboard::actions::visibility_changed(work, row).await
}

/// The person's profile as room state; what they hide stays out of it.
///
/// # Errors
/// When the database refuses.
pub async fn show_profile(work: &mut Work<'_>, row: &PartnerRow) -> Result<(), Fault> {
    let shown = badges::actions::shown(work, row.id).await?;
    let content = render::profile_state(row, shown);
    work.state("space", "agency.siso.partners.profile", &row.id.to_string(), &content);
    Ok(())
}

async fn enter(
    work: &mut Work<'_>,
    user_id: &str,
    name: Option<&str>,
    text: &str,
) -> Result<PartnerRow, Stop> {
    let id = schema::ids::PartnerId(work.id().0).to_string();
    let name = match name {
        Some(name) => name.to_owned(),
        None => known_name(work, user_id).await?.unwrap_or_else(|| rules::name_of(user_id)),
    };
    store::apply(work.tx, (&id, user_id, &name), text, work.now).await?;
    let row = reread(work, user_id).await?;
    if row.name != rules::FORMER {
        return Ok(row);
    }
    // Who comes again after their name was taken away has one again.
    store::rename(work.tx, user_id, &name).await?;
    Ok(reread(work, user_id).await?)
}

/// What the person calls themselves, where it will do as a partner's name.
async fn known_name(work: &mut Work<'_>, user_id: &str) -> Result<Option<String>, Fault> {
    let shown = rooms::actions::display_name(work, user_id).await?;
    let Some(shown) = shown else { return Ok(None) };
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let read = crate::platform::commands::normalized(&words).ok();
    Ok(read.and_then(|name| rules::name(&name).ok()))
}

/// A partner who is still called by their id has their own name as soon as it is known.
///
/// # Errors
/// When the database refuses.
pub async fn name_learned(work: &mut Work<'_>, user_id: &str) -> Result<(), Fault> {
    let person = access::person(work, user_id).await?;
    let Some(before) = &person.partner else { return Ok(()) };
    // What somebody does who is shut out or gone changes nothing.
    let is_here = matches!(before.enrollment, Enrollment::Approved | Enrollment::Pending);
    if !is_here || before.name != rules::name_of(user_id) {
        return Ok(());
    }
    let name = known_name(work, user_id).await?.filter(|name| *name != before.name);
    let Some(name) = name else { return Ok(()) };
    store::rename(work.tx, user_id, &name).await?;
    let row = reread(work, user_id).await?;
    if row.enrollment == Enrollment::Approved {
        shown_otherwise(work, &row).await?;
    }
    Ok(())
}

/// The row after a change, with all that is made of it.
///
/// # Errors
/// When the database refuses.
pub async fn reread(work: &mut Work<'_>, user_id: &str) -> Result<PartnerRow, Fault> {
    access::forget(work, user_id);
    crate::leaderboard::actions::people_changed(work);
    crate::goals::actions::show_open(work).await?;
    crate::seasons::actions::people_changed(work);
    crate::playbooks::actions::people_changed(work, user_id).await?;
    let person = access::person(work, user_id).await?;
    person.partner.clone().ok_or_else(|| Fault::Bug(format!("no row after a change of {user_id}")))
}

/// The event word of a step's answer.
#[must_use]
pub fn event_of(step: Step) -> PartnerEvent {
    match step {
        Step::Apply => PartnerEvent::Shown,
        Step::Approve => PartnerEvent::Approved,
        Step::Reject => PartnerEvent::Rejected,
        Step::Suspend => PartnerEvent::Suspended,
        Step::Reinstate => PartnerEvent::Reinstated,
        Step::Remove => PartnerEvent::Removed,
    }
}
