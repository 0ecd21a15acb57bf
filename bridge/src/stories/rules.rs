//! The way through a case study, and what may be said in it.
mod yes;

pub use yes::yes_or_no;

use super::store::StoryRow;
use crate::platform::refusal::{Code, Refusal};
use schema::card::{StoryPart, StoryStatus, StoryText};
use schema::ids::StoryNumber;

/// The characters of one part.
pub const PART_CHARS_MAX: usize = 1_500;
/// The characters of all parts up to which they stand in the root message itself.
pub const ROOT_CHARS_MAX: usize = 1_200;
/// An open case study that nobody goes on with ends after these days.
pub const OPEN_DAYS: i64 = 14;
/// Case studies that a list shows.
pub const ROWS_MAX: i64 = 10;
/// Case studies that stand with the playbook which they used: the newest.
pub const WITH_PLAYBOOK_MAX: i64 = 5;
/// Its author is reminded so many days before it ends.
pub const REMIND_DAYS: i64 = 3;
pub const REASON_CHARS_MAX: usize = 500;
/// Shorter names are words of their own.
const NAME_CHARS_MIN: usize = 3;

/// What the author is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Part(StoryPart),
    /// Whether the client agreed.
    Client,
    /// Whether the author agrees to what was put together.
    Ready,
}

impl Step {
    pub const FIRST: Self = Self::Part(StoryPart::Situation);

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Part(part) => part.as_str(),
            Self::Client => "client",
            Self::Ready => "ready",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "client" => Some(Self::Client),
            "ready" => Some(Self::Ready),
            part => part.parse().ok().map(Self::Part),
        }
    }

    /// All, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        StoryPart::ALL.iter().copied().map(Self::Part).chain([Self::Client, Self::Ready])
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self::all().skip_while(|step| *step != self).nth(1).unwrap_or(Self::Ready)
    }

    #[must_use]
    pub fn back(self) -> Self {
        Self::all().take_while(|step| *step != self).last().unwrap_or(Self::FIRST)
    }

    /// The number of a part, and of how many.
    #[must_use]
    pub fn place(self) -> (usize, usize) {
        let at = Self::all().take_while(|step| *step != self).count();
        (at + 1, StoryPart::ALL.len() + 1)
    }
}

/// Whether a case study is none without this part.
#[must_use]
pub const fn is_needed(part: StoryPart) -> bool {
    matches!(part, StoryPart::Situation | StoryPart::Approach | StoryPart::Result)
}

/// The first thing that is missing before it is ready.
#[must_use]
pub fn missing(texts: &[StoryText], client_said: bool) -> Option<Step> {
    let has = |part: StoryPart| texts.iter().any(|text| text.part == part);
    let part = StoryPart::ALL.iter().copied().find(|part| is_needed(*part) && !has(*part));
    part.map(Step::Part).or_else(|| (!client_said).then_some(Step::Client))
}

/// # Errors
/// When a part is too long.
pub fn part(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() <= PART_CHARS_MAX {
        return Ok(text.to_owned());
    }
    let sentence =
        format!("One part has at most {PART_CHARS_MAX} characters; please send it shorter.");
    Err(Refusal::new(Code::Long, sentence))
}

