//! A playbook's way through the library. Read, decide, write, announce.
pub mod find;
pub mod library;
pub mod moderation;
pub mod outcomes;
pub mod post;
mod save;

pub use find::find;
pub use library::{Chat, difference, fill, history, list, rate, show};
pub use moderation::{erasable, erase, report, restore, take_down};
pub use outcomes::{
    Won, declared, fillings, helped, people_changed, sale_changed, sale_counts, wins,
};
pub use post::{owe_index, show_soon, state_of};
pub use save::{Draft, draft};

use super::facts::{Facts, known};
use super::store::{self, versions};
use super::{review, rules};
use crate::platform::access::{Partner, Reviewer};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::PlaybookEvent;
use schema::playbook::PlaybookStatus;

/// Lets everybody read the newest version, or a retired playbook again.
///
/// # Errors
/// A refusal when nothing waits, or it is taken down.
pub async fn publish(work: &mut Work<'_>, by: &Reviewer, word: &str) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    visible(&row)?;
    let newest = Facts::newest(work, row.clone()).await?;
    let decided = newest.version.published_at.or(newest.version.rejected_at).is_some();
    let before = match row.shown_version {
        Some(number) => Some(Facts::at(work, row.clone(), number).await?),
        None => None,
    };
    let there = before.as_ref().is_some_and(|old| old.version.erased_at.is_none());
    let again = row.retired_at.is_some() && there && decided;
    let erased = newest.version.erased_at.is_some() && !again;
    rules::undecided(&row.slug, decided && !again, erased)?;
    let number = if again { row.shown_version.unwrap_or(row.version) } else { row.version };
    store::set_shown(work.tx, &row.slug, Some(number)).await?;
    if again {
        show_soon(work, &row.slug);
    } else {
        versions::publish(work.tx, &row.slug, number, by.user_id(), work.now).await?;
        post::publish(work, &row.slug, before.as_ref()).await?;
    }
    store::touch(work.tx, &row.slug, work.now).await?;
    let row = known(work, &row.slug).await?;
    let facts = Facts::at(work, row, number).await?;
    work.audit("playbook.publish", &facts.row.slug, &format!("version {number}"));
    owe_index(work, &facts, before.as_ref());
    if !again {
        review::update(work, &facts, Some(by.user_id())).await?;
        review::tell_author(work, &facts, PlaybookEvent::Published, None).await?;
    }
    Ok(facts)
}

/// Turns the newest version down; what is published stays.
///
/// # Errors
/// A refusal when nothing waits, or there is no reason.
pub async fn reject(
    work: &mut Work<'_>,
    by: &Reviewer,
    word: &str,
    reason: &str,
) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    let newest = Facts::newest(work, row.clone()).await?;
    let decided = newest.version.published_at.or(newest.version.rejected_at).is_some();
    rules::undecided(&row.slug, decided, newest.version.erased_at.is_some())?;
    rules::reason("reject", &row.slug, reason)?;
    let version = (row.slug.as_str(), row.version);
    versions::reject(work.tx, version, by.user_id(), reason, work.now).await?;
    let row = known(work, &row.slug).await?;
    let facts = Facts::newest(work, row).await?;
    work.audit("playbook.reject", &facts.row.slug, reason);
    review::update(work, &facts, Some(by.user_id())).await?;
    review::tell_author(work, &facts, PlaybookEvent::Rejected, Some(reason)).await?;
    Ok(facts)
}

/// Who may end a playbook: the team, or who saved it.
#[derive(Debug, Clone, Copy)]
pub enum Retirer<'a> {
    Team(&'a Reviewer),
    Author(&'a Partner),
}

/// A playbook that could be retired: asked before the confirmation is.
///
/// # Errors
/// A refusal when it is not published, or not the person's.
pub async fn retirable(work: &mut Work<'_>, who: Retirer<'_>, word: &str) -> Result<Facts, Stop> {
    let row = known(work, word).await?;
    let facts = Facts::of(work, row).await?;
    let slug = &facts.row.slug;
    if let Retirer::Author(partner) = who {
        rules::usable(slug, facts.row.status())?;
        if !facts.is_by(&partner.row().user_id) {
            let sentence = "Only its authors and the program's team may retire a playbook.";
            return Err(Refusal::new(Code::Auth, sentence)
                .example(format!("playbook report {slug} it is out of date"))
                .into());
        }
    }
    match facts.row.status() {
        PlaybookStatus::Published => Ok(facts),
        PlaybookStatus::Retired => {
            let sentence = format!("{slug} is already retired.");
            Err(Refusal::new(Code::Dup, sentence).example("playbook list").into())
        }
        _ => {
            let sentence = format!("{slug} is not published, so there is nothing to retire.");
            Err(Refusal::new(Code::Usage, sentence)
                .example(format!("playbook reject {slug} too short"))
                .into())
        }
    }
}

/// Takes a playbook out of use; its text and what it has done stay.
///
/// # Errors
/// As [`retirable`].
pub async fn retire(
    work: &mut Work<'_>,
    who: Retirer<'_>,
    word: &str,
    reason: &str,
) -> Result<Facts, Stop> {
    let facts = retirable(work, who, word).await?;
    let (slug, actor) = (facts.row.slug.clone(), work.cause.actor.clone());
    store::retire(work.tx, &slug, &actor, reason, work.now).await?;
    work.audit("playbook.retire", &slug, reason);
    let row = known(work, &slug).await?;
    let facts = Facts::of(work, row).await?;
    show_soon(work, &slug);
    owe_index(work, &facts, None);
    Ok(facts)
}

/// Its author says whether a playbook still holds. `None` when it is not theirs to say.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    work: &mut Work<'_>,
    partner: &Partner,
    slug: &str,
    keeps: bool,
) -> Result<Option<Facts>, Stop> {
    let Some(row) = store::by_slug(work.tx, slug).await? else { return Ok(None) };
    let facts = Facts::of(work, row).await?;
    if facts.row.status() != PlaybookStatus::Published || !facts.is_by(&partner.row().user_id) {
        return Ok(None);
    }
    if keeps {
        store::touch(work.tx, slug, work.now).await?;
        work.audit("playbook.keep", slug, "");
    }
    Ok(Some(facts))
}

fn visible(row: &store::PlaybookRow) -> Result<(), Refusal> {
    if row.taken_down_at.is_none() {
        return Ok(());
    }
    let sentence = format!("{} is taken down; a manager can restore it.", row.slug);
    Err(Refusal::new(Code::Ref, sentence).example(format!("playbook restore {}", row.slug)))
}
