//! What a correction will do, before it is done.
use super::{confirm, shares, title};
use crate::platform::text::{Line, Message};
use crate::sales::store::SaleRow;

/// Says exactly what is taken back and what counts instead, and waits.
#[must_use]
pub fn ask_correct(
    (wrong, right): (&SaleRow, &SaleRow),
    line: &str,
    asked: (&str, i64),
) -> Message {
    let effect = format!(
        "{} is taken back in full (−{}), and a sale of {} counts in its place.",
        wrong.number,
        wrong.net(),
        right.amount
    );
    let mut message = Message::notice(title("✏", wrong))
        .line(format!("Taken back in full: −{}", wrong.net()))
        .lines(shares::rows(wrong))
        .line(
            Line::new()
                .plain("In its place counts: ")
                .strong(&right.amount.to_string())
                .plain(&format!(", for {}", right.on)),
        )
        .lines(shares::rows(right));
    if let Some(exchanged) = shares::exchanged(right) {
        message = message.line(exchanged);
    }
    message
        .line("Commission follows by the rules of that day; everyone is told their part.")
        .line("React with ✅ or answer yes within 10 minutes.")
        .card(&confirm(wrong, effect, line, asked))
}
