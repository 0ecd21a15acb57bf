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
mod tests;
