//! A yes or no in words or by a sign, as an answer to a question.
use crate::platform::commands::reaction::{Verdict, verdict};

/// What a plain message says to a yes or no.
#[must_use]
pub fn yes_or_no(text: &str) -> Option<bool> {
    let word = text.trim().trim_end_matches(['.', '!']);
    match verdict(word) {
        Some(Verdict::Yes) => return Some(true),
        Some(Verdict::No) => return Some(false),
        None => {}
    }
    match word.to_lowercase().as_str() {
        "yes" | "y" => Some(true),
        "no" | "n" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_said_in_some_ways() {
        for (said, meant) in
            [("Yes.", Some(true)), ("👍", Some(true)), ("NO", Some(false)), ("maybe", None)]
        {
            assert_eq!(yes_or_no(said), meant, "{said}");
        }
    }
}
