//! Writes people's characters: escaped, without what cannot be seen, isolated where they may turn
//! the reading direction, and broken where they would name a person, the room or a Matrix link.
use crate::platform::text::escape::html_char;
use crate::platform::text::foreign::{BREAK, ISOLATE, ISOLATE_END, breaks_link, may_turn, tame};
use unicode_normalization::char::is_combining_mark;

/// Marks on one letter; more is drawing over the neighbors.
const MARKS_MAX: usize = 4;
/// The longest user id that is looked for.
const ID_CHARS_MAX: usize = 255;
/// What must be remembered to see that a link begins.
const TAIL_CHARS: usize = 8;

#[derive(Debug, Default)]
pub struct Ink {
    pub html: String,
    seen: Seen,
}

/// What a reader has seen just before, whatever tags stand between.
#[derive(Debug, Default)]
struct Seen {
    tail: String,
    marks: usize,
    /// An `@` stands in this word, and is not broken: a colon would make an id of it.
    is_open: bool,
}

/// Whether line ends stand as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    Kept,
    Joined,
}

impl Ink {
    /// A tag, an entity: ours.
    pub fn ours(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// A break of the line or the block: nothing before it can be completed after it.
    pub fn apart(&mut self) {
        self.seen = Seen::default();
    }

    pub fn theirs(&mut self, text: &str, lines: Lines) {
        let turns = text.chars().any(may_turn) && lines == Lines::Joined;
        if turns {
            self.html.push(ISOLATE);
        }
        for (ch, broken) in harmless(text, &mut self.seen, lines) {
            if broken {
                self.html.push(BREAK);
            }
            html_char(&mut self.html, ch);
        }
        if self.seen.tail.ends_with('@') {
            self.html.push(BREAK);
            self.seen.tail.push(BREAK);
            self.seen.is_open = false;
        }
        if turns {
            self.html.push(ISOLATE_END);
        }
    }

    /// An address inside an attribute: already one of ours, only escaped.
    pub fn attribute(&mut self, text: &str) {
        text.chars().for_each(|ch| html_char(&mut self.html, ch));
    }
}

/// The plain form of Markdown: the same characters with their lines.
pub fn plain(text: &str) -> String {
    let mut seen = Seen::default();
    let mut out = String::with_capacity(text.len());
    for (ch, broken) in harmless(text, &mut seen, Lines::Kept) {
        if broken {
            out.push(BREAK);
        }
        out.push(ch);
    }
    out
}

/// The characters that stay, each with whether a break belongs before it.
fn harmless<'a>(
    text: &'a str,
    seen: &'a mut Seen,
    lines: Lines,
) -> impl Iterator<Item = (char, bool)> + 'a {
    text.char_indices().filter_map(move |(at, ch)| {
        let ch = if lines == Lines::Kept && ch == '\n' { ch } else { tame(ch)? };
        seen.marks = if !ch.is_ascii() && is_combining_mark(ch) { seen.marks + 1 } else { 0 };
        if seen.marks > MARKS_MAX {
            return None;
        }
        let rest = || text.get(at..).unwrap_or_default();
        let id = seen.tail.ends_with('@') && names(rest()) || seen.is_open && ch == ':';
        seen.is_open = (seen.is_open || ch == '@') && !id && !ch.is_whitespace();
        let broken = id || breaks_link(&seen.tail, ch);
        if seen.tail.chars().count() >= TAIL_CHARS {
            seen.tail.remove(0);
        }
        seen.tail.push(ch);
        Some((ch, broken))
    })
}

/// Whether what follows an `@` calls the room or is a user's id. An address for mail is neither, and
/// stays as it is, so that it can be copied.
fn names(text: &str) -> bool {
    let word: String = text
        .chars()
        .take_while(|ch| !ch.is_whitespace())
        .filter_map(tame)
        .take(ID_CHARS_MAX)
        .collect();
    word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("room")) || word.contains(':')
}
