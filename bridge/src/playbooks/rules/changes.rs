//! How two versions differ, in lines, as people read it: what went has a `-`, what came a `+`.
use similar::{ChangeTag, TextDiff};

/// Longer texts are only compared where they begin to differ and where they end to.
pub const COMPARED_LINES_MAX: usize = 2_000;
/// Lines that are shown; the rest is counted.
pub const SHOWN_LINES_MAX: usize = 80;
const LINE_CHARS_MAX: usize = 300;
/// Lines around a change.
const AROUND: usize = 2;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub added: usize,
    pub removed: usize,
    /// With their signs, and `…` where lines that are the same are left out.
    pub lines: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

#[must_use]
pub fn changes(old: &str, new: &str) -> Changes {
    let lines = |text: &str| text.lines().count();
    if lines(old).max(lines(new)) > COMPARED_LINES_MAX {
        return coarse(old, new);
    }
    let diff = TextDiff::from_lines(old, new);
    let mut changes = Changes::default();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            changes.push("…".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            changes.add(change.tag(), change.value());
        }
    }
    changes
}

/// What lies between the common beginning and the common end.
fn coarse(old: &str, new: &str) -> Changes {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let left = old.len().min(new.len()) - same;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let mut changes = Changes::default();
    for line in &old[same..old.len() - tail] {
        changes.add(ChangeTag::Delete, line);
    }
    for line in &new[same..new.len() - tail] {
        changes.add(ChangeTag::Insert, line);
    }
    changes
}

impl Changes {
    fn add(&mut self, tag: ChangeTag, line: &str) {
        let sign = match tag {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => {
                self.removed += 1;
                '-'
            }
            ChangeTag::Insert => {
                self.added += 1;
                '+'
            }
        };
        let line: String =
            line.trim_end_matches(['\n', '\r']).chars().take(LINE_CHARS_MAX).collect();
        self.push(format!("{sign} {line}"));
    }

    fn push(&mut self, line: String) {
        if self.lines.len() < SHOWN_LINES_MAX {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_shown_with_its_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\ng\n";
        let new = "a\nb\nc\nD\ne\nf\ng\nh\n";
        let changes = changes(old, new);
        assert_eq!((changes.added, changes.removed), (2, 1));
        assert_eq!(changes.lines, ["  b", "  c", "- d", "+ D", "  e", "  f", "  g", "+ h"]);
    }

    #[test]
    fn long_texts_are_compared_from_both_ends_and_shown_in_part() {
        let old = "same\n".repeat(COMPARED_LINES_MAX + 1);
        let new = format!("{old}{}", "new\n".repeat(SHOWN_LINES_MAX + 5));
        let changes = changes(&old, &new);
        assert_eq!((changes.added, changes.removed), (SHOWN_LINES_MAX + 5, 0));
        assert_eq!((changes.lines.len(), changes.more), (SHOWN_LINES_MAX, 5));
    }

    fn numbered(lines: usize) -> Vec<String> {
        (0..lines).map(|n| n.to_string()).collect()
    }

    #[test]
    fn a_text_of_the_most_lines_still_shows_what_stands_around_a_change() {
        for (lines, shown) in [
            (COMPARED_LINES_MAX, &["  998", "  999", "- 1000", "+ new", "  1001", "  1002"][..]),
            (COMPARED_LINES_MAX + 1, &["- 1000", "+ new"]),
        ] {
            let old = numbered(lines);
            let mut new = old.clone();
            new[1_000] = "new".to_owned();
            let changes = changes(&old.join("\n"), &new.join("\n"));
            assert_eq!((changes.added, changes.removed), (1, 1), "{lines} lines");
            assert_eq!(changes.lines, shown, "{lines} lines");
        }
    }

    #[test]
    fn lines_left_out_between_two_changes_are_a_dot_row() {
        let old = numbered(20);
        let mut new = old.clone();
        (new[3], new[14]) = ("x".to_owned(), "y".to_owned());
        let lines = changes(&old.join("\n"), &new.join("\n")).lines;
        let (first, second) = lines.split_at(6);
        assert_eq!(first, ["  1", "  2", "- 3", "+ x", "  4", "  5"]);
        assert_eq!(second, ["…", "  12", "  13", "- 14", "+ y", "  15", "  16"]);
    }

    #[test]
    fn of_lines_that_repeat_none_is_counted_twice() {
        let short = "same\n".repeat(COMPARED_LINES_MAX + 1);
        let long = format!("{short}{}", "same\n".repeat(3));
        let (grown, shrunk) = (changes(&short, &long), changes(&long, &short));
        assert_eq!((grown.added, grown.removed), (3, 0));
        assert_eq!((shrunk.added, shrunk.removed), (0, 3));
    }
}
