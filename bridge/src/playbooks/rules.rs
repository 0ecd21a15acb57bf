//! What a playbook may be called and hold, who may change it, and how good it is said to be.
pub mod changes;
pub mod fields;
pub mod parts;
pub mod sources;

use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use schema::playbook::PlaybookStatus;

pub const SLUG_CHARS_MAX: usize = 48;
pub const TITLE_CHARS_MAX: usize = 120;
pub const SUMMARY_CHARS_MAX: usize = 300;
pub const TAGS_MAX: usize = 10;
pub const TAG_CHARS_MAX: usize = 32;
pub const INDUSTRIES_MAX: usize = 20;
/// The whole text of a version.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
pub const REASON_CHARS_MAX: usize = 500;
/// Versions of one playbook: more are no library but a diary.
pub const VERSIONS_MAX: i64 = 500;
/// Without a use or an edit for so long, its author is asked.
pub const STALE_DAYS: i64 = 180;
/// The same person reports the same playbook again after this time.
pub const REPORT_AGAIN_MS: i64 = 86_400_000;
/// Authors that are named in state and cards.
pub const AUTHORS_SHOWN_MAX: usize = 20;

pub const WANTED_CHARS_MAX: usize = 300;
/// Of the words looked for, in a refusal.
const WORDS_SHOWN_MAX: usize = 60;

const SAVE: &str = "playbook save cold-mail \"Cold mail that works\"";

/// How often a playbook was named on claims that are decided, and how many of these count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    pub uses: i64,
    pub won: i64,
}

impl Outcome {
    /// The smoothed rate of wins in millionths: what playbooks are ordered by, and never shown.
    #[must_use]
    pub fn rate_ppm(self) -> i64 {
        let (won, uses) = (i128::from(self.won.max(0)), i128::from(self.uses.max(0)));
        i64::try_from((won + 2) * 1_000_000 / (uses + 4)).unwrap_or(0)
    }
}

/// The ratings of a playbook: their sum and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rating {
    pub stars: i64,
    pub ratings: i64,
}

impl Rating {
    /// The mean times 100, rounded half up; 0 without a rating.
    #[must_use]
    pub fn x100(self) -> i64 {
        if self.ratings <= 0 {
            return 0;
        }
        (self.stars * 200 + self.ratings) / (self.ratings * 2)
    }
}

/// The order of the library: outcome, then how sure it is, then ratings, then name.
#[must_use]
pub fn order(outcome: Outcome, rating: Rating, slug: &str) -> impl Ord + use<> {
    use std::cmp::Reverse;
    (Reverse(outcome.rate_ppm()), Reverse(outcome.uses), Reverse(rating.x100()), slug.to_owned())
}

