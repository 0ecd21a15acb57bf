//! What may be asked, accepted and thanked for, and how often.
pub mod help;
pub mod routing;

use super::store::QuestionRow;
use crate::platform::refusal::{Code, Refusal};
use schema::card::QuestionStatus;
use schema::ids::{PartnerId, QuestionNumber};

pub const QUESTION_CHARS_MAX: usize = 1_000;
pub const REASON_CHARS_MAX: usize = 300;
/// Questions of one partner in a day of the program's zone.
pub const QUESTIONS_A_DAY_MAX: i64 = 5;
/// Kudos of one giver in a day of the program's zone.
pub const KUDOS_A_DAY_MAX: i64 = 5;
/// Kudos of one giver to one receiver within seven days.
pub const KUDOS_A_PAIR_MAX: i64 = 2;
/// An unanswered question comes up in general once, after this time.
pub const UNANSWERED_MS: i64 = 86_400_000;
/// Questions that the daily message names; the others come the next day.
pub const DIGEST_MAX: i64 = 10;

const ASK: &str = "ask How do I reach clinics in Graz?";
const KUDOS: &str = "kudos @ben:example.org for the introduction";

/// # Errors
/// When there is no question, or too long a one.
pub fn question(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::new(Code::Usage, "What would you like to ask?").example(ASK));
    }
    if text.chars().count() > QUESTION_CHARS_MAX {
        let sentence = format!(
            "A question has at most {QUESTION_CHARS_MAX} characters; more can follow in its thread."
        );
        return Err(Refusal::new(Code::Long, sentence).example(ASK));
    }
    Ok(text.to_owned())
}

/// # Errors
/// When somebody has asked enough for today.
pub fn may_ask(today: i64) -> Result<(), Refusal> {
    if today < QUESTIONS_A_DAY_MAX {
        return Ok(());
    }
    let sentence = format!("{QUESTIONS_A_DAY_MAX} questions a day are enough; ask again tomorrow.");
    Err(Refusal::new(Code::Rate, sentence).example("question list"))
}

/// Where a question is asked: the industry named, else that of the channel, else the first of the
/// asker's own that is open; `None` is general.
#[must_use]
pub fn channel<'a>(
    named: Option<&'a str>,
    here: Option<&'a str>,
    own: &'a [String],
    open: &[String],
) -> Option<&'a str> {
    named.or(here).or_else(|| own.iter().map(String::as_str).find(|slug| is_in(open, slug)))
}

fn is_in(slugs: &[String], slug: &str) -> bool {
    slugs.iter().any(|known| known == slug)
}

/// Whether one may say which answer helped, or take the question back: the asker, or a manager.
///
/// # Errors
/// When it is somebody else's question, or a decided one.
pub fn may_decide(
    question: &QuestionRow,
    partner: Option<PartnerId>,
    manager: bool,
) -> Result<(), Refusal> {
    if partner != Some(question.partner_id) && !manager {
        let sentence = format!("Only who asked {} can do this.", question.number);
        return Err(Refusal::new(Code::Auth, sentence).example("question list"));
    }
    match question.status() {
        QuestionStatus::Open => Ok(()),
        QuestionStatus::Answered => {
            let sentence = format!("{} has its accepted answer already.", question.number);
            Err(Refusal::new(Code::Dup, sentence).example("question list"))
        }
        QuestionStatus::Withdrawn => {
            let sentence = format!("{} was taken back.", question.number);
            Err(Refusal::new(Code::Dup, sentence).example(ASK))
        }
    }
}

/// # Errors
/// When the text is no question's number.
pub fn number(text: &str) -> Result<QuestionNumber, Refusal> {
    text.parse().map_err(|_| no_such_question())
}

#[must_use]
pub fn no_such_question() -> Refusal {
    Refusal::new(Code::Ref, "There is no such question; `question list` shows the open ones.")
        .example("question list")
}

#[must_use]
pub fn no_answer() -> Refusal {
    Refusal::new(
        Code::Ref,
        "Say this as a reply to the answer that helped, in the thread of your question.",
    )
    .example("answer")
}

/// # Errors
/// When there is no reason, or too long a one.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(Refusal::new(Code::Usage, "Say what for: others learn from it.").example(KUDOS));
    }
    if text.chars().count() > REASON_CHARS_MAX {
        let sentence = format!("A reason has at most {REASON_CHARS_MAX} characters.");
        return Err(Refusal::new(Code::Long, sentence).example(KUDOS));
    }
    Ok(text)
}

