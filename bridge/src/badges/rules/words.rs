//! What the team may call a badge or a tier, and the refusals.
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;

pub const SLUG_CHARS_MAX: usize = 24;
pub const NAME_CHARS_MAX: usize = 24;
pub const EMOJI_CHARS_MAX: usize = 8;
pub const REASON_CHARS_MAX: usize = 300;
/// Badges that are given by hand alone.
pub const HAND_BADGES_MAX: usize = 50;
pub const TIERS_MAX: usize = 10;
pub const WINDOW_MONTHS_MAX: i64 = 60;

const ADD: &str = "badge add speaker \"Speaker\" 🎤";

/// A short name of a badge or a tier.
///
/// # Errors
/// When it is not written as one.
pub fn slug(text: &str, example: &str) -> Result<String, Refusal> {
    let slug = text.trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (1..=SLUG_CHARS_MAX).contains(&slug.len()) && slug.bytes().all(plain);
    if !fits || slug.starts_with('-') || slug.ends_with('-') {
        let sentence = format!("A short name takes a-z, 0-9 and dashes, at most {SLUG_CHARS_MAX}.");
        return Err(Refusal::new(Code::Usage, sentence).example(example));
    }
    Ok(slug)
}

/// # Errors
/// When it is empty or too long for a line on a phone.
pub fn name(text: &str, example: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let sentence = format!("A name has 1 to {NAME_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(name)
}

/// One sign: no letters and no digits.
///
/// # Errors
/// When it is not.
pub fn emoji(text: &str) -> Result<String, Refusal> {
    let sign = text.trim();
    let fits = (1..=EMOJI_CHARS_MAX).contains(&sign.chars().count());
    if !fits || sign.chars().any(|ch| ch.is_alphanumeric() || ch.is_whitespace() || ch.is_ascii()) {
        let sentence = "A badge has an emoji, such as 🎤.";
        return Err(Refusal::new(Code::Usage, sentence).example(ADD));
    }
    Ok(sign.to_owned())
}

/// # Errors
/// When there is none, or it is too long.
pub fn reason(text: Option<&str>, example: &str) -> Result<String, Refusal> {
    let reason = text.unwrap_or_default().trim();
    if reason.is_empty() {
        return Err(Refusal::new(Code::Usage, "Please say why.").example(example));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        let sentence = format!("A reason has at most {REASON_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(reason.to_owned())
}

#[must_use]
pub fn no_such_badge(word: &str) -> Refusal {
    let sentence = format!("There is no badge “{}”; `badge list` shows all.", foreign(word));
    Refusal::new(Code::Ref, sentence).example("badge list")
}

#[must_use]
pub fn no_such_tier(word: &str) -> Refusal {
    let sentence = format!("There is no tier “{}”; `tier list` shows all.", foreign(word));
    Refusal::new(Code::Ref, sentence).example("tier list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_signs_have_limits() {
        assert!(name(&"n".repeat(NAME_CHARS_MAX), "x").is_ok());
        assert!(name(&"n".repeat(NAME_CHARS_MAX + 1), "x").is_err());
        assert!(name(" ", "x").is_err());
        assert_eq!(slug("Top-10", "x").unwrap(), "top-10");
        assert!(slug(&"s".repeat(SLUG_CHARS_MAX), "x").is_ok());
        for bad in ["", "-a", "a-", "a b", "ä", &"s".repeat(SLUG_CHARS_MAX + 1)] {
            assert!(slug(bad, "x").is_err(), "{bad}");
        }
        assert_eq!(emoji("🎤").unwrap(), "🎤");
        assert_eq!(emoji("👨‍🏫").unwrap(), "👨‍🏫");
        for bad in ["", "A", "🎤a", "5", "ä", "🎤 🎤", "<b>", &"🎤".repeat(EMOJI_CHARS_MAX + 1)]
        {
            assert!(emoji(bad).is_err(), "{bad}");
        }
        assert!(reason(Some(&"r".repeat(REASON_CHARS_MAX)), "x").is_ok());
        assert!(reason(Some(&"r".repeat(REASON_CHARS_MAX + 1)), "x").is_err());
        assert!(reason(None, "x").is_err());
    }
}
