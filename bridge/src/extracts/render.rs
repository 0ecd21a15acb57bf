//! How an extract reads: short for people, whole for programs.
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, Extract};
use schema::money::thousands;
use std::collections::BTreeSet;

/// Of a hash, as much as people compare by eye.
const HASH_CHARS: usize = 16;

#[must_use]
pub fn extract(extract: &Extract) -> Message {
    let entry = thousands(extract.ledger_seq.unsigned_abs());
    let moved: BTreeSet<_> =
        extract.moves.iter().flat_map(|moves| &moves.rows).map(|row| row.partner).collect();
    let says = match (moved.len(), extract.n) {
        (0, _) => "Nothing on the boards has moved.".to_owned(),
        (1, _) => "What moved for 1 partner is inside.".to_owned(),
        (count, _) => format!("What moved for {count} partners is inside."),
    };
    let hash: String = extract.hash.chars().take(HASH_CHARS).collect();
    Message::notice(format!("🧾 Boards told to entry {entry}"))
        .lines(vec![
            Line::new().plain(&format!("No. {} · ", extract.n)).code(&hash),
            Line::from(says),
        ])
        .line(Line::new().plain("Add them up: ").code("partnerspace verify"))
        .card(&Envelope::from(Card::from(extract.clone())))
}
