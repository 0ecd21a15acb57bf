//! What an industry may be called.
use crate::platform::refusal::{Code, Refusal};
use crate::rooms::rules::RESERVED;
use jiff::civil::Date;

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

/// How many accounts there are to be won in an industry, from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub accounts: i64,
    pub from: Date,
}

/// More than all companies of the world.
const ACCOUNTS_MAX: i64 = 1_000_000_000;

/// A number of accounts, as people write it: `120`, `1 200`, `1,200`.
///
/// # Errors
/// A refusal when it is no whole number above 0.
pub fn accounts(text: &str) -> Result<i64, Refusal> {
    let digits: String =
        text.chars().filter(|ch| !matches!(ch, ' ' | ',' | '.' | '\'' | '\u{2019}')).collect();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<i64>() {
        Ok(accounts) if plain && (1..=ACCOUNTS_MAX).contains(&accounts) => Ok(accounts),
        _ => {
            let sentence = "The target is a whole number of accounts from 1 to a billion.";
            Err(Refusal::new(Code::Usage, sentence).example("industry target dental 120"))
        }
    }
}

/// How far an industry is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Penetration {
    /// Clients of the last twelve months.
    pub won: i64,
    pub target: Target,
    pub bps: i64,
}

/// `15.00 %`, of basis points.
#[must_use]
pub fn percent(bps: i64) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
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
    fn targets_are_whole_numbers() {
        let read = |text| accounts(text).ok();
        assert_eq!(
            ["120", "1 200", "1,200", "1'200"].map(read),
            [120, 1_200, 1_200, 1_200].map(Some)
        );
        assert_eq!(["0", "-3", "1e3", "many", "", "1000000001"].map(read), [None; 6]);
        assert_eq!([465, 1500, 3].map(percent), ["4.65 %", "15.00 %", "0.03 %"]);
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(name("  Dental   practices ").ok().as_deref(), Some("Dental practices"));
        assert!(name(" ").is_err());
        assert!(name(&"n".repeat(61)).is_err());
    }

    #[test]
    fn limits_hold_at_their_edge() {
        assert!(slug(&"a".repeat(SLUG_CHARS_MAX)).is_ok());
        assert!(name(&"ä".repeat(NAME_CHARS_MAX)).is_ok());
        assert_eq!(name(&"ä".repeat(NAME_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
        assert_eq!(accounts(&ACCOUNTS_MAX.to_string()), Ok(ACCOUNTS_MAX));
    }

    #[test]
    fn a_target_has_digits_only() {
        for signed in ["+5", "+1,200", "5+"] {
            assert_eq!(accounts(signed).unwrap_err().code, Code::Usage, "{signed}");
        }
    }
}
