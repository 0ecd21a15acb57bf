//! Decides from a borrowed look at an event whether it needs a row: commands, answers to us,
//! reactions, redactions, edits, membership and foreign state do; ordinary talk does not.
use super::late;
use crate::platform::signals::Places;
use crate::platform::work::MARKER;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Longest event id or room id that is believed (the spec's limit is 255 bytes).
const ID_BYTES_MAX: usize = 255;
/// A reply that may be nothing else: as good as a reaction.
const CHECKS: [char; 2] = ['✅', '👍'];
/// A reaction key longer than this is nobody's ✅.
const KEY_BYTES_MAX: usize = 64;

#[derive(Debug, Deserialize)]
pub struct Peek<'a> {
    #[serde(borrow)]
    pub event_id: Cow<'a, str>,
    #[serde(borrow)]
    pub room_id: Cow<'a, str>,
    #[serde(borrow)]
    pub sender: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub state_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Content<'a>,
    #[serde(borrow, default)]
    origin_server_ts: Option<&'a RawValue>,
    #[serde(borrow, default)]
    unsigned: Option<&'a RawValue>,
}

impl Peek<'_> {
    /// How long ago it was said when it came, as far as that can be told.
    #[must_use]
    pub fn lag(&self, received_at: i64, foreign: bool) -> i64 {
        late::lag(self.said_at(), self.unsigned, received_at, foreign)
    }

    /// When it was said by the clock of its server; 0 where that is not said.
    #[must_use]
    pub fn said_at(&self) -> i64 {
        self.origin_server_ts.and_then(|raw| raw.get().parse().ok()).unwrap_or(0)
    }
}

#[derive(Debug, Default, Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "m.relates_to")]
    relates_to: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "agency.siso.partners.txn")]
    txn: Option<&'a RawValue>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Of no consequence: its absence is no loss.
    Skip,
    Keep,
    /// Our own event, back from the room.
    Echo {
        txn_id: String,
    },
    /// No text at all: to be set aside for the team.
    Broken,
}

#[derive(Debug, Clone)]
pub struct Filter {
    bot: String,
    prefix: String,
}

impl Filter {
    #[must_use]
    pub fn new(bot: &str, prefix: &str) -> Self {
        debug_assert_eq!(MARKER, "agency.siso.partners.txn");
        Self { bot: bot.to_owned(), prefix: prefix.to_owned() }
    }

    #[must_use]
    pub fn verdict(&self, peek: &Peek<'_>, places: &Places) -> Verdict {
        self.verdict_in(peek, places, false)
    }

    /// The same where the room may be a chat that nobody remembers.
    #[must_use]
    pub fn verdict_in(&self, peek: &Peek<'_>, places: &Places, may_be_chat: bool) -> Verdict {
        let direct = may_be_chat || places.direct.contains(&*peek.room_id);
        if peek.event_id.len() > ID_BYTES_MAX || peek.room_id.len() > ID_BYTES_MAX {
            return Verdict::Skip;
        }
        if peek.sender == self.bot {
            return self.own(peek);
        }
        match &*peek.kind {
            // What is said has no state key; an event that claims both is nobody's message.
            "m.room.message" | "m.reaction" | "m.room.redaction" if peek.state_key.is_some() => {
                Verdict::Skip
            }
            "m.room.message" => self.message(peek, places, direct),
            "m.reaction" => reaction(peek),
            "m.room.redaction" | "m.room.member" => Verdict::Keep,
            "m.room.encrypted" if direct => Verdict::Keep,
            kind if peek.state_key.is_some() && watched(kind) => Verdict::Keep,
            _ => Verdict::Skip,
        }
    }

    fn own(&self, peek: &Peek<'_>) -> Verdict {
        let txn = peek.content.txn.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        match (txn, &*peek.kind) {
            (Some(txn_id), _) => Verdict::Echo { txn_id },
            (None, "m.room.member") => Verdict::Keep,
            (None, _) => Verdict::Skip,
        }
    }

