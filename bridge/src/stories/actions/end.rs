//! How a case study ends: given up, by its author or by time; taken down; erased; without its sale.
use super::{open, review, subject};
use crate::platform::access::{Manager, Partner, Reviewer, person};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::stories::facts::Facts;
use crate::stories::store::{self, StoryRow, said};
use crate::stories::{jobs, render, rules};
use crate::wins;
use crate::wins::store::posts;
use schema::card::{StoryEvent, StoryStatus};
use schema::ids::StoryNumber;

const RETIRED: &str = "taken down";
const ERASED: &str = "erased";
const SALE_GONE: &str = "The sale behind it was taken back.";

async fn close(work: &mut Work<'_>, mut row: StoryRow) -> Result<Facts, Fault> {
    row.closed_at = Some(work.now);
    store::update(work.tx, &row).await?;
    work.audit("story.close", &row.number.to_string(), "");
    Facts::of(work, row).await
}

/// The author gives it up.
///
/// # Errors
/// A refusal when nothing is being told.
pub async fn cancel(work: &mut Work<'_>, partner: &Partner) -> Result<(), Stop> {
    let row = open(work, partner).await?;
    let facts = close(work, row).await?;
    work.reply(&render::ended(&facts));
    Ok(())
}

/// Nobody has gone on with it for long.
///
/// # Errors
/// When the database refuses.
pub async fn lapse(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(row) = store::by_id(work.tx, id).await? else { return Ok(()) };
    if rules::status(&row) != StoryStatus::Draft {
        return Ok(());
    }
    if work.now < jobs::lapses_at(&row) {
        jobs::lapse_later(work, &row);
        return Ok(());
    }
    let facts = close(work, row).await?;
    let message = render::lapsed(&facts, &work.program.prefix);
    work.direct(&facts.author.user_id, &message);
    Ok(())
}

/// Nobody has gone on with it for some time: its author may still do so.
///
/// # Errors
/// When the database refuses.
pub async fn remind(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(row) = store::by_id(work.tx, id).await? else { return Ok(()) };
    if rules::status(&row) != StoryStatus::Draft {
        return Ok(());
    }
    if work.now < jobs::reminds_at(&row) {
        jobs::remind_later(work, &row);
        return Ok(());
    }
    let ends_on = work.program.calendar.day_of(jobs::lapses_at(&row));
    let facts = Facts::of(work, row).await?;
    let message = render::reminder(&facts, ends_on, &work.program.prefix);
    work.direct(&facts.author.user_id, &message);
    Ok(())
}

/// Who may take one down: its author, or the team.
#[derive(Debug, Clone, Copy)]
pub enum Retirer<'a> {
    Author(&'a Partner),
    Team(&'a Reviewer),
}

/// One that could be taken down: asked before the confirmation is.
///
/// # Errors
/// A refusal when it is not published, or not the person's.
pub async fn retirable(
    work: &mut Work<'_>,
    who: Retirer<'_>,
    number: StoryNumber,
) -> Result<Facts, Stop> {
    let facts = Facts::known(work, number).await?;
    if rules::status(&facts.row) != StoryStatus::Published {
        let sentence = format!("{number} is not published, so there is nothing to take down.");
        return Err(Refusal::new(Code::Ref, sentence).example("story list").into());
    }
    match who {
        Retirer::Author(partner) if partner.id() != facts.row.partner_id => {
            let sentence = "Only its author and the program's team may take a case study down.";
            Err(Refusal::new(Code::Auth, sentence).example("story list").into())
        }
        _ => Ok(facts),
    }
}

/// # Errors
/// As [`retirable`].
pub async fn retire(
    work: &mut Work<'_>,
    who: Retirer<'_>,
    number: StoryNumber,
    reason: &str,
) -> Result<Facts, Stop> {
    let facts = retirable(work, who, number).await?;
    let facts = take_down(work, facts, reason).await?;
    if let Retirer::Team(_) = who {
        review::tell_author(work, &facts, StoryEvent::Retired, Some(reason));
    }
    Ok(facts)
}

async fn take_down(work: &mut Work<'_>, mut facts: Facts, reason: &str) -> Result<Facts, Fault> {
    let actor = work.cause.actor.clone();
    said::decide(work.tx, &facts.row.id, ("retire", reason), (&actor, work.now)).await?;
    facts.row.retired_at = Some(work.now);
    store::update(work.tx, &facts.row).await?;
    review::take_back(work, &facts.row, (RETIRED, false)).await?;
    work.audit("story.retire", &facts.row.number.to_string(), reason);
    Ok(facts)
}

/// The sale counts no more: there is nothing to tell of it.
///
/// # Errors
/// When the database refuses.
pub async fn sale_gone(work: &mut Work<'_>, sale: &str) -> Result<(), Fault> {
    let Some(row) = store::of_sale(work.tx, sale).await? else { return Ok(()) };
    let facts = Facts::of(work, row).await?;
    let facts = if rules::status(&facts.row) == StoryStatus::Published {
        take_down(work, facts, SALE_GONE).await?
    } else {
        let facts = close(work, facts.row).await?;
        review::update(work, &facts, None).await?;
        facts
    };
    let event = match rules::status(&facts.row) {
        StoryStatus::Retired => StoryEvent::Retired,
        _ => StoryEvent::Closed,
    };
    review::tell_author(work, &facts, event, Some(SALE_GONE));
    Ok(())
}

/// The case studies and stories of a person whose words are there: how many of each.
///
/// # Errors
/// A refusal when there are none.
pub async fn erasable(work: &mut Work<'_>, user: &str) -> Result<(usize, usize), Stop> {
    let none =
        || Refusal::new(Code::Ref, "There is no story of this person.").example("story list");
    let person = person(work, user).await?;
    let id = person.partner.as_ref().ok_or_else(none)?.id.to_string();
    let stories = store::of_partner(work.tx, &id).await?.len();
    let told = wins::store::told::of_partner(work.tx, &id, i64::MAX).await?.len();
    if stories + told == 0 {
        return Err(none().into());
    }
    Ok((stories, told))
}

/// Deletes a person's words: out of the database, and out of the rooms by redactions.
///
/// # Errors
/// A refusal when there are none.
pub async fn erase(work: &mut Work<'_>, _: &Manager, user: &str) -> Result<(usize, usize), Stop> {
    let counts = erasable(work, user).await?;
    let known = person(work, user).await?;
    let Some(id) = known.partner.as_ref().map(|row| row.id.to_string()) else { return Ok((0, 0)) };
    for mut row in store::of_partner(work.tx, &id).await? {
        said::erase(work.tx, &row.id, user).await?;
        (row.erased_at, row.reject_reason) = (Some(work.now), None);
        store::update(work.tx, &row).await?;
        review::take_back(work, &row, (ERASED, true)).await?;
        posts::erased(work.tx, &subject(&row), work.now).await?;
    }
    wins::actions::erase_told(work, &id).await?;
    wins::jobs::scrub_soon(work);
    work.audit("story.erase", user, &format!("{} case studies, {} stories", counts.0, counts.1));
    Ok(counts)
}