/// # Errors
/// When one thanks oneself, or has thanked enough: today, or this person of late.
pub fn may_thank(
    giver: PartnerId,
    receiver: PartnerId,
    today: i64,
    of_late: i64,
) -> Result<(), Refusal> {
    if giver == receiver {
        return Err(Refusal::new(
            Code::Usage,
            "Thank somebody else: kudos to oneself do not count.",
        )
        .example(KUDOS));
    }
    if today >= KUDOS_A_DAY_MAX {
        let sentence = format!("You have given {KUDOS_A_DAY_MAX} kudos today; more tomorrow.");
        return Err(Refusal::new(Code::Rate, sentence));
    }
    if of_late >= KUDOS_A_PAIR_MAX {
        let sentence = format!(
            "You have thanked them {KUDOS_A_PAIR_MAX} times within seven days; thank somebody else, or them later."
        );
        return Err(Refusal::new(Code::Rate, sentence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: PartnerId = PartnerId(1);
    const BEN: PartnerId = PartnerId(2);

    #[test]
    fn limits_are_met_exactly() {
        assert!(question(&"q".repeat(QUESTION_CHARS_MAX)).is_ok());
        let long = question(&"q".repeat(QUESTION_CHARS_MAX + 1)).unwrap_err();
        assert_eq!(long.code, Code::Long);
        assert_eq!(question(" \n ").unwrap_err().code, Code::Usage);
        assert!(reason(&"r".repeat(REASON_CHARS_MAX)).is_ok());
        assert!(reason(&"r".repeat(REASON_CHARS_MAX + 1)).is_err());
        assert!(may_ask(QUESTIONS_A_DAY_MAX - 1).is_ok());
        assert_eq!(may_ask(QUESTIONS_A_DAY_MAX).unwrap_err().code, Code::Rate);
        let last = (KUDOS_A_DAY_MAX - 1, KUDOS_A_PAIR_MAX - 1);
        assert!(may_thank(ANA, BEN, last.0, last.1).is_ok());
        assert_eq!(may_thank(ANA, BEN, KUDOS_A_DAY_MAX, 0).unwrap_err().code, Code::Rate);
        assert_eq!(may_thank(ANA, BEN, 0, KUDOS_A_PAIR_MAX).unwrap_err().code, Code::Rate);
        assert_eq!(may_thank(ANA, ANA, 0, 0).unwrap_err().code, Code::Usage);
    }

    #[test]
    fn a_question_goes_where_it_belongs() {
        let open = ["dental".to_owned(), "legal".to_owned()];
        let own = ["gyms".to_owned(), "legal".to_owned()];
        assert_eq!(channel(Some("dental"), Some("legal"), &own, &open), Some("dental"));
        assert_eq!(channel(None, Some("dental"), &own, &open), Some("dental"));
        assert_eq!(channel(None, None, &own, &open), Some("legal"));
        assert_eq!(channel(None, None, &own[..1], &open), None);
    }

    fn asked_by(partner_id: PartnerId) -> QuestionRow {
        QuestionRow {
            id: "01A".to_owned(),
            number: QuestionNumber(7),
            partner_id,
            asker_user: "@ana:a.org".to_owned(),
            asker_name: "Ana".to_owned(),
            text: "How do I reach clinics in Graz?".to_owned(),
            industry: None,
            room: "general".to_owned(),
            cause: "$asked".to_owned(),
            asked_at: 5,
            answered_at: None,
            answer_user: None,
            answer_event: None,
            withdrawn_at: None,
        }
    }

    #[test]
    fn who_asked_or_a_manager_decides_a_question_and_only_once() {
        let open = asked_by(ANA);
        let answered = QuestionRow { answered_at: Some(9), ..open.clone() };
        let withdrawn = QuestionRow { withdrawn_at: Some(9), ..open.clone() };
        for (question, partner, manager, may) in [
            (&open, Some(ANA), false, Ok(())),
            (&open, Some(BEN), true, Ok(())),
            (&open, None, true, Ok(())),
            (&open, Some(BEN), false, Err(Code::Auth)),
            (&open, None, false, Err(Code::Auth)),
            (&answered, Some(BEN), false, Err(Code::Auth)),
            (&answered, Some(ANA), false, Err(Code::Dup)),
            (&withdrawn, Some(ANA), true, Err(Code::Dup)),
        ] {
            let found = may_decide(question, partner, manager).map_err(|refusal| refusal.code);
            assert_eq!(found, may, "{:?} by {partner:?}, manager: {manager}", question.status());
        }
    }
}
