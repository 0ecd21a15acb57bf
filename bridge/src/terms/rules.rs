//! What terms may say, and when a claim has to wait for them.
use crate::platform::refusal::{Code, Refusal};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// The text as a JSON string: with its HTML and its card it has to fit into one message.
pub const TEXT_BYTES_MAX: usize = 12_000;
/// A question shows as much of the text; what is longer is read by `terms show`.
pub const SHORT_CHARS_MAX: usize = 600;
/// Partners asked in one go.
pub const ASKED_PAGE_MAX: i64 = 25;
/// Between two goes: a thousand partners are asked within seven minutes.
pub const PAGE_PAUSE_MS: i64 = 10_000;
/// Partners shown in the team's list.
pub const ROWS_MAX: i64 = 40;

const EXAMPLE: &str = "terms publish";

/// The text as it is kept.
///
/// # Errors
/// When there is none, or too much for one message.
pub fn text(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        let sentence = "Where is the text? It stands on the lines below the command, or in the message that the command answers.";
        return Err(Refusal::new(Code::Usage, sentence).example(EXAMPLE));
    }
    let bytes = serde_json::to_string(text).map_or(usize::MAX, |json| json.len());
    if bytes > TEXT_BYTES_MAX {
        let sentence = format!(
            "Terms have at most {TEXT_BYTES_MAX} bytes (these: {bytes}); put the rest on a page and name its address."
        );
        return Err(Refusal::new(Code::Long, sentence).example(EXAMPLE));
    }
    Ok(text.to_owned())
}

/// As much as a question shows, cut between two words; whether that is all.
#[must_use]
pub fn short(text: &str) -> (&str, bool) {
    let Some((end, _)) = text.char_indices().nth(SHORT_CHARS_MAX) else { return (text, true) };
    let cut = &text[..end];
    let end = cut.rfind(char::is_whitespace).unwrap_or(end);
    (cut[..end].trim_end(), false)
}

#[must_use]
pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// A version as people write it: `2` or `v2`.
///
/// # Errors
/// When it is no number.
pub fn version(word: &str) -> Result<i64, Refusal> {
    let digits = word.trim().trim_start_matches(['v', 'V']);
    digits.parse().map_err(|_| no_such_version())
}

#[must_use]
pub fn no_such_version() -> Refusal {
    Refusal::new(Code::Ref, "There is no such version of the terms; `terms show` has the newest.")
        .example("terms show")
}

#[must_use]
pub fn none_yet() -> Refusal {
    Refusal::new(Code::Ref, "The program has published no terms yet.").example("help")
}

/// The last day on which claims need no acceptance.
///
/// # Errors
/// When it is no day, or past.
pub fn required_on(text: &str, today: Date) -> Result<Date, Refusal> {
    let example = format!("terms require {}", today.saturating_add(jiff::Span::new().days(30)));
    let day: Date = text.trim().parse().map_err(|_| {
        Refusal::new(Code::Date, "A day is written YYYY-MM-DD.").example(example.clone())
    })?;
    if day < today {
        return Err(Refusal::new(Code::Date, "This day is past.").example(example));
    }
    Ok(day)
}

/// Whether a claim of today needs that the terms are accepted.
#[must_use]
pub fn is_due(required_on: Option<Date>, today: Date) -> bool {
    required_on.is_some_and(|day| today > day)
}

/// The answer to a claim that has to wait.
#[must_use]
pub fn accept_first(version: i64) -> Refusal {
    let sentence = format!(
        "Please accept the program's terms first (version {version}): `terms show` in our own chat, then ✅."
    );
    Refusal::new(Code::Auth, sentence).example("terms show")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_into_one_message() {
        assert_eq!(text("  Be fair. \n").unwrap(), "Be fair.");
        assert_eq!(text(" \n ").unwrap_err().code, Code::Usage);
        let most = "a".repeat(TEXT_BYTES_MAX - 2);
        assert!(text(&most).is_ok());
        assert_eq!(text(&format!("{most}a")).unwrap_err().code, Code::Long);
        assert_eq!(text(&"\"".repeat(TEXT_BYTES_MAX / 2)).unwrap_err().code, Code::Long);
    }

    #[test]
    fn a_question_shows_whole_words() {
        assert_eq!(short("Be fair."), ("Be fair.", true));
        let whole = "ü".repeat(SHORT_CHARS_MAX);
        assert_eq!(short(&whole), (whole.as_str(), true));
        let long = "fair words ".repeat(SHORT_CHARS_MAX);
        let (shown, all) = short(&long);
        assert!(!all && long.starts_with(shown) && shown.chars().count() <= SHORT_CHARS_MAX);
        assert!(shown.ends_with("fair") || shown.ends_with("words"), "{shown}");
        let unbroken = "x".repeat(SHORT_CHARS_MAX + 1);
        assert_eq!(short(&unbroken).0.len(), SHORT_CHARS_MAX);
    }

    #[test]
    fn a_version_and_a_day_are_read() {
        assert_eq!((version("2").unwrap(), version(" V3").unwrap()), (2, 3));
        assert_eq!(version("two").unwrap_err().code, Code::Ref);
        let today: Date = "2026-11-28".parse().unwrap();
        let day = |text| required_on(text, today);
        assert_eq!(day("2026-11-28").unwrap(), today);
        assert_eq!(day("2026-11-27").unwrap_err().code, Code::Date);
        assert_eq!(day("soon").unwrap_err().code, Code::Date);
        assert!(!is_due(None, today) && !is_due(Some(today), today));
        assert!(is_due(Some(today.yesterday().unwrap()), today));
        assert_eq!(sha256("").len(), 64);
    }
}
