//! Steps that destroy or cost: the bot says the exact effect and waits for ✅ or `yes` of the same
//! person, once, for ten minutes. What is kept is the command's line; a yes runs it again, so that
//! it is decided on the facts of that moment.
pub mod render;
mod store;

pub use store::Open;

use crate::platform::refusal::{Code, Fault, Refusal, Stop};
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
    let cause = work.cause.clone();
    let open = Open {
        id,
        line: line.to_owned(),
        cause: cause.id,
        asked_at: work.now,
        user: cause.actor,
        thread: cause.thread,
        expires_at: work.now + work.program.limits.confirm_ms,
        used_at: None,
    };
    store::insert(work.tx, &open, &room, &prompt_key).await?;
    // There to be pressed.
    work.react(&room, &prompt_key, "✅");
    Ok(())
}

/// Takes the question that a yes or no in words answers, once: in a thread only one that was asked
/// there, elsewhere the person's newest in this room. `None` where the words answer nothing.
///
/// # Errors
/// A refusal when the question was put to somebody else, or too long ago.
pub async fn take_said(work: &mut Work<'_>, thread: Option<&str>) -> Result<Option<Open>, Stop> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    let actor = work.cause.actor.clone();
    let open = match thread {
        Some(thread) => store::of_thread(work.tx, &room, thread).await?,
        None => store::unanswered(work.tx, &actor, &room).await?,
    };
    // Long after, a yes is talk.
    let now = work.now;
    let fresh = |open: &Open| now - open.expires_at < LATE_MS;
    match open.filter(|open| open.used_at.is_none()).filter(fresh) {
        Some(open) => take(work, open).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the question whose prompt was reacted to, once. `None` where it is none, or answered, or put to
/// somebody else: what others press on it is their talk.
///
/// # Errors
/// A refusal when it was put too long ago.
pub async fn take_by_prompt(work: &mut Work<'_>, prompt_key: &str) -> Result<Option<Open>, Stop> {
    let open = store::by_prompt(work.tx, prompt_key).await?;
    match open.filter(|open| open.used_at.is_none() && open.user == work.cause.actor) {
        Some(open) => take(work, open).await.map(Some),
        None => Ok(None),
    }
}

/// Since when a question of ours to this person waits for their yes here; the newest one.
///
/// # Errors
/// When the database refuses.
pub async fn waits_since(work: &mut Work<'_>) -> Result<Option<i64>, Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    let actor = work.cause.actor.clone();
    let open = store::unanswered(work.tx, &actor, &room).await?;
    Ok(open.filter(|open| work.now < open.expires_at).map(|open| open.asked_at))
}

/// A person is shut out or goes: whatever waits for their yes is answered by that.
///
/// # Errors
/// When the database refuses.
pub async fn forget(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    Ok(store::claim_all(work.tx, user, work.now).await?)
}

/// How long after its end a yes in words is still told that it came too late.
const LATE_MS: i64 = 3_600_000;

async fn take(work: &mut Work<'_>, open: Open) -> Result<Open, Stop> {
    if open.user != work.cause.actor {
        let sentence = format!("Only {} can answer this.", open.user);
        return Err(Refusal::new(Code::Confirm, sentence).example(open.line).into());
    }
    if open.expires_at <= work.now {
        let minutes = work.program.limits.confirm_ms / 60_000;
        let sentence = format!("That took longer than {minutes} minutes; nothing was done.");
        return Err(Refusal::new(Code::Confirm, sentence).example(open.line).into());
    }
    if !store::claim(work.tx, &open.id, work.now).await? {
        return Err(Fault::Bug(format!("question {} was answered meanwhile", open.id)).into());
    }
    Ok(open)
}
