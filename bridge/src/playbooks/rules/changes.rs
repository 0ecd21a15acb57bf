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
}
