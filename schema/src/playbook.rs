//! Playbooks as others read them: where one stands, and how its exact text comes back out of the
//! rooms. The state event in the Space names the root message; the messages in its thread hold
//! the text in parts.
use sha2::{Digest, Sha256};

use crate::card::{self, Card, Envelope};
use crate::state::PlaybookState;
use crate::wire::words;

words! {
    /// Where a playbook stands.
    PlaybookStatus, "playbook status" {
        /// Turned down: its author may save it anew.
        Draft = "draft",
        /// With the reviewers; not published before.
        Review = "review",
        Published = "published",
        Retired = "retired",
        /// Hidden by the program's team.
        TakenDown = "taken_down",
    }
}

/// Why a text does not come back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    #[error("the playbook has no text in the rooms")]
    NoBody,
    #[error("part {0} is not there")]
    Missing(u32),
    #[error("the parts make another text than the hash says")]
    OtherHash,
}

/// The hash of a text, as the state names it: SHA-256 of its UTF-8 bytes, in small hex digits.
#[must_use]
pub fn text_hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Joins a playbook's text from the contents of the messages in the thread of its root, in any
/// order and among others. The caller takes only messages that the state event's sender wrote.
///
/// # Errors
/// When a part is missing, or the whole is not what the hash says.
pub fn rebuild<'a>(
    state: &PlaybookState,
    slug: &str,
    contents: impl IntoIterator<Item = &'a serde_json::Value>,
) -> Result<String, RebuildError> {
    let body = state.body.as_ref().ok_or(RebuildError::NoBody)?;
    let mut parts: Vec<card::PlaybookPart> =
        contents.into_iter().filter_map(|content| part(content, slug, state.version)).collect();
    parts.sort_by_key(|part| part.part);
    parts.dedup_by_key(|part| part.part);
    let count = parts.first().map_or(1, |part| part.parts);
    let mut text = String::new();
    for number in 1..=count {
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        match parts.get(index) {
            Some(part) if part.part == number => text.push_str(&part.text),
            _ => return Err(RebuildError::Missing(number)),
        }
    }
    if text_hash(&text) == body.sha256 { Ok(text) } else { Err(RebuildError::OtherHash) }
}

fn part(content: &serde_json::Value, slug: &str, version: i64) -> Option<card::PlaybookPart> {
    let envelope: Envelope = serde_json::from_value(content.get(card::KEY)?.clone()).ok()?;
    match envelope.card {
        Card::PlaybookPart(part) if part.slug == slug && part.version == version => Some(part),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{PlaybookBody, VERSION};
    use serde_json::{Value, json};

    fn state(text: &str) -> PlaybookState {
        PlaybookState {
            v: VERSION,
            title: "Cold mail".into(),
            summary: "How to begin".into(),
            industries: vec!["dental".into()],
            status: PlaybookStatus::Published,
            version: 2,
            authors: Vec::new(),
            body: Some(PlaybookBody {
                room_id: "!r".into(),
                event_id: "$e".into(),
                sha256: text_hash(text),
            }),
            uses: 0,
            won: 0,
            rating_x100: 0,
            ratings: 0,
            updated_at: 1,
        }
    }

    fn message(part: u32, version: i64, text: &str) -> Value {
        let card = card::PlaybookPart {
            slug: "cold-mail".into(),
            version,
            part,
            parts: 2,
            text: text.into(),
            sha256: String::new(),
        };
        json!({ "body": "…", card::KEY: Envelope::from(Card::from(card)) })
    }

    #[test]
    fn parts_come_together_in_any_order() {
        let contents = [message(2, 2, "B\n"), json!({}), message(1, 2, "A\n"), message(1, 1, "X")];
        assert_eq!(rebuild(&state("A\nB\n"), "cold-mail", &contents).as_deref(), Ok("A\nB\n"));
        assert_eq!(rebuild(&state("A\nB"), "cold-mail", &contents), Err(RebuildError::OtherHash));
        assert_eq!(
            rebuild(&state("A\nB\n"), "cold-mail", &contents[..2]),
            Err(RebuildError::Missing(1))
        );
        assert_eq!(rebuild(&state("A"), "other", &contents), Err(RebuildError::Missing(1)));
    }
}