    fn message(&self, peek: &Peek<'_>, places: &Places, direct: bool) -> Verdict {
        let Some(body) = peek.content.body.map(RawValue::get) else { return Verdict::Skip };
        let Some(text) = body.strip_prefix('"') else { return Verdict::Skip };
        if has_lone_surrogate(text) {
            return Verdict::Broken;
        }
        let text = text.trim_start_matches([' ', '\u{a0}']);
        let edit = || peek.content.relates_to.is_some_and(|raw| raw.get().contains("m.replace"));
        let answer = || {
            peek.content.relates_to.is_some()
                && (places.control.as_deref() == Some(&*peek.room_id)
                    || places.former_control.contains(&*peek.room_id))
        };
        let pressed =
            || peek.content.relates_to.is_some() && CHECKS.iter().any(|ch| text.contains(*ch));
        if self.candidate(text) || edit() || answer() || pressed() || direct {
            Verdict::Keep
        } else {
            Verdict::Skip
        }
    }

    /// `text` is the inside of a JSON string, still escaped: an escape at the start may be anything.
    fn candidate(&self, text: &str) -> bool {
        text.starts_with(&self.prefix)
            || text.starts_with(['\\', '\u{ff01}'])
            || (text.starts_with('>') && text.contains(&format!("\\n{}", self.prefix)))
            || yes(text)
    }
}

/// Whether JSON text has half of a surrogate pair: then it stands for no text, and readers differ
/// in what they make of it.
#[must_use]
pub fn has_lone_surrogate(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        rest = &rest[at..];
        match unit(rest) {
            Some(0xd800..0xdc00)
                if matches!(rest.get(6..).and_then(unit), Some(0xdc00..0xe000)) =>
            {
                rest = &rest[12..];
            }
            Some(0xd800..0xe000) => return true,
            // An escaped backslash begins no other escape.
            _ => rest = rest.get(2..).unwrap_or_default(),
        }
    }
    false
}

/// The number of an escape `\uXXXX` at the start of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

fn yes(text: &str) -> bool {
    let word = text.trim_end_matches(['"', ' ', '.', '!']);
    word.eq_ignore_ascii_case("yes") || word.eq_ignore_ascii_case("no")
}

fn reaction(peek: &Peek<'_>) -> Verdict {
    let likely = peek.content.relates_to.is_some_and(|raw| raw.get().len() < 512 + KEY_BYTES_MAX);
    if likely { Verdict::Keep } else { Verdict::Skip }
}

/// State that decides what a room is; a change by another hand is looked at.
fn watched(kind: &str) -> bool {
    kind.starts_with("agency.siso.partners.")
        || matches!(
            kind,
            "m.room.power_levels"
                | "m.room.join_rules"
                | "m.room.history_visibility"
                | "m.room.encryption"
                | "m.room.tombstone"
                | "m.room.name"
                | "m.room.topic"
                | "m.room.canonical_alias"
                | "m.room.server_acl"
                | "m.space.child"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_state_only_what_decides_about_a_room_is_kept() {
        let filter = Filter::new("@bot:example.org", "!");
        let mut places = Places::default();
        places.kept.insert("!a:example.org".into());
        let verdict = |kind: &str, key: &str| {
            let raw = format!(
                r#"{{"type":"{kind}","event_id":"$a","room_id":"!a:example.org","sender":"@ana:example.org",{key}"content":{{}}}}"#
            );
            filter.verdict(&serde_json::from_str(&raw).unwrap(), &places)
        };
        for kind in ["m.room.name", "m.space.child", "agency.siso.partners.profile"] {
            assert!(matches!(verdict(kind, r#""state_key":"","#), Verdict::Keep), "{kind}");
            assert!(matches!(verdict(kind, ""), Verdict::Skip), "{kind} that is no state");
        }
        for kind in ["m.room.avatar", "m.sticker", "org.example.poll"] {
            assert!(matches!(verdict(kind, r#""state_key":"","#), Verdict::Skip), "{kind}");
        }
    }

    #[test]
    fn half_a_pair_is_found_and_a_whole_one_is_not() {
        for broken in [r"\ud800", r"a\udc00\ud800", r"\ud83d\u0041", r"\\\udfff", r"\ud83dx"] {
            assert!(has_lone_surrogate(broken), "{broken}");
        }
        for fine in [
            "",
            "plain",
            r"\ud83d\ude00",
            r"\\ud800",
            r"\u00e4\n",
            r"\ud83d\ude00\ud83d\ude00",
            r"\",
        ] {
            assert!(!has_lone_surrogate(fine), "{fine}");
        }
    }
}
