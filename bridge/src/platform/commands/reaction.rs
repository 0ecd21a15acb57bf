//! What a reaction says about a pending item.

/// A longer key is no verdict, whatever it is.
const KEY_BYTES_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
}

/// Reads a reaction's key, without regard to variation selectors and skin tones.
#[must_use]
pub fn verdict(key: &str) -> Option<Verdict> {
    if key.len() > KEY_BYTES_MAX {
        return None;
    }
    let mut shape = key
        .trim()
        .chars()
        .filter(|ch| !matches!(ch, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'));
    match (shape.next(), shape.next()) {
        (Some('✅' | '👍' | '☑' | '✔'), None) => Some(Verdict::Yes),
        (Some('❌' | '👎' | '✖'), None) => Some(Verdict::No),
        _ => None,
    }
}
