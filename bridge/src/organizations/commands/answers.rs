//! What people say to a question of their organization, by a reaction or in words.
use crate::organizations::actions::{self, invitations};
use crate::organizations::store::questions::QuestionRow;
use crate::platform::access::{self, Caller, Place};
use crate::platform::commands::reaction::Verdict;
use crate::platform::refusal::Stop;
use crate::platform::work::Work;

/// A ✅ or ❌ on an invitation, by whom it asks, or on the homeservers that a lead has named, by a
/// manager. `None` for other messages.
///
/// # Errors
/// A refusal when they may not come in.
pub async fn pressed(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &str,
    verdict: Verdict,
) -> Result<Option<&'static str>, Stop> {
    if let Some(id) = actions::servers::proposal_of(key) {
        let manager = caller.manager().ok().filter(|_| caller.place == Place::Control);
        let Some(manager) = manager else { return Ok(Some("no authority")) };
        let yes = verdict == Verdict::Yes;
        let done = actions::servers::decide(work, &manager, id, yes).await?;
        return Ok(Some(if done { "decided" } else { "decided already" }));
    }
    let Some(id) = invitations::id_of(key) else { return Ok(None) };
    let open = asked(work, caller).await?.filter(|(open, _)| open.id() == id);
    // Only the newest question shows what is asked now.
    let Some((open, question)) = open.filter(|(_, question)| question.key == key) else {
        return Ok(Some("not open"));
    };
    answered(work, &open, &question, verdict).await.map(Some)
}

/// The invitation that waits for this person's answer, and the newest question about it.
///
/// # Errors
/// When the database refuses.
pub async fn asked(
    work: &mut Work<'_>,
    caller: &Caller,
) -> Result<Option<(access::Invitation, QuestionRow)>, Stop> {
    let open = access::invitation(work, &caller.person.user_id).await?;
    let Some(open) = open else { return Ok(None) };
    let question = invitations::question(work, &open).await?;
    Ok(question.map(|question| (open, question)))
}

/// The person says yes or no, by a reaction or in words.
///
/// # Errors
/// A refusal when they may not come in.
pub async fn answered(
    work: &mut Work<'_>,
    open: &access::Invitation,
    question: &QuestionRow,
    verdict: Verdict,
) -> Result<&'static str, Stop> {
    match verdict {
        Verdict::Yes => invitations::accept(work, open, question).await?,
        Verdict::No => invitations::decline(work, open).await?,
    }
    Ok("answered")
}
