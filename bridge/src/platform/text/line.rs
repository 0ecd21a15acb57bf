//! One line of a message, written as plain text and as HTML at the same time.
use super::escape::{html_char, is_tame};
use super::foreign::{BREAK, ISOLATE, ISOLATE_END, breaks, may_turn, tame};
use ruma::UserId;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The longest line, in characters; what is longer ends in an ellipsis.
pub const LINE_CHARS_MAX: usize = 4_000;

/// Marks on one letter; more is drawing over the neighbors.
const MARKS_MAX: usize = 4;

/// Spans in order; every string given is escaped. `plain`, `strong`, `em` and `code` are for our
/// own words (they leave user ids alone), `person` and `person_code` for what others wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub(super) plain: String,
    pub(super) html: String,
    chars: usize,
}

/// How much a span is trusted: our own words keep user ids readable and copyable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Own,
    /// Ours, quoting others by [`super::foreign`]: isolates stay, everything that pings is broken.
    Sentence,
    Foreign,
}

impl Line {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn plain(mut self, text: &str) -> Self {
        self.push(text, Trust::Own);
        self
    }

    #[must_use]
    pub fn strong(self, text: &str) -> Self {
        self.tagged("strong", |line| line.push(text, Trust::Own))
    }

    #[must_use]
    pub fn em(self, text: &str) -> Self {
        self.tagged("em", |line| line.push(text, Trust::Own))
    }

    /// A command or another thing to copy.
    #[must_use]
    pub fn code(self, text: &str) -> Self {
        self.tagged("code", |line| line.push(text, Trust::Own))
    }

    /// Text that a person or another server wrote.
    #[must_use]
    pub fn person(mut self, text: &str) -> Self {
        self.isolated(text);
        self
    }

    /// Foreign text in bold: the name in a row.
    #[must_use]
    pub fn person_strong(self, text: &str) -> Self {
        self.tagged("strong", |line| line.isolated(text))
    }

    /// Foreign text as code: a command quoted back.
    #[must_use]
    pub fn person_code(self, text: &str) -> Self {
        self.tagged("code", |line| line.isolated(text))
    }

    /// Foreign text, at most so many graphemes long (rows want to be short).
    #[must_use]
    pub fn person_cut(mut self, text: &str, chars_max: usize) -> Self {
        match text.grapheme_indices(true).nth(chars_max) {
            Some((at, _)) if text.len() > chars_max => {
                self.isolated(&text[..at]);
                self.push("…", Trust::Own);
            }
            _ => self.isolated(text),
        }
        self
    }

    /// A user as a pill. It pings only when the message also mentions them.
    #[must_use]
    pub fn user(mut self, user_id: &UserId) -> Self {
        let id = user_id.as_str();
        self.html.push_str("<a href=\"https://matrix.to/#/");
        push_path(&mut self.html, id);
        self.html.push_str("\">");
        self.push(id, Trust::Own);
        self.html.push_str("</a>");
        self
    }

    /// A link; anything but https stays text.
    #[must_use]
    pub fn link(mut self, text: &str, url: &str) -> Self {
        let safe = url.starts_with("https://") && url.bytes().all(|byte| byte.is_ascii_graphic());
        if safe {
            self.html.push_str("<a href=\"");
            url.chars().for_each(|ch| html_char(&mut self.html, ch));
            self.html.push_str("\">");
        }
        self.push(text, Trust::Own);
        if safe {
            self.html.push_str("</a>");
            self.plain.push_str(" (");
            self.plain.push_str(url);
            self.plain.push(')');
        }
        self
    }

    /// The word that calls everybody, for a message that mentions the room.
    #[must_use]
    pub fn room(mut self) -> Self {
        self.plain.push_str("@room");
        self.html.push_str("@room");
        self
    }

    /// A sentence of ours that may quote others by [`super::foreign`]: everything that could ping
    /// is broken. Commands in backticks become code with the prefix before them.
    #[must_use]
    pub fn sentence(mut self, text: &str, prefix: &str) -> Self {
        for (at, part) in commands_in(text).enumerate() {
            if at % 2 == 0 {
                self.push(part, Trust::Sentence);
            } else {
                self = self.tagged("code", |line| {
                    line.push(prefix, Trust::Own);
                    line.push(part, Trust::Sentence);
                });
            }
        }
        self
    }

