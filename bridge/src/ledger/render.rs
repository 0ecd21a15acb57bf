//! How a verification looks.
use super::actions::Verified;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, Ledger};

#[must_use]
pub fn verified(found: &Verified) -> Message {
    let message = match &found.bad {
        None => Message::notice("✅ The ledger verifies")
            .line(format!("{} entries, every hash and every sum recomputed.", found.entries))
            .lines(head(&found.hash)),
        Some((seq, problem)) => Message::text("🔴 The ledger does NOT verify")
            .line(format!("Entry {seq}: {problem}."))
            .line("Stop approving sales and restore a backup; nothing was changed by this check."),
    };
    message.card(&Envelope::from(Card::from(Ledger {
        ok: found.bad.is_none(),
        entries: found.entries,
        hash: found.hash.clone(),
        bad_seq: found.bad.as_ref().map(|bad| bad.0),
        problem: found.bad.as_ref().map(|bad| bad.1.clone()),
    })))
}

/// A hash in rows that fit a phone; the card has it in one piece.
fn head(hash: &str) -> Vec<Line> {
    const ROW: usize = 32;
    let rows = hash.as_bytes().chunks(ROW).filter_map(|row| std::str::from_utf8(row).ok());
    std::iter::once(Line::from("Head")).chain(rows.map(|row| Line::new().code(row))).collect()
}
