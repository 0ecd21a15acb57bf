//! A question's way: asked, routed, taken back. Read, decide, write, announce.
mod accept;
pub mod help;
pub mod kudos;

pub use accept::{accept, awaits, question_of};

use super::render;
use super::rules;
use super::rules::routing::{Candidate, route};
use super::store::{self, QuestionRow};
use crate::industries;
use crate::platform::access::{Manager, Partner};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::rooms::rules::RoomKey;
use schema::ids::{PartnerId, QuestionNumber};

pub(super) const WEEK_MS: i64 = 7 * 86_400_000;

/// Who decides about a question.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    Partner(&'a Partner),
    Manager(&'a Manager),
}

impl By<'_> {
    pub(super) fn partner(&self) -> Option<PartnerId> {
        match self {
            Self::Partner(partner) => Some(partner.id()),
            Self::Manager(_) => None,
        }
    }

    pub(super) fn user_id(&self) -> &str {
        match self {
            Self::Partner(partner) => &partner.row().user_id,
            Self::Manager(manager) => manager.user_id(),
        }
    }
}

/// The key of a question's message, on which its thread hangs.
#[must_use]
pub fn key(id: &str) -> String {
    format!("question:{id}")
}

/// The id of a question's message's key.
#[must_use]
pub fn id_of(key: &str) -> Option<&str> {
    key.strip_prefix("question:")
}

/// Asks in a channel (`None`: in general) and mentions those who may know.
///
/// # Errors
/// A refusal when the question does not fit, or too many were asked today.
pub async fn ask(
    work: &mut Work<'_>,
    partner: &Partner,
    text: &str,
    industry: Option<String>,
) -> Result<QuestionRow, Stop> {
    let text = rules::question(text)?;
    let day = work.program.calendar.start_of(work.today());
    rules::may_ask(store::asked_since(work.tx, partner.id(), day).await?)?;
    let room = industry.clone().map_or(RoomKey::General, RoomKey::Industry).to_string();
    let question = QuestionRow {
        id: work.id().to_string(),
        number: QuestionNumber(store::last_number(work.tx).await? + 1),
        partner_id: partner.id(),
        asker_user: partner.row().user_id.clone(),
        asker_name: partner.row().name.clone(),
        text,
        industry,
        room,
        cause: work.cause.id.clone(),
        asked_at: work.now,
        answered_at: None,
        answer_user: None,
        answer_event: None,
        withdrawn_at: None,
    };
    store::insert(work.tx, &question).await?;
    let routed = routed(work, &question).await?;
    let message = render::root(&question, &routed, None);
    work.send_as(&key(&question.id), &question.room, &message);
    let channel = question.industry.as_deref().unwrap_or("general");
    work.reply(&render::asked(&question, channel));
    work.audit("question.ask", &question.number.to_string(), channel);
    Ok(question)
}

/// Those who are mentioned; it is noted, so that nobody is asked too often.
async fn routed(work: &mut Work<'_>, question: &QuestionRow) -> Result<Vec<Candidate>, Fault> {
    let Some(industry) = question.industry.as_deref() else { return Ok(Vec::new()) };
    let place = (question.room.as_str(), industry);
    let since = work.now - WEEK_MS;
    let all = store::routing::candidates(work.tx, place, question.partner_id, since).await?;
    let routed = route(all, industry);
    for one in &routed {
        store::routing::mentioned(work.tx, &question.id, one.id, work.now).await?;
    }
    Ok(routed)
}

/// Where a question without a named industry goes.
///
/// # Errors
/// A refusal when the industry named is none, or closed.
pub async fn channel(
    work: &mut Work<'_>,
    partner: &Partner,
    named: Option<&str>,
    here: Option<&str>,
) -> Result<Option<String>, Stop> {
    let named = match named {
        Some(word) => Some(industries::actions::open_slug(work, word).await?),
        None => None,
    };
    let open = industries::actions::open(work).await?;
    let here = here.filter(|slug| open.iter().any(|known| known == slug));
    let slug = rules::channel(named.as_deref(), here, &partner.row().industries, &open);
    Ok(slug.map(str::to_owned))
}

/// Takes an open question back: its words go.
///
/// # Errors
/// A refusal when it is not the person's, or decided.
pub async fn withdraw(
    work: &mut Work<'_>,
    by: By<'_>,
    mut question: QuestionRow,
) -> Result<QuestionRow, Stop> {
    rules::may_decide(&question, by.partner(), matches!(by, By::Manager(_)))?;
    store::withdraw(work.tx, &question.id, work.now).await?;
    question.withdrawn_at = Some(work.now);
    question.text.clear();
    let message = render::root(&question, &[], None);
    work.edit(&question.room, &key(&question.id), &message);
    work.audit("question.withdraw", &question.number.to_string(), "");
    Ok(question)
}

/// # Errors
/// `E-REF` when there is none of this number.
pub async fn known(work: &mut Work<'_>, number: QuestionNumber) -> Result<QuestionRow, Stop> {
    let found = store::by_number(work.tx, number).await?;
    found.ok_or_else(|| rules::no_such_question().into())
}
