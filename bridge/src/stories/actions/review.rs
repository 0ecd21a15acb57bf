//! The review card in the control room, and what a reviewer decides. No author reviews their own.
use super::{note, subject};
use crate::platform::access::Reviewer;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::{Work, event_ref};
use crate::stories::facts::Facts;
use crate::stories::store::{self, StoryRow, said};
use crate::stories::{render, rules};
use crate::wins::actions::ROOM;
use schema::card::{StoryEvent, StoryStatus};
use schema::ids::StoryNumber;

const CONTROL: &str = "control";

fn key(row: &StoryRow) -> String {
    format!("review:story:{}:{}", row.id, row.round)
}

fn root_key(row: &StoryRow) -> String {
    format!("story:{}:{}", row.id, row.round)
}

/// The story of a review card's key, and which time it is reviewed.
#[must_use]
pub fn story_of(key: &str) -> Option<(&str, i64)> {
    let (id, round) = key.strip_prefix("review:story:")?.split_once(':')?;
    Some((id, round.split(':').next()?.parse().ok()?))
}

/// Its number, where it waits for this very review.
///
/// # Errors
/// When the database refuses.
pub async fn waits(
    work: &mut Work<'_>,
    (id, round): (&str, i64),
) -> Result<Option<StoryNumber>, Fault> {
    let row = store::by_id(work.tx, id).await?;
    let open = |row: &StoryRow| rules::status(row) == StoryStatus::Review && row.round == round;
    Ok(row.filter(open).map(|row| row.number))
}

/// Posts the card with both answers to press, and the text in its thread when it is long.
pub(super) async fn open(work: &mut Work<'_>, facts: &Facts) -> Result<(), Fault> {
    let key = key(&facts.row);
    work.send_as(&key, CONTROL, &render::review(facts, None));
    note(work, &facts.row, &key, CONTROL).await?;
    work.react(CONTROL, &key, "✅");
    work.react(CONTROL, &key, "❌");
    thread(work, facts, (CONTROL, &key)).await
}

/// The parts in the thread of a root that does not hold them.
async fn thread(
    work: &mut Work<'_>,
    facts: &Facts,
    (room, root): (&str, &str),
) -> Result<(), Fault> {
    if render::is_short(facts) {
        return Ok(());
    }
    for text in &facts.texts {
        let key = format!("{root}:{}", text.part);
        work.send_thread_as(&key, room, &event_ref(root), &render::part(facts, text));
        note(work, &facts.row, &key, room).await?;
    }
    Ok(())
}

/// The card says what it is now.
pub(super) async fn update(
    work: &mut Work<'_>,
    facts: &Facts,
    by: Option<&str>,
) -> Result<(), Fault> {
    if facts.row.round == 0 {
        return Ok(());
    }
    let key = key(&facts.row);
    let edit = work.edit(CONTROL, &key, &render::review(facts, by));
    note(work, &facts.row, &edit, CONTROL).await
}

async fn decidable(work: &mut Work<'_>, by: &Reviewer, number: StoryNumber) -> Result<Facts, Stop> {
    let facts = Facts::known(work, number).await?;
    if rules::status(&facts.row) != StoryStatus::Review {
        let sentence = format!("{number} does not wait for a review.");
        return Err(Refusal::new(Code::Dup, sentence).example("story list").into());
    }
    if by.partner() == Some(facts.row.partner_id) {
        let sentence = format!("{number} is your own; another reviewer decides on it.");
        return Err(Refusal::new(Code::Auth, sentence)
            .example(format!("story show {number}"))
            .into());
    }
    Ok(facts)
}

/// Everybody may read it: it goes to the wins room.
///
/// # Errors
/// A refusal when it does not wait, or is the reviewer's own.
pub async fn publish(
    work: &mut Work<'_>,
    by: &Reviewer,
    number: StoryNumber,
) -> Result<Facts, Stop> {
    let mut facts = decidable(work, by, number).await?;
    let decided = (by.user_id(), work.now);
    said::decide(work.tx, &facts.row.id, ("publish", ""), decided).await?;
    facts.row.published_at = Some(work.now);
    store::update(work.tx, &facts.row).await?;
    let root = root_key(&facts.row);
    work.send_as(&root, ROOM, &render::root(&facts));
    note(work, &facts.row, &root, ROOM).await?;
    thread(work, &facts, (ROOM, &root)).await?;
    work.audit("story.publish", &number.to_string(), "");
    update(work, &facts, Some(by.user_id())).await?;
    tell_author(work, &facts, StoryEvent::Published, None);
    Ok(facts)
}

/// Turns it down; the author may go through it again.
///
/// # Errors
/// A refusal when it does not wait, is the reviewer's own, or there is no reason.
pub async fn reject(
    work: &mut Work<'_>,
    by: &Reviewer,
    number: StoryNumber,
    reason: &str,
) -> Result<Facts, Stop> {
    let mut facts = decidable(work, by, number).await?;
    let reason = rules::reason(reason, "reject")?;
    let decided = (by.user_id(), work.now);
    said::decide(work.tx, &facts.row.id, ("reject", &reason), decided).await?;
    facts.row.rejected_at = Some(work.now);
    facts.row.reject_reason = Some(reason.clone());
    store::update(work.tx, &facts.row).await?;
    work.audit("story.reject", &number.to_string(), &reason);
    update(work, &facts, Some(by.user_id())).await?;
    tell_author(work, &facts, StoryEvent::Rejected, Some(&reason));
    Ok(facts)
}

pub(super) fn tell_author(
    work: &mut Work<'_>,
    facts: &Facts,
    event: StoryEvent,
    reason: Option<&str>,
) {
    let message = render::to_author(facts, event, reason, &work.program.prefix);
    work.direct(&facts.author.user_id, &message);
}

/// An author is to be named otherwise: what is published follows.
///
/// # Errors
/// When the database refuses.
pub async fn people_changed(work: &mut Work<'_>, partner: &str) -> Result<(), Fault> {
    for row in store::of_partner(work.tx, partner).await? {
        if rules::status(&row) == StoryStatus::Published {
            let facts = Facts::of(work, row).await?;
            let edit = work.edit(ROOM, &root_key(&facts.row), &render::root(&facts));
            note(work, &facts.row, &edit, ROOM).await?;
        }
    }
    Ok(())
}

/// Takes it out of the wins room, or of everywhere.
pub(super) async fn take_back(
    work: &mut Work<'_>,
    row: &StoryRow,
    why: (&str, bool),
) -> Result<(), Fault> {
    crate::wins::actions::redact(work, &subject(row), why).await
}
