//! How an organization is named, whose people may join it, and how many.
mod figures;

pub use figures::{BEHIND_MIN, left_out};

use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use crate::program::server_of;

const SLUG_CHARS_MAX: usize = 32;
pub const NAME_CHARS_MAX: usize = 60;
const SERVERS_MAX: usize = 10;
/// People and open invitations, unless a manager says otherwise.
pub const MEMBERS_MAX: i64 = 50;
const QUOTA_MAX: i64 = 10_000;
const REASON_CHARS_MAX: usize = 500;
/// Days for which an invitation waits for an answer.
pub const INVITATION_DAYS: i64 = 14;

/// Names that stand for something else.
const RESERVED: &[&str] = &["none", "all", "program", "me"];

/// The short name, written as it is kept.
///
/// # Errors
/// When it is not written as short names are.
pub fn slug(text: &str) -> Result<String, Refusal> {
    let slug = text.trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (1..=SLUG_CHARS_MAX).contains(&slug.len()) && slug.bytes().all(plain);
    if !fits || slug.starts_with('-') || slug.ends_with('-') || RESERVED.contains(&slug.as_str()) {
        let sentence = format!(
            "An organization's short name has up to {SLUG_CHARS_MAX} of a-z, 0-9 and dashes."
        );
        return Err(
            Refusal::new(Code::Usage, sentence).example("organization add acme \"Acme Partners\"")
        );
    }
    Ok(slug)
}

/// The short name of a partner's organization; none of "none".
///
/// # Errors
/// As [`slug`].
pub fn slug_or_none(text: &str) -> Result<Option<String>, Refusal> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    slug(text)
        .map(Some)
        .map_err(|refusal| refusal.example("partner organization @ana:example.org acme"))
}

/// # Errors
/// When the name is empty or too long.
pub fn name(text: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let sentence = format!("An organization's name has 1 to {NAME_CHARS_MAX} characters.");
        return Err(
            Refusal::new(Code::Long, sentence).example("organization add acme \"Acme Partners\"")
        );
    }
    Ok(name)
}

/// The name of a homeserver as it stands in user ids.
///
/// # Errors
/// When it is none.
pub fn server(text: &str) -> Result<String, Refusal> {
    let name = text.trim().trim_start_matches('@').to_ascii_lowercase();
    ruma::ServerName::parse(&name).map(|name| name.to_string()).map_err(|_| {
        let sentence = format!(
            "{} is no homeserver's name: it is what stands after the colon in user ids.",
            foreign(text)
        );
        Refusal::new(Code::Usage, sentence).example("organization server acme --add acme.example")
    })
}

/// # Errors
/// When there are too many.
pub fn servers(count: usize) -> Result<(), Refusal> {
    if count <= SERVERS_MAX {
        return Ok(());
    }
    let sentence = format!("An organization has at most {SERVERS_MAX} homeservers.");
    Err(Refusal::new(Code::Usage, sentence).example("organization show acme"))
}

/// Whether a person's id is of one of the declared homeservers.
///
/// # Errors
/// When it is of none of them: names them.
pub fn bound(user_id: &str, servers: &[String]) -> Result<(), Refusal> {
    let own = server_of(user_id).unwrap_or_default();
    if servers.iter().any(|server| server == own) {
        return Ok(());
    }
    let sentence = if servers.is_empty() {
        "No homeserver is declared for your organization yet; please ask the program's team."
            .to_owned()
    } else {
        format!(
            "Your organization's people are on {}; the program's team can let in others.",
            servers.join(", ")
        )
    };
    let at = servers.first().map_or("example.org", String::as_str);
    Err(Refusal::new(Code::Auth, sentence).example(format!("team invite @ben:{at}")))
}

/// Whether one more may come.
///
/// # Errors
/// When all places are taken.
pub fn quota(taken: i64, members_max: i64) -> Result<(), Refusal> {
    if taken < members_max {
        return Ok(());
    }
    let sentence = format!(
        "All {members_max} places of your organization are taken; remove somebody, or ask the program's team for more."
    );
    Err(Refusal::new(Code::Rate, sentence).example("team list"))
}

/// A quota that a manager sets.
///
/// # Errors
/// When it is no number, or too large.
pub fn places(text: &str) -> Result<i64, Refusal> {
    match text.trim().parse::<i64>() {
        Ok(places) if (0..=QUOTA_MAX).contains(&places) => Ok(places),
        _ => Err(Refusal::new(Code::Usage, format!("A quota is a number from 0 to {QUOTA_MAX}."))
            .example("organization quota acme 20")),
    }
}

/// Why an organization is suspended or leaves.
///
/// # Errors
/// When there is none, or too much of it.
pub fn reason(text: &str, word: &str) -> Result<String, Refusal> {
    let reason = text.trim();
    if (1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let sentence = format!("Say why, in at most {REASON_CHARS_MAX} characters.");
    Err(Refusal::new(Code::Usage, sentence)
        .example(format!("organization {word} acme contract ended")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_firm_has_a_short_name() {
        assert_eq!(slug(" Acme-1 ").unwrap(), "acme-1");
        assert_eq!(slug_or_none("None").unwrap(), None);
        assert_eq!(slug_or_none("Acme").unwrap().as_deref(), Some("acme"));
        let long = "a".repeat(SLUG_CHARS_MAX + 1);
        for wrong in ["", "-a", "a-", "a b", "\u{fc}ber", "none", "program", long.as_str()] {
            assert_eq!(slug(wrong).unwrap_err().code, Code::Usage, "{wrong}");
        }
        assert!(slug(&long[1..]).is_ok());
    }

    #[test]
    fn a_server_is_what_stands_in_user_ids() {
        assert_eq!(server("Acme.Example:8448").unwrap(), "acme.example:8448");
        for wrong in ["", "https://acme.example", "acme example", "a/b", "@ana:acme.example"] {
            assert!(server(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn people_are_bound_to_the_declared_servers() {
        let servers = vec!["acme.example".to_owned()];
        assert!(bound("@ana:acme.example", &servers).is_ok());
        for other in
            ["@ana:acme.example.evil", "@ana:evil", "@ana:ACME.example", "@acme.example:evil"]
        {
            assert_eq!(bound(other, &servers).unwrap_err().code, Code::Auth, "{other}");
        }
        assert!(bound("@ana:acme.example", &[]).is_err());
        assert!(super::servers(SERVERS_MAX).is_ok() && super::servers(SERVERS_MAX + 1).is_err());
    }

    #[test]
    fn places_are_limited() {
        assert!(quota(MEMBERS_MAX - 1, MEMBERS_MAX).is_ok());
        assert_eq!(quota(MEMBERS_MAX, MEMBERS_MAX).unwrap_err().code, Code::Rate);
        assert_eq!(places("20").unwrap(), 20);
        for wrong in ["-1", "many", "10001"] {
            assert!(places(wrong).is_err(), "{wrong}");
        }
        let long = "w".repeat(REASON_CHARS_MAX + 1);
        assert!(reason(&long, "remove").is_err() && reason(" ", "remove").is_err());
        assert!(reason(&long[1..], "remove").is_ok());
        assert!(name(&"n".repeat(NAME_CHARS_MAX + 1)).is_err() && name(" A  B ").unwrap() == "A B");
        assert!(name(&"n".repeat(NAME_CHARS_MAX)).is_ok());
    }
}
