//! The answer to bad input: what was wrong, the usage, one example, in this order.
use super::{Line, Message};
use crate::platform::refusal::Refusal;
use schema::card::{self, Card, Envelope};

/// A refusal as an answer. `prefix` stands before commands; it is understood in direct chats too.
#[must_use]
pub fn refusal_message(refusal: &Refusal, prefix: &str) -> Message {
    let before = if refusal.is_answer { "" } else { prefix };
    let command =
        |label: &str, text: &str| Line::new().plain(label).code(&format!("{before}{text}"));
    let mut rows = Vec::with_capacity(2);
    rows.extend(refusal.usage.as_deref().map(|usage| command("Usage: ", usage)));
    rows.extend(refusal.example.as_deref().map(|example| command("Example: ", example)));
    let sentence = Line::new().sentence(&refusal.sentence, prefix);
    let message = Message::notice(Line::new().plain("⚠️ ").append(&sentence));
    let message = if rows.is_empty() { message } else { message.lines(rows) };
    message.card(&Envelope::from(Card::Refusal(card::Refusal {
        code: refusal.code.as_str().to_owned(),
        sentence: sentence.into_plain(),
        usage: refusal.usage.clone(),
        example: refusal.example.clone(),
        sale: None,
    })))
}

/// Our fault, admitted without detail; the reference leads to it in the log.
#[must_use]
pub fn fault_message(reference: &str) -> Message {
    Message::notice("⚠️ This did not work, and it is our fault.")
        .line(Line::new().plain("Tell the team this reference: ").code(reference))
        .card(&Envelope::from(Card::Fault(card::Fault { reference: reference.to_owned() })))
}