/// # Errors
/// A refusal that says how slugs are written.
pub fn slug(text: &str) -> Result<String, Refusal> {
    let slug = text.trim().to_ascii_lowercase();
    if slug.chars().count() > SLUG_CHARS_MAX {
        let sentence = format!("A playbook's short name has at most {SLUG_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(SAVE));
    }
    let plain =
        slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if slug.is_empty() || !plain || slug.starts_with('-') || slug.ends_with('-') {
        let sentence = "A playbook's short name takes a-z, 0-9 and dashes between them.";
        return Err(Refusal::new(Code::Usage, sentence).example(SAVE));
    }
    Ok(slug)
}

/// # Errors
/// A refusal when the title is empty or too long.
pub fn title(text: &str) -> Result<String, Refusal> {
    let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        let sentence = "A playbook needs a title, in quotes after its short name.";
        return Err(Refusal::new(Code::Usage, sentence).example(SAVE));
    }
    if title.chars().count() > TITLE_CHARS_MAX {
        let sentence = format!("A title has at most {TITLE_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(SAVE));
    }
    Ok(title)
}

/// The summary that was given, or the beginning of the text.
///
/// # Errors
/// A refusal when the given one is too long.
pub fn summary(given: Option<&str>, body: &str) -> Result<String, Refusal> {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(text) = given {
        let summary = line(text);
        if summary.chars().count() > SUMMARY_CHARS_MAX {
            let sentence = format!("A summary has at most {SUMMARY_CHARS_MAX} characters.");
            return Err(Refusal::new(Code::Long, sentence).example(SAVE));
        }
        return Ok(summary);
    }
    let words = |text: &&str| text.chars().any(char::is_alphanumeric);
    // A heading says less than what stands below it.
    let is_heading = |text: &&str| text.trim_start().starts_with('#');
    let mut said = body.lines().filter(words);
    let first = said.clone().find(|text| !is_heading(text)).or_else(|| said.next());
    let first = first.unwrap_or_default();
    let first = first.trim_start_matches(['#', '>', '*', '-', '+', ' ']);
    // It is shown as plain text.
    let first = line(&first.replace("**", "").replace("__", "").replace('`', ""));
    let cut: String = first.chars().take(120).collect();
    Ok(if cut.len() < first.len() { format!("{cut}…") } else { cut })
}

/// Tags, in small letters, each once.
///
/// # Errors
/// A refusal when there are too many or one is too long.
pub fn tags(list: Option<&str>) -> Result<Vec<String>, Refusal> {
    let mut tags: Vec<String> = Vec::new();
    for tag in list.unwrap_or_default().split(',') {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let tag = tag.trim_start_matches('#').to_owned();
        if tag.is_empty() || tags.contains(&tag) {
            continue;
        }
        if tag.chars().count() > TAG_CHARS_MAX || tags.len() == TAGS_MAX {
            let sentence = format!(
                "A playbook has at most {TAGS_MAX} tags of at most {TAG_CHARS_MAX} characters."
            );
            let example = format!("{SAVE} --tag mail,first-contact");
            return Err(Refusal::new(Code::Long, sentence).example(example));
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// # Errors
/// A refusal when there is no text, too much of it, or a character that no database keeps.
pub fn body(text: &str) -> Result<(), Refusal> {
    if !text.chars().any(|ch| ch.is_alphanumeric()) {
        let sentence = "Where is the text? Put it on the lines below the command, or send the \
                        command as a reply to the message, or in the thread, that holds it.";
        return Err(Refusal::new(Code::Usage, sentence).example(SAVE));
    }
    if text.len() > BODY_BYTES_MAX {
        let sentence =
            format!("A playbook's text has at most {} KiB; split it.", BODY_BYTES_MAX / 1024);
        return Err(Refusal::new(Code::Long, sentence).example(SAVE));
    }
    if text.contains('\0') {
        let sentence = "The text holds the invisible character U+0000 (null): save it without.";
        return Err(Refusal::new(Code::Chars, sentence).example(SAVE));
    }
    Ok(())
}

/// # Errors
/// A refusal when it is no number from 1 to 5.
pub fn stars(slug: &str, text: &str) -> Result<i64, Refusal> {
    let stars = text.trim().trim_end_matches(['★', '⭐', '*']).parse::<i64>().ok();
    stars.filter(|stars| (1..=5).contains(stars)).ok_or_else(|| {
        Refusal::new(Code::Usage, "A rating is a number from 1 to 5.")
            .example(format!("playbook rate {slug} 4"))
    })
}

/// # Errors
/// When the reason is missing or too long.
pub fn reason(verb: &str, slug: &str, text: &str) -> Result<(), Refusal> {
    let count = text.trim().chars().count();
    let example = format!("playbook {verb} {slug} the prices are out of date");
    if count == 0 {
        return Err(Refusal::new(Code::Usage, "Please say why.").example(example));
    }
    if count > REASON_CHARS_MAX {
        let sentence = format!("A reason has at most {REASON_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(())
}

/// "Absent" and "not yours to see" answer alike; a slip gets a suggestion.
#[must_use]
pub fn no_such_playbook(word: &str, near: Option<&str>) -> Refusal {
    let hint = match near {
        Some(near) => format!("did you mean {near}? `playbook show {near}`"),
        None => "`playbook list` shows what there is.".to_owned(),
    };
    let sentence = format!("There is no playbook {}: {hint}", foreign(word));
    Refusal::new(Code::Ref, sentence).example(match near {
        Some(near) => format!("playbook show {near}"),
        None => "playbook list".to_owned(),
    })
}

/// Words to look for.
///
/// # Errors
/// A refusal when there are none, or too many.
pub fn wanted(words: Option<&str>) -> Result<&str, Refusal> {
    let words = words.unwrap_or_default().trim();
    if words.chars().count() > WANTED_CHARS_MAX {
        let sentence = format!("A search takes at most {WANTED_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example("playbook search cold mail"));
    }
    if words.chars().any(char::is_alphanumeric) {
        return Ok(words);
    }
    let sentence = "What do you look for? A few words will do, also parts of words.";
    Err(Refusal::new(Code::Usage, sentence).example("playbook search cold mail"))
}

/// `elsewhere`: how many fit that are for other industries.
#[must_use]
pub fn nothing_found(words: &str, industry: Option<&str>, elsewhere: usize) -> Refusal {
    let words: String = words.chars().take(WORDS_SHOWN_MAX).collect();
    let words = foreign(&words);
    let (sentence, example) = match (industry, elsewhere) {
        (Some(slug), 0) => {
            let sentence =
                format!("No playbook fits {words}; try other words, or see all for {slug}.");
            (sentence, format!("playbook list --industry {slug}"))
        }
        (Some(slug), _) => {
            let sentence = format!(
                "No playbook for {slug} fits {words}, but others do: search without --industry, in \
                 our own chat."
            );
            (sentence, "playbook search cold mail".to_owned())
        }
        (None, _) => {
            let sentence = format!("No playbook fits {words}; try other words, or see all.");
            (sentence, "playbook list".to_owned())
        }
    };
    Refusal::new(Code::Ref, sentence).example(example)
}

/// # Errors
/// When it is not one that may be used now.
pub fn usable(slug: &str, status: PlaybookStatus) -> Result<(), Refusal> {
    let sentence = match status {
        PlaybookStatus::Published => return Ok(()),
        PlaybookStatus::Retired => {
            format!("{slug} is retired; `playbook list` shows those that hold.")
        }
        PlaybookStatus::Draft | PlaybookStatus::Review | PlaybookStatus::TakenDown => {
            return Err(no_such_playbook(slug, None));
        }
    };
    Err(Refusal::new(Code::Ref, sentence).example("playbook list"))
}

/// What waits for a reviewer is decided once.
///
/// # Errors
/// When the version is decided already, or a newer one waits.
pub fn undecided(slug: &str, decided: bool, erased: bool) -> Result<(), Refusal> {
    if erased {
        let sentence = format!("The text of {slug} was erased; there is nothing to publish.");
        return Err(Refusal::new(Code::Ref, sentence).example(format!("playbook history {slug}")));
    }
    if decided {
        let sentence = format!("Nothing of {slug} waits for a decision.");
        return Err(Refusal::new(Code::Dup, sentence).example(format!("playbook show {slug}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smoothed_rate_is_the_worked_example_s() {
        let rate = |won, uses| Outcome { uses, won }.rate_ppm();
        assert_eq!((rate(3, 3), rate(40, 50), rate(0, 0)), (714_285, 777_777, 500_000));
        let none = Rating::default();
        let mut names = ["3 of 3", "40 of 50", "unused"];
        names.sort_by_key(|name| {
            let (won, uses) = match *name {
                "3 of 3" => (3, 3),
                "40 of 50" => (40, 50),
                _ => (0, 0),
            };
            order(Outcome { uses, won }, none, name)
        });
        assert_eq!(names, ["40 of 50", "3 of 3", "unused"]);
    }

    #[test]
    fn ratings_are_means_of_hundredths() {
        let x100 = |stars, ratings| Rating { stars, ratings }.x100();
        assert_eq!((x100(0, 0), x100(9, 2), x100(14, 3), x100(5, 1)), (0, 450, 467, 500));
    }

    #[test]
    fn words_have_their_limits() {
        assert!(slug(&"a".repeat(SLUG_CHARS_MAX)).is_ok());
        assert_eq!(slug(&"a".repeat(SLUG_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
        for bad in ["", "-a", "a b", "../secret", "a\u{2215}b", "prüfung"] {
            assert_eq!(slug(bad).unwrap_err().code, Code::Usage, "{bad}");
        }
        assert!(title(&"t".repeat(TITLE_CHARS_MAX)).is_ok());
        assert_eq!(title(&"t".repeat(TITLE_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
        let long = "s".repeat(SUMMARY_CHARS_MAX + 1);
        assert_eq!(summary(Some(&long), "").unwrap_err().code, Code::Long);
        let many = (0..=TAGS_MAX).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(tags(Some(&many)).unwrap_err().code, Code::Long);
        assert_eq!(tags(Some(&"t".repeat(TAG_CHARS_MAX + 1))).unwrap_err().code, Code::Long);
        assert_eq!(tags(Some("Mail, #mail,  cold  call ")).unwrap(), ["mail", "cold call"]);
        assert!(body(&"b".repeat(BODY_BYTES_MAX)).is_ok());
        assert_eq!(body(&"b".repeat(BODY_BYTES_MAX + 1)).unwrap_err().code, Code::Long);
        assert_eq!(body("a\0").unwrap_err().code, Code::Chars);
        assert_eq!(body(" \n# ").unwrap_err().code, Code::Usage);
        let reasons = ["".to_owned(), "r".repeat(REASON_CHARS_MAX + 1)];
        assert!(reasons.iter().all(|text| reason("retire", "a", text).is_err()));
    }

    #[test]
    fn stars_are_one_to_five() {
        for (text, stars_are) in [("1", Some(1)), ("5", Some(5)), ("4★", Some(4)), ("0", None)] {
            assert_eq!(stars("a", text).ok(), stars_are, "{text}");
        }
        for bad in ["6", "-1", "4.5", "five", ""] {
            assert!(stars("a", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_summary_is_the_first_line_that_says_something() {
        assert_eq!(summary(None, "\n# Before\n---\n**Begin** `here`\nmore").unwrap(), "Begin here");
        assert_eq!(summary(None, "# **Begin** `here`").unwrap(), "Begin here");
        assert_eq!(summary(Some("  so  it is "), "x").unwrap(), "so it is");
        assert!(summary(None, &"long ".repeat(100)).unwrap().chars().count() <= 121);
    }

    #[test]
    fn a_search_wants_words_and_says_where_else_to_look() {
        assert_eq!(wanted(Some(" cold mail ")).ok(), Some("cold mail"));
        for none in [None, Some(""), Some("?!"), Some("🎉")] {
            assert_eq!(wanted(none).err().map(|refusal| refusal.code), Some(Code::Usage));
        }
        let long = "x".repeat(WANTED_CHARS_MAX + 1);
        assert_eq!(wanted(Some(&long)).err().map(|refusal| refusal.code), Some(Code::Long));
        assert!(wanted(Some(&long[1..])).is_ok());
        let sentence = |industry, elsewhere| nothing_found("x", industry, elsewhere).sentence;
        assert!(sentence(Some("dental"), 1).contains("but others do: search without --industry"));
        assert!(sentence(Some("dental"), 0).contains("see all for dental"));
        assert!(sentence(None, 0).contains("see all."));
        let long = nothing_found(&"x".repeat(5_000), None, 0).sentence;
        assert!(long.chars().count() < 200, "{long}");
    }
}
