//! What may be offered, asked and logged, and when.
pub mod matching;

use super::store::MentorshipRow;
use crate::platform::refusal::{Code, Refusal};
use schema::card::MentorshipStatus;
use schema::ids::PartnerId;
use std::collections::{BTreeMap, BTreeSet};

/// Mentees of one mentor at a time.
pub const CAPACITY_MAX: i64 = 10;
pub const CAPACITY_USUAL: i64 = 2;
/// Mentors of one mentee at a time.
pub const MENTORS_MAX: usize = 3;
/// Open requests that one mentor has before no more are sent to them.
pub const REQUESTS_MAX: i64 = 3;
/// Mentors who are asked one after another by one request.
pub const ATTEMPTS_MAX: usize = 3;
/// How long a mentor has to answer.
pub const ANSWER_MS: i64 = 3 * DAY_MS;
/// How long a mentorship may be silent before the bot asks.
pub const CHECK_IN_MS: i64 = 14 * DAY_MS;
/// Sessions that may be logged for one mentorship in a day of the program's zone.
pub const SESSIONS_A_DAY_MAX: i64 = 3;
/// How long after the end feedback is taken.
pub const FEEDBACK_MS: i64 = 30 * DAY_MS;
pub const TEXT_CHARS_MAX: usize = 500;

const DAY_MS: i64 = 86_400_000;

/// # Errors
/// When the number of mentees is none.
pub fn capacity(text: Option<&str>) -> Result<i64, Refusal> {
    let Some(text) = text else { return Ok(CAPACITY_USUAL) };
    text.parse().ok().filter(|n| (1..=CAPACITY_MAX).contains(n)).ok_or_else(|| {
        let sentence = format!("A mentor takes 1 to {CAPACITY_MAX} mentees at a time.");
        Refusal::new(Code::Usage, sentence).example("mentor offer --capacity 2")
    })
}

/// A goal, a note, or feedback: one paragraph.
///
/// # Errors
/// When it is empty or too long.
pub fn text(text: &str, what: &str, example: &str) -> Result<String, Refusal> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(Refusal::new(Code::Usage, format!("Say {what}.")).example(example));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        let sentence = format!("That is too long: at most {TEXT_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(example));
    }
    Ok(text)
}

/// # Errors
/// When it is no number from 1 to 5.
pub fn stars(text: &str) -> Result<i64, Refusal> {
    text.parse().ok().filter(|n| (1..=5).contains(n)).ok_or_else(|| {
        Refusal::new(Code::Usage, "Feedback is a number from 1 (no help) to 5 (great).")
            .example("mentor feedback 5 we met every week")
    })
}

/// Whether a mentee may send another request, from their own mentorships.
///
/// # Errors
/// When one waits already, or they have mentors enough, or this one already.
pub fn may_request(
    own: &[MentorshipRow],
    mentee: PartnerId,
    mentor: PartnerId,
) -> Result<(), Refusal> {
    if mentee == mentor {
        return Err(Refusal::new(Code::Usage, "Ask somebody else to be your mentor.")
            .example("mentor find"));
    }
    let mine =
        |status| own.iter().filter(move |row| row.mentee.id == mentee && row.status() == status);
    if let Some(row) = mine(MentorshipStatus::Asked).next() {
        let name = crate::platform::text::foreign(&row.mentor.name);
        let sentence =
            format!("{name} has not answered yet; `mentor end` takes your request back.");
        return Err(Refusal::new(Code::Dup, sentence).example("mentor list"));
    }
    if mine(MentorshipStatus::Active).any(|row| row.mentor.id == mentor) {
        return Err(Refusal::new(Code::Dup, "They are your mentor already.").example("mentor list"));
    }
    if mine(MentorshipStatus::Active).count() >= MENTORS_MAX {
        let sentence =
            format!("You have {MENTORS_MAX} mentors; end one of these mentorships first.");
        return Err(Refusal::new(Code::Rate, sentence).example("mentor list"));
    }
    Ok(())
}

/// What a check-in does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    /// Asks now, and comes again at this time.
    Ask(i64),
    /// Says nothing: there was a session of late. Comes again at this time.
    Wait(i64),
}

/// Whether the two are asked how it goes: not while their last session, or the start, is recent.
#[must_use]
pub const fn check_in(now: i64, started_at: i64, last_session_at: Option<i64>) -> CheckIn {
    let last = match last_session_at {
        Some(at) if at > started_at => at,
        _ => started_at,
    };
    if now < last + CHECK_IN_MS {
        CheckIn::Wait(last + CHECK_IN_MS)
    } else {
        CheckIn::Ask(now + CHECK_IN_MS)
    }
}

/// A mentorship as far as a mentor's badge needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taught {
    pub mentee: PartnerId,
    pub accepted_at: i64,
}

