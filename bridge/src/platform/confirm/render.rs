//! How a question before a step ends: how to say yes, and the same for programs.
use crate::platform::text::Message;
use schema::card::{Card, Confirm, Envelope};
use schema::ids::ConfirmationId;

/// The question, below what says the exact effect. `line`: the command as it was understood, without the
/// prefix; `user`: the only person whose yes counts, `until` an instant.
#[must_use]
pub fn waits(
    message: Message,
    effect: impl Into<String>,
    (line, id): (&str, ConfirmationId),
    (user, until): (&str, i64),
) -> Message {
    let confirm = Confirm {
        id,
        user_id: user.to_owned(),
        command: line.to_owned(),
        effect: effect.into(),
        sale: None,
        expires_at: until,
    };
    message
        .line("React with ✅ or answer yes within 10 minutes.")
        .card(&Envelope::from(Card::from(confirm)))
}