/// # Errors
/// When there is no reason, or too long a one.
pub fn reason(text: &str, word: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let example = format!("story {word} ST-1 please leave the prices out");
    if text.is_empty() {
        return Err(
            Refusal::new(Code::Usage, "Please say why; the author reads it.").example(example)
        );
    }
    if text.chars().count() > REASON_CHARS_MAX {
        let sentence = format!("A reason has at most {REASON_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(text.to_owned())
}

/// # Errors
/// When the text is no number.
pub fn number(text: &str) -> Result<StoryNumber, Refusal> {
    text.to_ascii_uppercase().parse().map_err(|_| no_such_story())
}

#[must_use]
pub fn no_such_story() -> Refusal {
    Refusal::new(Code::Ref, "There is no such case study; `story list` shows them.")
        .example("story list")
}

#[must_use]
pub fn none_open() -> Refusal {
    Refusal::new(
        Code::Ref,
        "You are telling no case study now; `story start` and a sale begins one.",
    )
    .example("story start S-1")
}

/// # Errors
/// When a part that is needed would be left out.
pub fn may_skip(step: Step, has_text: bool) -> Result<(), Refusal> {
    match step {
        Step::Part(part) if is_needed(part) && !has_text => {
            let sentence = format!("A case study needs its {part}; a sentence or two will do.");
            Err(Refusal::new(Code::Usage, sentence).example("story cancel"))
        }
        Step::Client => {
            Err(Refusal::new(Code::Usage, "This needs a yes or a no.").example("story show"))
        }
        Step::Ready => Err(Refusal::new(
            Code::Usage,
            "Press ✅ under the preview, or change it with `story back`.",
        )
        .example("story back")),
        Step::Part(_) => Ok(()),
    }
}

/// Whether the words name a client: as whole words, in any case.
#[must_use]
pub fn names(text: &str, client: &str) -> bool {
    let (text, client) = (text.to_lowercase(), client.trim().to_lowercase());
    if client.chars().count() < NAME_CHARS_MIN {
        return false;
    }
    let edge = |ch: Option<char>| ch.is_none_or(|ch| !ch.is_alphanumeric());
    text.match_indices(&client).any(|(at, found)| {
        edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next())
    })
}

/// # Errors
/// When the client did not agree and is named all the same.
pub fn unnamed(texts: &[StoryText], client: &str, agreed: bool) -> Result<(), Refusal> {
    let named = texts.iter().find(|text| names(&text.text, client));
    match named.filter(|_| !agreed) {
        None => Ok(()),
        Some(text) => {
            let sentence = format!(
                "The {} names the client, who did not agree; please tell it without the name.",
                text.part
            );
            Err(Refusal::new(Code::Usage, sentence).example("story back"))
        }
    }
}

#[must_use]
pub fn status(row: &StoryRow) -> StoryStatus {
    if row.erased_at.is_some() {
        StoryStatus::Erased
    } else if row.retired_at.is_some() {
        StoryStatus::Retired
    } else if row.published_at.is_some() {
        StoryStatus::Published
    } else if row.closed_at.is_some() {
        StoryStatus::Closed
    } else if row.rejected_at.is_some() {
        StoryStatus::Rejected
    } else if row.submitted_at.is_some() {
        StoryStatus::Review
    } else {
        StoryStatus::Draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(part: StoryPart, text: &str) -> StoryText {
        StoryText { part, text: text.to_owned() }
    }

    #[test]
    fn steps_follow_one_another_both_ways() {
        let all: Vec<Step> = Step::all().collect();
        for pair in all.windows(2) {
            assert_eq!((pair[0].next(), pair[1].back()), (pair[1], pair[0]));
        }
        assert_eq!((Step::FIRST.back(), Step::Ready.next()), (Step::FIRST, Step::Ready));
        for step in all {
            assert_eq!(Step::parse(step.as_str()), Some(step));
        }
        assert_eq!(Step::Client.place(), (6, 6));
    }

    #[test]
    fn what_is_needed_is_not_left_out() {
        for part in [StoryPart::Situation, StoryPart::Approach, StoryPart::Result] {
            assert!(may_skip(Step::Part(part), false).is_err(), "{part}");
            assert!(may_skip(Step::Part(part), true).is_ok(), "{part}");
        }
        assert!(may_skip(Step::Client, true).is_err() && may_skip(Step::Ready, true).is_err());
    }

    #[test]
    fn what_is_missing_is_asked_for_in_order() {
        let mut texts = vec![text(StoryPart::Situation, "a"), text(StoryPart::Result, "c")];
        assert_eq!(missing(&texts, true), Some(Step::Part(StoryPart::Approach)));
        texts.push(text(StoryPart::Approach, "b"));
        assert_eq!(missing(&texts, false), Some(Step::Client));
        assert_eq!(missing(&texts, true), None);
    }

    #[test]
    fn a_client_who_did_not_agree_is_not_named() {
        for (said, named) in [
            ("The people of ACME wanted it", true),
            ("acme's door", true),
            ("Acmeville is a town", false),
            ("nothing", false),
        ] {
            assert_eq!(names(said, "Acme"), named, "{said}");
        }
        assert!(!names("it is so", "it"));
        let texts = [text(StoryPart::Quote, "Thank you, says Acme")];
        assert!(unnamed(&texts, "Acme", true).is_ok());
        assert!(unnamed(&texts, "Acme", false).unwrap_err().sentence.contains("quote"));
    }

    #[test]
    fn limits_hold_at_their_edge() {
        assert!(part(&"ä".repeat(PART_CHARS_MAX)).is_ok());
        assert_eq!(part(&"ä".repeat(PART_CHARS_MAX + 1)).unwrap_err().code, Code::Long);
        assert!(reason(&"x".repeat(REASON_CHARS_MAX), "reject").is_ok());
        assert_eq!(
            reason(&"x".repeat(REASON_CHARS_MAX + 1), "reject").unwrap_err().code,
            Code::Long
        );
        assert_eq!(reason(" ", "reject").unwrap_err().code, Code::Usage);
        assert_eq!(number("St-1").unwrap(), StoryNumber(1));
        assert!(number("S-1").is_err());
    }

    #[test]
    fn a_short_name_is_found_but_not_one_that_may_be_a_word() {
        let shortest = &"ibm"[..NAME_CHARS_MIN];
        assert!(names("The doors of IBM are open", shortest));
        assert!(!names("The doors of IB are open", &shortest[..NAME_CHARS_MIN - 1]));
    }
}