/// How many of a mentor's mentees have had their first approved sale ever since the mentorship
/// began. `first_sales`: when each had it.
#[must_use]
pub fn mentees_won(taught: &[Taught], first_sales: &BTreeMap<PartnerId, i64>) -> usize {
    let won = |one: &&Taught| {
        first_sales.get(&one.mentee).is_some_and(|first_at| *first_at >= one.accepted_at)
    };
    taught.iter().filter(won).map(|one| one.mentee).collect::<BTreeSet<_>>().len()
}

#[must_use]
pub fn no_mentorship() -> Refusal {
    Refusal::new(Code::Ref, "You have no mentorship now; `mentor find` shows who offers one.")
        .example("mentor find")
}

#[must_use]
pub fn in_private() -> Refusal {
    Refusal::new(
        Code::Room,
        "This is between the two of you: say it in your private room or in a direct chat with me.",
    )
    .example("mentor list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentorship::store::Side;
    use schema::ids::MentorshipId;

    #[test]
    fn a_capacity_is_small_and_positive() {
        assert_eq!(capacity(None), Ok(CAPACITY_USUAL));
        assert_eq!(capacity(Some("10")), Ok(CAPACITY_MAX));
        for bad in ["0", "11", "-1", "two", "99999999999999999999"] {
            assert_eq!(capacity(Some(bad)).unwrap_err().code, Code::Usage, "{bad}");
        }
        assert_eq!(stars("5"), Ok(5));
        assert!(stars("0").is_err() && stars("6").is_err());
        assert!(text(&"t".repeat(TEXT_CHARS_MAX), "it", "me").is_ok());
        assert_eq!(text(&"t".repeat(TEXT_CHARS_MAX + 1), "it", "me").unwrap_err().code, Code::Long);
    }

    #[test]
    fn a_check_in_counts_from_the_last_session_and_not_from_before_the_start() {
        assert_eq!(check_in(CHECK_IN_MS + 4, 5, None), CheckIn::Wait(CHECK_IN_MS + 5));
        assert_eq!(check_in(CHECK_IN_MS + 5, 5, None), CheckIn::Ask(2 * CHECK_IN_MS + 5));
        assert_eq!(check_in(CHECK_IN_MS + 5, 5, Some(9)), CheckIn::Wait(CHECK_IN_MS + 9));
        assert_eq!(check_in(CHECK_IN_MS + 4, 5, Some(1)), CheckIn::Wait(CHECK_IN_MS + 5));
    }

    fn mentored_by(mentor: u128, accepted_at: Option<i64>) -> MentorshipRow {
        let side = |id| Side { id: PartnerId(id), user_id: String::new(), name: "Ana".to_owned() };
        MentorshipRow {
            id: MentorshipId(mentor),
            search_id: String::new(),
            mentor: side(mentor),
            mentee: side(1),
            goal: None,
            asked_at: 0,
            accepted_at,
            declined_at: None,
            lapsed_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_mentor_is_asked_by_who_has_room_for_one() {
        let ask = |own: &[MentorshipRow], mentor| {
            may_request(own, PartnerId(1), PartnerId(mentor)).map_err(|refusal| refusal.code)
        };
        assert_eq!(ask(&[], 1), Err(Code::Usage));
        let mut own: Vec<_> =
            (2..).take(MENTORS_MAX - 1).map(|mentor| mentored_by(mentor, Some(5))).collect();
        assert_eq!(ask(&own, 2), Err(Code::Dup));
        assert_eq!(ask(&own, 90), Ok(()));
        own.push(mentored_by(80, Some(5)));
        assert_eq!(ask(&own, 90), Err(Code::Rate));
        own.push(mentored_by(81, None));
        assert_eq!(ask(&own, 90), Err(Code::Dup));
        assert_eq!(
            may_request(&own, PartnerId(7), PartnerId(2)),
            Ok(()),
            "those of others do not count"
        );
    }

    #[test]
    fn a_check_in_is_gentle() {
        let start = 1_000;
        let due = start + CHECK_IN_MS;
        assert_eq!(check_in(due - 1, start, None), CheckIn::Wait(due));
        assert_eq!(check_in(due, start, None), CheckIn::Ask(due + CHECK_IN_MS));
        let session = due - DAY_MS;
        assert_eq!(check_in(due, start, Some(session)), CheckIn::Wait(session + CHECK_IN_MS));
        let late = session + CHECK_IN_MS;
        assert_eq!(check_in(late, start, Some(session)), CheckIn::Ask(late + CHECK_IN_MS));
    }

    #[test]
    fn a_mentee_s_first_sale_counts_once_and_only_after_the_start() {
        let taught = |mentee, accepted_at| Taught { mentee: PartnerId(mentee), accepted_at };
        let sales: BTreeMap<PartnerId, i64> =
            [(PartnerId(1), 50), (PartnerId(2), 5), (PartnerId(3), 70)].into();
        let all = [taught(1, 10), taught(1, 40), taught(2, 10), taught(3, 70), taught(4, 10)];
        assert_eq!(mentees_won(&all, &sales), 2);
        assert_eq!(mentees_won(&[], &sales), 0);
    }
}
