//! How a verification looks.
use super::actions::Verified;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, Ledger};

#[must_use]
pub fn verified(found: &Verified) -> Message {
    let message = match &found.bad {
        None => Message::notice("✅ The ledger verifies")
            .line(format!("{} entries, every hash and every sum recomputed.", found.entries))
            .line(Line::new().plain("Head ").code(&found.hash)),
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
