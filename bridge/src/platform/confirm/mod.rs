//! Steps that destroy or cost: the bot says the exact effect and waits for ✅ or `yes` of the same
//! person, once, for ten minutes. What is kept is the command's line; a yes runs it again, so that
//! it is decided on the facts of that moment.
mod store;

pub use store::Open;

use crate::platform::refusal::Fault;
use crate::platform::text::Message;
use crate::platform::work::Work;

/// Asks the caller of this work; the prompt is the given message.
///
/// # Errors
/// When the database refuses.
pub async fn ask(work: &mut Work<'_>, line: &str, prompt: &Message) -> Result<(), Fault> {
    let id = work.id().to_string();
    let prompt_key = work.reply(prompt);
    let room = work.cause.room_id.clone().unwrap_or_default();
    let expires = work.now + work.program.limits.confirm_ms;
    let cause = work.cause.clone();
    let open = Open { id, line: line.to_owned(), cause: cause.id, asked_at: work.now };
    store::insert(work.tx, &open, (&cause.actor, &room), &prompt_key, expires).await?;
    Ok(())
}

/// Takes the person's newest open step in this room, once.
///
/// # Errors
/// When the database refuses.
pub async fn take_newest(work: &mut Work<'_>) -> Result<Option<Open>, Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    let actor = work.cause.actor.clone();
    let Some(open) = store::newest(work.tx, &actor, &room, work.now).await? else {
        return Ok(None);
    };
    Ok(store::claim(work.tx, &open.id, work.now).await?.then_some(open))
}

/// Takes the step whose prompt was reacted to, if it is this person's.
///
/// # Errors
/// When the database refuses.
pub async fn take_by_prompt(work: &mut Work<'_>, prompt_key: &str) -> Result<Option<Open>, Fault> {
    let actor = work.cause.actor.clone();
    let Some(open) = store::by_prompt(work.tx, &actor, prompt_key, work.now).await? else {
        return Ok(None);
    };
    Ok(store::claim(work.tx, &open.id, work.now).await?.then_some(open))
}
