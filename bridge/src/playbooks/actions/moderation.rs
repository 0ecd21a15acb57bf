//! What should not stand in the library: reported, hidden, restored, erased.
use super::{post, visible};
use crate::platform::access::{Manager, Partner};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::playbooks::facts::{Facts, known};
use crate::playbooks::store::library::{self, Report};
use crate::playbooks::store::{self, versions};
use crate::playbooks::{jobs, render, rules};

const REDACTED: &str = "taken down by the program's team";
const ERASED: &str = "erased on request";

/// Tells the team that a playbook should not stand.
///
/// # Errors
/// A refusal when there is none, no reason, or the person said so already today.
pub async fn report(
    work: &mut Work<'_>,
    partner: &Partner,
    word: &str,
    reason: &str,
) -> Result<(), Stop> {
    let user = partner.row().user_id.clone();
    let chat = super::Chat { user: &user, direct: false, team: false };
    let facts = super::library::readable(work, chat, word).await?;
    let slug = facts.row.slug.clone();
    rules::reason("report", &slug, reason)?;
    let last = library::reported_at(work.tx, &slug, &user).await?;
    if last.is_some_and(|at| work.now < at + rules::REPORT_AGAIN_MS) {
        let sentence = format!("You have reported {slug} already; the team has your message.");
        let example = format!("playbook show {slug}");
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    let id = work.id().to_string();
    let row = Report { id: &id, slug: &slug, user: &user, reason, at: work.now };
    library::report(work.tx, &row).await?;
    work.audit("playbook.report", &slug, reason);
    let place = (work.program.prefix.as_str(), work.now);
    let message = render::report(&facts, &user, reason, place);
    let key = work.send("control", &message);
    post::note(work, &facts, "report", &key, "control").await?;
    work.reply(&render::reported(&slug));
    Ok(())
}

/// Hides a playbook everywhere: its messages are redacted, its state names nothing but the slug.
///
/// # Errors
/// A refusal when it is hidden already, or there is no reason.
pub async fn take_down(
    work: &mut Work<'_>,
    by: &Manager,
    word: &str,
    reason: &str,
) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    let slug = row.slug.clone();
    if row.taken_down_at.is_some() {
        let sentence = format!("{slug} is taken down already.");
        let example = format!("playbook restore {slug}");
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    rules::reason("takedown", &slug, reason)?;
    let at = Some(work.now);
    store::take_down(work.tx, &slug, Some(by.user_id()), Some(reason), at).await?;
    post::take_back(work, &slug, 0, (REDACTED, false)).await?;
    let row = known(work, &slug).await?;
    let facts = Facts::of(work, row).await?;
    post::show(work, &facts).await?;
    post::owe_index(work, &facts, None);
    work.audit("playbook.takedown", &slug, reason);
    Ok(facts)
}

/// Shows a hidden playbook again: what was published is posted anew.
///
/// # Errors
/// A refusal when it is not hidden.
pub async fn restore(work: &mut Work<'_>, _: &Manager, word: &str) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    let slug = row.slug.clone();
    if row.taken_down_at.is_none() {
        let sentence = format!("{slug} is not taken down.");
        let example = format!("playbook show {slug}");
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    store::take_down(work.tx, &slug, None, None, None).await?;
    let row = known(work, &slug).await?;
    let facts = Facts::of(work, row).await?;
    if facts.row.shown_version.is_some() && facts.version.erased_at.is_none() {
        post::publish(work, &slug, None).await?;
    } else {
        post::show(work, &facts).await?;
    }
    let row = known(work, &slug).await?;
    let facts = Facts::of(work, row).await?;
    visible(&facts.row)?;
    post::owe_index(work, &facts, None);
    work.audit("playbook.restore", &slug, "");
    Ok(facts)
}

/// The versions that an erasure of a person's words would empty.
///
/// # Errors
/// A refusal when there are none.
pub async fn erasable(work: &mut Work<'_>, user: &str) -> Result<Vec<(String, i64)>, Stop> {
    let found = versions::of_person(work.tx, user).await?;
    if found.is_empty() {
        let sentence = "There is no text of this person in the library.";
        return Err(Refusal::new(Code::Ref, sentence).example("playbook list").into());
    }
    Ok(found)
}

/// Deletes a person's words: out of the database, and out of the rooms by redactions. That there
/// were versions, their hashes and what was sold with them stay.
///
/// # Errors
/// A refusal when there are none.
pub async fn erase(work: &mut Work<'_>, _: &Manager, user: &str) -> Result<usize, Stop> {
    let found = erasable(work, user).await?;
    let mut old = Vec::new();
    for (slug, number) in &found {
        let row = known(work, slug).await?;
        let facts = Facts::at(work, row, *number).await?;
        post::take_back(work, slug, *number, (ERASED, true)).await?;
        versions::erase(work.tx, slug, *number, work.now).await?;
        versions::drop_raw(work.tx, slug, *number).await?;
        old.push(facts);
    }
    for facts in &old {
        let slug = &facts.row.slug;
        if facts.row.shown_version == Some(facts.version.version) {
            let actor = work.cause.actor.clone();
            store::retire(work.tx, slug, &actor, "", work.now).await?;
        }
        let row = known(work, slug).await?;
        let now = Facts::of(work, row).await?;
        post::show(work, &now).await?;
        post::owe_index(work, &now, Some(facts));
    }
    jobs::scrub_soon(work);
    work.audit("playbook.erase", user, &format!("{} versions", found.len()));
    Ok(found.len())
}
