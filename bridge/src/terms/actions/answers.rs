//! Partners are asked about the newest version in their own chats, and say yes or no there.
use crate::platform::access::Partner;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::terms::render;
use crate::terms::store::asked::{self, Acceptance, QuestionRow};
use crate::terms::store::{self, TermsRow};

/// Puts the newest version before a partner who has not accepted it; a question about an older one is
/// over then. Where they were asked already, nothing happens.
///
/// # Errors
/// When the database refuses.
pub async fn ask(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    let Some(row) = super::owed(work, user).await? else { return Ok(()) };
    let before = asked::of_user(work.tx, user).await?;
    if before.as_ref().is_some_and(|question| question.version == row.version) {
        return Ok(());
    }
    if let Some(old) = before {
        over(work, &old).await?;
    }
    let (key, room) = (format!("terms:{}:{user}", row.version), format!("direct:{user}"));
    let message = render::question(&row, &work.program.prefix);
    work.direct_as(&key, user, &message);
    noted(work, (user, &row), Put { key: &key, room: &room }).await
}

/// A question about an older version that nobody answered reads so.
async fn over(work: &mut Work<'_>, question: &QuestionRow) -> Result<(), Fault> {
    if asked::has_accepted(work.tx, question.version, &question.user_id).await? {
        return Ok(());
    }
    if let Some(old) = store::of_version(work.tx, question.version).await? {
        let message = render::replaced(&old);
        work.edit(&question.room, &question.key, &message);
    }
    Ok(())
}

/// A message of ours that shows terms, and can be pressed on.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    pub key: &'a str,
    pub room: &'a str,
}

/// A message of ours asks a partner about a version: ✅ and ❌ stand under it.
///
/// # Errors
/// When the database refuses.
pub async fn noted(
    work: &mut Work<'_>,
    (user, row): (&str, &TermsRow),
    put: Put<'_>,
) -> Result<(), Fault> {
    let question = QuestionRow {
        key: put.key.to_owned(),
        user_id: user.to_owned(),
        room: put.room.to_owned(),
        version: row.version,
        asked_at: work.now,
    };
    asked::ask(work.tx, &question).await?;
    work.react(put.room, put.key, "✅");
    work.react(put.room, put.key, "❌");
    Ok(())
}

/// The newest question that a partner could answer by a yes: about the newest version, and not accepted.
///
/// # Errors
/// When the database refuses.
pub async fn open_question(
    work: &mut Work<'_>,
    user: &str,
) -> Result<Option<(QuestionRow, TermsRow)>, Fault> {
    let Some(row) = super::owed(work, user).await? else { return Ok(None) };
    let question = asked::of_user(work.tx, user).await?;
    Ok(question.filter(|question| question.version == row.version).map(|question| (question, row)))
}

/// Keeps that a person accepts a version, by the event that made this work necessary.
///
/// # Errors
/// When the database refuses.
pub async fn accept(
    work: &mut Work<'_>,
    (user, organization): (&str, Option<&str>),
    row: &TermsRow,
    asked_key: &str,
) -> Result<(), Fault> {
    if asked::has_accepted(work.tx, row.version, user).await? {
        return Ok(());
    }
    let asked_event = outbox::event_of(work.tx, asked_key).await?.event();
    let event = work.cause.id.clone();
    let said = Acceptance {
        version: row.version,
        user,
        organization,
        sha256: &row.sha256,
        event: &event,
        asked_key,
        asked_event: asked_event.as_deref(),
    };
    asked::accept(work.tx, said, work.now).await?;
    work.audit("terms.accept", user, &format!("version {}", row.version));
    Ok(())
}

/// A partner says yes to what they were asked.
///
/// # Errors
/// When the database refuses.
pub async fn agree(
    work: &mut Work<'_>,
    partner: &Partner,
    question: &QuestionRow,
    row: &TermsRow,
) -> Result<(), Fault> {
    let person = partner.row();
    let who = (person.user_id.as_str(), person.organization.as_deref());
    accept(work, who, row, &question.key).await?;
    let message = render::accepted(row);
    work.reply(&message);
    Ok(())
}

/// A partner says no: nothing changes now, and the team sees it.
///
/// # Errors
/// When the database refuses.
pub async fn refuse(
    work: &mut Work<'_>,
    partner: &Partner,
    question: &QuestionRow,
    row: &TermsRow,
) -> Result<(), Fault> {
    asked::decline(work.tx, &question.key, work.now).await?;
    work.audit("terms.decline", &partner.row().user_id, &format!("version {}", row.version));
    let message = render::declined(row);
    work.reply(&message);
    Ok(())
}

/// Whether a person has accepted a version.
///
/// # Errors
/// When the database refuses.
pub async fn accepted_by(work: &mut Work<'_>, user: &str, version: i64) -> Result<bool, Fault> {
    Ok(asked::has_accepted(work.tx, version, user).await?)
}
