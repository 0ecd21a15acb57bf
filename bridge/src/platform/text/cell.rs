//! Text in a cell of a table file: spreadsheets run what begins like a formula, so that gets an
//! apostrophe before it. Only for cells of text; a number's sign is a number's.
use std::borrow::Cow;

/// What a formula begins with, in its full-width and small forms, too.
const STARTS: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];
const MARK: char = '\'';

/// The text as a cell may hold it. What it does can be undone by [`unguarded`].
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text.trim_start_matches(MARK)) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that a cell was made of.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(text) if is_dangerous(text.trim_start_matches(MARK)) => text,
        _ => cell,
    }
}

/// Whether a program may take it for a formula, at once or after it has dropped what cannot be seen.
fn is_dangerous(text: &str) -> bool {
    let unseen = |c: char| c.is_whitespace() || c.is_control() || super::foreign::is_invisible(c);
    text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(unseen).starts_with(STARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for text in [
            "=HYPERLINK(\"http://x\")",
            "+1",
            "-1",
            "@x",
            "\t=1",
            "\t1",
            "\r1",
            "＝1",
            "\u{200b}=1",
            " =1",
            "'=1",
        ] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["", "Acme", "1-1", "O'Neil", "'quoted'", "{\"a\":-1}"] {
            assert_eq!(guarded(text), text);
        }
    }

    proptest! {
        /// Nothing is lost, and no cell begins like a formula.
        #[test]
        fn cells_can_be_read_back(text in "['=+@ \t\r\n＝a-]{0,6}") {
            let cell = guarded(&text).into_owned();
            prop_assert_eq!(unguarded(&cell), text.as_str());
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']));
        }
    }
}
