//! The answer to bad input: what was wrong, the usage, one example, in this order.
use super::{Line, Message};
use crate::platform::refusal::Refusal;
use serde::Serialize;

#[derive(Serialize)]
struct RefusalCard<'a> {
    v: u8,
    kind: &'static str,
    code: &'static str,
    sentence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

/// A refusal as an answer. `prefix` stands before commands in this room (empty in a direct chat),
/// `reference` finds the case in our log when there is something to ask about.
#[must_use]
pub fn refusal_message(refusal: &Refusal, prefix: &str, reference: Option<&str>) -> Message {
    let command =
        |label: &str, text: &str| Line::new().plain(label).code(&format!("{prefix}{text}"));
    let mut rows = Vec::with_capacity(3);
    rows.extend(refusal.usage.as_deref().map(|usage| command("Usage: ", usage)));
    rows.extend(refusal.example.as_deref().map(|example| command("Example: ", example)));
    rows.extend(reference.map(|reference| Line::new().plain("Reference: ").code(reference)));
    let sentence = Line::new().sentence(&refusal.sentence, prefix);
    let message = Message::notice(Line::new().plain("⚠️ ").append(&sentence));
    let message = if rows.is_empty() { message } else { message.lines(rows) };
    message.card(&RefusalCard {
        v: 1,
        kind: "refusal",
        code: refusal.code.as_str(),
        sentence: &sentence.plain,
        usage: refusal.usage.as_deref(),
        example: refusal.example.as_deref(),
        reference,
    })
}

/// Our fault, admitted without detail; the reference leads to it in the log.
#[must_use]
pub fn fault_message(reference: &str) -> Message {
    Message::notice("⚠️ This did not work, and it is our fault.")
        .line(Line::new().plain("Tell the team this reference: ").code(reference))
        .card(&serde_json::json!({ "v": 1, "kind": "fault", "reference": reference }))
}
