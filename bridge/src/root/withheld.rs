//! What is heard and yet not answered, or not run: a bot's endless talk, and what is days old.
use super::commands::answer;
use super::grammars::{CONTROL, PARTNER};
use super::say;
use crate::platform::access::{Caller, Place};
use crate::platform::commands::{CommandLine, LineOutcome};
use crate::platform::inbox::Relation;
use crate::platform::outbox::store as outbox;
use crate::platform::refusal::{Code, Fault, Refusal};
use crate::platform::work::{Mark, Work};
use serde_json::Value;

/// What a person seldom does and a bot that answers us always: words to the bot that are no command,
/// in the chat with it, or a command in reply to a message of ours.
pub(super) async fn talks_back(
    work: &mut Work<'_>,
    caller: &Caller,
    found: &LineOutcome,
    text: &str,
) -> Result<bool, Fault> {
    let known = match found {
        LineOutcome::Command(line) if caller.place == Place::Control => CONTROL.knows(line),
        LineOutcome::Command(line) => PARTNER.knows(line) || CONTROL.knows(line),
        LineOutcome::Refused { .. } => false,
        LineOutcome::NotForUs | LineOutcome::FullWidthHint { .. } => return Ok(false),
    };
    if !known && caller.place.is_direct() {
        return Ok(true);
    }
    let content: Value = serde_json::from_str(text).unwrap_or_default();
    match Relation::of(&content) {
        Relation::Reply(to) | Relation::Thread { reply_to: Some(to), .. } => {
            Ok(outbox::key_of(work.tx, &to).await?.is_some())
        }
        _ => Ok(false),
    }
}

/// A command that nobody heard for days is not run: much may be otherwise by now.
pub(super) async fn too_late(
    work: &mut Work<'_>,
    caller: &Caller,
    mark: Mark,
    line: &CommandLine,
    days: i64,
) -> Result<&'static str, Fault> {
    let known =
        if caller.place == Place::Control { CONTROL.knows(line) } else { PARTNER.knows(line) };
    if !known {
        return Ok("not for us");
    }
    let sentence = format!(
        "This reached me {days} days late and was not run; send it again if it still holds."
    );
    let refused = Refusal::new(Code::Late, sentence).example(line.text.clone());
    let done = answer(work, caller, mark, Err(refused.into())).await;
    say::tell_too_late(work, &line.text, days);
    done
}
