//! What the name of a homeserver may be, what was seen of one, and what that means. Pure.
mod judge;
mod versions;

pub use judge::judge;
pub use versions::{Grasp, grasp};

use crate::platform::refusal::{Code, Refusal};
use serde::{Deserialize, Serialize};

/// The longest that a host's name can be.
const NAME_BYTES_MAX: usize = 255;

/// A server's name as it stands after the colon of user ids; small letters, as names are compared.
///
/// # Errors
/// A refusal when it is none.
pub fn name(text: &str) -> Result<String, Refusal> {
    let refused = || {
        let sentence = "A homeserver is named by what stands after the colon of its user ids.";
        Refusal::new(Code::Ref, sentence).example("server check partner.org")
    };
    // Somebody's user id says it as well.
    let text = match text.strip_prefix('@') {
        Some(user) => user.split_once(':').ok_or_else(refused)?.1,
        None => text,
    };
    let name = ruma::ServerName::parse(text).map_err(|_| refused())?;
    let lower = name.as_str().to_ascii_lowercase();
    if lower.len() > NAME_BYTES_MAX || name.port() == Some(0) {
        return Err(refused());
    }
    Ok(lower)
}

/// By which way a server's address was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Its name says it: an address, or a port.
    Name,
    /// Its `/.well-known/matrix/server` says it.
    WellKnown,
    /// Nothing says otherwise: the port that servers have.
    Usual,
}

/// Why one request brought nothing. No more is said of what answered: whoever asks names the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Miss {
    /// It is inside some network: not a place that we ask.
    Private,
    NoSuchHost,
    Unreachable,
    Slow,
    CertificateExpired,
    CertificateName,
    CertificateUnknown,
    /// It answered with another status than that of a success.
    Status,
    /// More than such an answer can be.
    TooLong,
    Unreadable,
    /// It led to where we do not follow, or on and on.
    Redirect,
}

/// What is wrong with a server's signing keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTrouble {
    Missed(Miss),
    /// They are of another server.
    OtherName,
    /// No key signs for all.
    Unsigned,
    WrongSignature,
    Expired,
}

/// What our own homeserver says of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    Reached,
    NotReached,
    /// It gave no clear answer.
    Unknown,
}

/// All that was seen of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub way: Way,
    /// Where it was asked in the end: a host and a port.
    pub target: String,
    pub port: u16,
    /// Where it has a `.well-known` that does not work.
    pub well_known: Option<Miss>,
    /// Whether a name service's record (SRV) might lead elsewhere; those are not looked at.
    pub may_have_record: bool,
    /// Software and version, where it answered.
    pub version: Result<(String, String), Miss>,
    /// Until when its keys hold.
    pub keys: Result<i64, KeyTrouble>,
    /// By how much its clock is ahead of ours.
    pub clock_ms: Option<i64>,
    pub through: Through,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        for (said, is) in [
            ("partner.org", "partner.org"),
            ("Partner.ORG:8448", "partner.org:8448"),
            ("@ana:partner.org", "partner.org"),
            ("@ana:partner.org:8448", "partner.org:8448"),
            ("[2001:db8::1]:8448", "[2001:db8::1]:8448"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(name(said).unwrap(), is);
        }
        let longest = format!("{}.org", "a".repeat(NAME_BYTES_MAX - ".org".len()));
        assert_eq!(name(&longest).unwrap(), longest);
        let long = format!("a{longest}");
        for wrong in [
            "",
            "@ana",
            "https://partner.org",
            "partner.org/x",
            "partner.org:0",
            "partner.org:99999",
            "a b.org",
            "evil@10.0.0.1",
            "pärtner.org",
            "partner。org",
            "[::1",
            "a_b.org?x",
            &long,
        ] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