    /// Both forms as they were made before.
    pub(super) fn from_forms(plain: String, html: String) -> Self {
        let chars = plain.chars().count();
        Self { plain, html, chars }
    }

    /// Another line's spans at the end of this one, which ends in our own words.
    pub(super) fn append(mut self, other: &Self) -> Self {
        self.plain.push_str(&other.plain);
        self.html.push_str(&other.html);
        self.chars += other.chars;
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// The plain form.
    #[must_use]
    pub fn into_plain(self) -> String {
        self.plain
    }

    fn tagged(mut self, tag: &str, inside: impl FnOnce(&mut Self)) -> Self {
        self.html.push('<');
        self.html.push_str(tag);
        self.html.push('>');
        inside(&mut self);
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
        self
    }

    fn isolated(&mut self, text: &str) {
        let turns = text.chars().any(may_turn);
        if turns {
            self.both(ISOLATE);
        }
        self.push(text, Trust::Foreign);
        if turns {
            self.both(ISOLATE_END);
        }
    }

    fn push(&mut self, text: &str, trust: Trust) {
        if is_tame(text) && self.tail_is_tame() && self.chars + text.len() <= LINE_CHARS_MAX {
            self.plain.push_str(text);
            self.html.push_str(text);
            self.chars += text.len();
            return;
        }
        let mut marks = 0;
        for ch in text.chars().filter_map(|ch| keep(ch, trust)) {
            marks = if !ch.is_ascii() && is_combining_mark(ch) { marks + 1 } else { 0 };
            if marks > MARKS_MAX {
                continue;
            }
            if self.chars >= LINE_CHARS_MAX {
                if self.chars == LINE_CHARS_MAX {
                    self.both('…');
                    self.chars += 1;
                }
                return;
            }
            if self.wants_break(ch, trust) {
                self.both(BREAK);
            }
            self.plain.push(ch);
            html_char(&mut self.html, ch);
            self.chars += 1;
        }
    }

    fn wants_break(&self, next: char, trust: Trust) -> bool {
        match trust {
            Trust::Foreign | Trust::Sentence => breaks(&self.plain, next),
            // Nothing but `room()` may call everybody.
            Trust::Own => {
                matches!(next, 'm' | 'M')
                    && self.plain.len() >= 4
                    && self.plain.as_bytes()[self.plain.len() - 4..].eq_ignore_ascii_case(b"@roo")
            }
        }
    }

    /// Whether nothing at the end of the line could be completed to something that pings.
    fn tail_is_tame(&self) -> bool {
        let from = self.plain.len().saturating_sub(7);
        let tail = &self.plain.as_bytes()[from..];
        !tail.contains(&b'@') && !tail.windows(6).any(|end| end.eq_ignore_ascii_case(b"matrix"))
    }

    fn both(&mut self, ch: char) {
        self.plain.push(ch);
        self.html.push(ch);
    }
}

/// A sentence in turns: words, a command, words, … An unpaired backtick is a word.
fn commands_in(text: &str) -> impl Iterator<Item = &str> {
    let pairs = text.matches('`').count() / 2;
    text.splitn(pairs * 2 + 1, '`')
}

/// Our own words keep the breaks and isolates that [`super::foreign`] put into them.
fn keep(ch: char, trust: Trust) -> Option<char> {
    match (ch, trust) {
        (BREAK, Trust::Own) | (ISOLATE | ISOLATE_END, Trust::Own | Trust::Sentence) => Some(ch),
        _ => tame(ch),
    }
}

/// A user id inside a matrix.to path.
fn push_path(out: &mut String, id: &str) {
    for ch in id.chars() {
        match ch {
            '/' => out.push_str("%2F"),
            '?' => out.push_str("%3F"),
            '#' => out.push_str("%23"),
            '%' => out.push_str("%25"),
            _ => html_char(out, ch),
        }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(&text)
    }
}
