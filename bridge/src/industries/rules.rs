//! What an industry may be called.
use crate::platform::refusal::{Code, Refusal};
use crate::rooms::rules::RESERVED;

const SLUG_CHARS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 60;
const EXAMPLE: &str = "industry add dental \"Dental practices\"";

/// A slug: small letters, digits and dashes between them, as in aliases and state keys.
///
/// # Errors
/// A refusal that says how slugs are written.
pub fn slug(text: &str) -> Result<String, Refusal> {
    let slug = text.trim().to_ascii_lowercase();
    if slug.chars().count() > SLUG_CHARS_MAX {
        let sentence =
            format!("The short name of an industry has at most {SLUG_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(EXAMPLE));
    }
    let plain =
        slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if slug.is_empty() || !plain || slug.starts_with('-') || slug.ends_with('-') {
        let sentence = "The short name of an industry takes a-z, 0-9 and dashes between them.";
        return Err(Refusal::new(Code::Usage, sentence).example(EXAMPLE));
    }
    if RESERVED.contains(&slug.as_str()) {
        let sentence =
            format!("{slug} is the name of a room of the program; choose another short name.");
        return Err(Refusal::new(Code::Usage, sentence).example(EXAMPLE));
    }
    Ok(slug)
}

/// # Errors
/// A refusal when the name is empty or too long.
pub fn name(text: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(Refusal::new(Code::Usage, "An industry needs a name for people to read.")
            .example(EXAMPLE));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        let sentence = format!("The name of an industry has at most {NAME_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(EXAMPLE));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain_and_not_the_name_of_a_room() {
        assert_eq!(slug("Dental").ok().as_deref(), Some("dental"));
        assert_eq!(slug("real-estate-2").ok().as_deref(), Some("real-estate-2"));
        for bad in [
            "",
            "-a",
            "a-",
            "a b",
            "../secret",
            "zahn\u{e4}rzte",
            "a\u{2215}b",
            "control",
            "general",
        ] {
            assert!(slug(bad).is_err(), "{bad}");
        }
        assert_eq!(slug(&"a".repeat(33)).err().map(|refusal| refusal.code), Some(Code::Long));
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(name("  Dental   practices ").ok().as_deref(), Some("Dental practices"));
        assert!(name(" ").is_err());
        assert!(name(&"n".repeat(61)).is_err());
    }
}
