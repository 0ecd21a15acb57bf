//! Accepting an answer: anything that somebody said in a question's thread.
use super::{By, help, id_of, key};
use crate::platform::access;
use crate::platform::inbox::{Event, Relation};
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::questions::render;
use crate::questions::rules::{self, help::HelpKind};
use crate::questions::store::{self, Accepted, QuestionRow};
use schema::status::Enrollment;

/// Whether a ✅ of this person in this room may accept an answer: then the event must be read.
///
/// # Errors
/// When the database refuses.
pub async fn awaits(work: &mut Work<'_>, room_id: &str, user: &str) -> Result<bool, Fault> {
    let askers = store::askers_in(work.tx, room_id).await?;
    if askers.is_empty() {
        return Ok(false);
    }
    Ok(askers.iter().any(|asker| asker == user) || access::person(work, user).await?.manager)
}

/// The question in whose thread an event was said; a reply to the question itself counts, too, and
/// one in the thread of the message that asked it.
///
/// # Errors
/// When the database refuses.
pub async fn question_of(
    work: &mut Work<'_>,
    answer: &Event,
) -> Result<Option<QuestionRow>, Fault> {
    let root = match Relation::of(&answer.content()) {
        Relation::Thread { root, .. } | Relation::Reply(root) => root,
        _ => return Ok(None),
    };
    let Some((key, _)) = outbox::key_of(work.tx, &root).await? else {
        return Ok(store::by_cause(work.tx, &root).await?);
    };
    let Some(id) = id_of(&key) else { return Ok(None) };
    Ok(store::by_id(work.tx, id).await?)
}

/// Accepts an answer. Help counts when an active partner other than the asker gave it.
///
/// # Errors
/// A refusal when the question is decided, or not this person's, or the event is no answer.
pub async fn accept(
    work: &mut Work<'_>,
    by: By<'_>,
    mut question: QuestionRow,
    answer: &Event,
) -> Result<(), Stop> {
    rules::may_decide(&question, by.partner(), matches!(by, By::Manager(_)))?;
    let ours = outbox::key_of(work.tx, &answer.event_id).await?.is_some();
    if answer.kind != "m.room.message" || answer.state_key.is_some() || ours {
        return Err(rules::no_answer().into());
    }
    let person = access::person(work, &answer.sender).await?;
    let partner = person.partner.as_ref();
    let own = answer.sender == question.asker_user;
    let accepted = Accepted {
        user: &answer.sender,
        partner: partner.map(|row| row.id),
        event: &answer.event_id,
        by: by.user_id(),
    };
    store::answered(work.tx, &question.id, accepted, work.now).await?;
    question.answered_at = Some(work.now);
    question.answer_user = Some(answer.sender.clone());
    question.answer_event = Some(answer.event_id.clone());
    let active = partner.filter(|row| row.enrollment == Enrollment::Approved && !own);
    if let Some(row) = active {
        let pair = (row.id, question.partner_id);
        help::record(work, HelpKind::Answer, pair, question.industry.as_deref()).await?;
    }
    let name = partner.map_or(answer.sender.as_str(), |row| &row.name);
    let prefix = work.program.prefix.clone();
    work.edit(&question.room, &key(&question.id), &render::root(&question, &[], Some(name)));
    let root = crate::platform::work::event_ref(&key(&question.id));
    let notice = render::accepted(&question, name, own, &prefix);
    work.send_thread_as(&format!("accepted:{}", question.id), &question.room, &root, &notice);
    work.audit("question.accept", &question.number.to_string(), &answer.sender);
    Ok(())
}
