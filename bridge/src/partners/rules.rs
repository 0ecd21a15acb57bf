//! What is allowed with an enrollment, and what a person may set about themselves.
use crate::platform::refusal::{Code, Refusal};
use schema::status::Enrollment;

pub const APPLICATION_CHARS_MAX: usize = 1_000;
pub const NAME_CHARS_MAX: usize = 60;
/// How somebody is called who has left and is not to be named any more.
pub const FORMER: &str = "former partner";

/// A step in a partner's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Apply,
    Approve,
    Reject,
    Suspend,
    Reinstate,
    Remove,
}

/// # Errors
/// When the step does not follow on where the person stands.
pub fn follows(step: Step, from: Option<Enrollment>) -> Result<(), Refusal> {
    use Enrollment::{Approved, Left, Pending, Rejected, Suspended};
    let refused = |code, sentence: &str| Err(Refusal::new(code, sentence));
    match (step, from) {
        (Step::Apply, None | Some(Rejected | Left))
        | (Step::Approve, None | Some(Pending | Rejected | Left))
        | (Step::Reject, Some(Pending))
        | (Step::Suspend, Some(Approved))
        | (Step::Reinstate, Some(Suspended))
        | (Step::Remove, Some(Approved | Suspended)) => Ok(()),
        // Whoever has more to say adds it: see `actions::apply`.
        (Step::Apply, Some(Pending)) => refused(
            Code::Dup,
            "Your application is with the program's team; `apply` and more words add to it.",
        ),
        (Step::Apply | Step::Approve, Some(Approved)) => {
            refused(Code::Dup, "Already a partner; nothing to do.")
        }
        (Step::Apply, Some(Suspended)) => {
            refused(Code::Auth, "Your membership is suspended; please ask the program's team.")
        }
        (Step::Approve, Some(Suspended)) => Err(Refusal::new(
            Code::Dup,
            "This partner is suspended; use `partner reinstate` to let them in again.",
        )
        .example("partner reinstate @ana:example.org")),
        (Step::Suspend, Some(Suspended)) => refused(Code::Dup, "Already suspended; nothing to do."),
        (Step::Reinstate, Some(Approved)) => refused(Code::Dup, "Not suspended; nothing to do."),
        (Step::Remove, Some(Left)) => refused(Code::Dup, "Has already left; nothing to do."),
        (_, _) => Err(no_such_partner()),
    }
}

#[must_use]
pub fn no_such_partner() -> Refusal {
    Refusal::new(Code::Ref, "There is no such partner here; `partner list` shows them all.")
        .example("partner list")
}

/// # Errors
/// When an application is too long.
pub fn application(text: &str) -> Result<(), Refusal> {
    if text.chars().count() <= APPLICATION_CHARS_MAX {
        return Ok(());
    }
    let sentence = format!("An application has at most {APPLICATION_CHARS_MAX} characters in all.");
    Err(Refusal::new(Code::Long, sentence).example("apply I sell to dentists in Vienna"))
}

/// # Errors
/// When the name is empty or too long.
pub fn name(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::new(
            Code::Long,
            format!("A name has 1 to {NAME_CHARS_MAX} characters."),
        )
        .example("partner add @ana:example.org --name \"Ana Lopez\""));
    }
    Ok(name.to_owned())
}

/// How a person is called until somebody says otherwise: the local part of their id.
#[must_use]
pub fn name_of(user_id: &str) -> String {
    let local = user_id.trim_start_matches('@').split(':').next().unwrap_or(user_id);
    local.chars().take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_open_application_is_rejected() {
        assert!(follows(Step::Reject, Some(Enrollment::Pending)).is_ok());
        for from in [None, Some(Enrollment::Approved), Some(Enrollment::Left)] {
            assert!(follows(Step::Reject, from).is_err());
        }
    }

    #[test]
    fn a_name_is_short_and_there() {
        assert_eq!(name(" Ana ").unwrap(), "Ana");
        assert!(name(&"n".repeat(NAME_CHARS_MAX)).is_ok());
        for wrong in [" ".to_owned(), "n".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(name(&wrong).unwrap_err().code, Code::Long);
        }
        assert_eq!(name_of("@ana:example.org"), "ana");
    }

    #[test]
    fn who_left_may_come_back_and_who_is_suspended_may_not_apply() {
        assert!(follows(Step::Apply, Some(Enrollment::Left)).is_ok());
        let refusal = follows(Step::Apply, Some(Enrollment::Suspended)).unwrap_err();
        assert_eq!(refusal.code, Code::Auth);
    }

    #[test]
    fn an_application_may_be_long_but_no_book() {
        assert!(application(&"ä".repeat(APPLICATION_CHARS_MAX)).is_ok());
        let refusal = application(&"ä".repeat(APPLICATION_CHARS_MAX + 1)).unwrap_err();
        assert_eq!(refusal.code, Code::Long);
        assert!(refusal.sentence.contains("at most 1000 characters"), "{}", refusal.sentence);
    }
}
