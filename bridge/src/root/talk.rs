//! Plain talk in a chat with the bot: no command and no mistake. It hears once a day what the bot is
//! for; who comes in from outside hears it before they have said anything.
use super::say;
use crate::partners;
use crate::platform::access::{self, Caller};
use crate::platform::inbox::Event;
use crate::platform::refusal::Fault;
use crate::platform::text::Line;
use crate::platform::work::Work;
use crate::rooms;
use schema::status::Enrollment;
use serde_json::Value;

/// Says what helps this person, unless they have heard it today.
pub(super) async fn answered(work: &mut Work<'_>, caller: &Caller) -> Result<&'static str, Fault> {
    let room = work.cause.room_id.clone().unwrap_or_default();
    let enrollment = caller.person.partner.as_ref().map(|row| row.enrollment);
    let invited = access::invitation(work, &caller.person.user_id).await?.is_some();
    let sentence = match enrollment {
        _ if invited => {
            "You are invited: answer yes or no here; `terms show` has the terms in full."
        }
        _ if caller.is_team() => "I only understand commands: `help` shows yours.",
        Some(Enrollment::Approved) => {
            "I only understand commands: `help` shows what I can do for you."
        }
        Some(Enrollment::Pending) => {
            "Your application is with the program's team; `apply` and more words add to it."
        }
        Some(Enrollment::Suspended) => {
            "Your membership is suspended; please ask the program's team."
        }
        Some(Enrollment::Rejected | Enrollment::Left) | None => {
            "I am the program's bot. To become a partner, send `apply` and who you are; `help` shows more."
        }
    };
    let line = Line::new().plain("👋 ").sentence(sentence, &work.program.prefix);
    say::once_a_day(work, &room, "talk", &say::hint("talk", line));
    Ok("talk")
}

/// The bot has come into a chat that somebody opened.
pub(super) async fn greet(work: &mut Work<'_>, event: &Event) -> Result<(), Fault> {
    let joined = event.content().get("membership").and_then(Value::as_str) == Some("join");
    if !joined || event.state_key.as_deref() != Some(work.program.bot.as_str()) {
        return Ok(());
    }
    match rooms::actions::chat_with(work, &event.room_id).await? {
        Some(user) => partners::actions::greet(work, &event.room_id, &user).await,
        None => Ok(()),
    }
}
