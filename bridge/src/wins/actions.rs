//! One way for every capability to have something celebrated.
use crate::platform::refusal::Fault;
use crate::platform::text::{Line, Message};
use crate::platform::work::Work;

/// Something good that has happened, told in the wins room. `key` names it for ever: the same key again
/// is the same celebration, and by it `retract` finds it.
///
/// # Errors
/// When the database refuses.
pub async fn celebrate(work: &mut Work<'_>, key: &str, line: Line) -> Result<(), Fault> {
    work.send_as(&format!("celebration:{key}"), "wins", &Message::text(line));
    Ok(())
}

/// What was celebrated is no longer so (a void, a lost dispute): the message says it.
///
/// # Errors
/// When the database refuses.
pub async fn retract(work: &mut Work<'_>, key: &str, line: Line) -> Result<(), Fault> {
    work.edit("wins", &format!("celebration:{key}"), &Message::text(line));
    Ok(())
}
