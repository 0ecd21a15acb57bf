//! How a verification looks, and the ledger's head.
use super::actions::Verified;
use super::rules::Head;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Done, Envelope, Ledger, LedgerHead};
use schema::money::thousands;

/// A long verification goes on beside everything else.
#[must_use]
pub fn verifying(entries: i64) -> Message {
    let sentence = format!(
        "{} entries take a while; the answer follows here, and everything else goes on.",
        thousands(entries.unsigned_abs())
    );
    let card = Done { what: "verifying".to_owned(), sentence: sentence.clone(), subject: None };
    Message::notice("🔎 Checking the ledger").line(sentence).card(&Envelope::from(Card::from(card)))
}

#[must_use]
pub fn head(head: &Head, at: i64) -> Message {
    let entry = thousands(head.seq.unsigned_abs());
    Message::notice(format!("📒 The ledger ends at entry {entry}"))
        .lines(hash(&head.hash))
        .line("Kept on every server in this room: nothing up to here can change unseen.")
        .card(&Envelope::from(Card::from(LedgerHead {
            seq: head.seq,
            hash: head.hash.clone(),
            at,
        })))
}

#[must_use]
pub fn verified(found: &Verified) -> Message {
    let message = match &found.bad {
        None => Message::notice("✅ The ledger verifies")
            .line(format!("{} entries, every hash and every sum recomputed.", found.entries))
            .lines(hash(&found.hash)),
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
fn hash(hash: &str) -> Vec<Line> {
    const ROW: usize = 32;
    let rows = hash.as_bytes().chunks(ROW).filter_map(|row| std::str::from_utf8(row).ok());
    std::iter::once(Line::from("Head")).chain(rows.map(|row| Line::new().code(row))).collect()
}
