//! Text of unknown origin, made harmless: no control or invisible characters, no bidirectional
//! trick, no `@room`, no user id that a client would turn into a pill or a ping.

/// Stands after an `@` so that it begins neither a room ping nor a user id. The command line drops
/// it again at this place, so what the bot wrote can be copied back as a command.
pub const BREAK: char = '\u{2060}';
/// First strong isolate: what follows finds its own direction and moves nothing around it.
pub const ISOLATE: char = '\u{2068}';
/// Ends the isolate.
pub const ISOLATE_END: char = '\u{2069}';

/// What a character becomes on one line: itself, a space, or nothing.
pub(super) fn tame(ch: char) -> Option<char> {
    match ch {
        '\u{200c}' | '\u{200d}' => Some(ch),
        _ if ch.is_whitespace() => Some(' '),
        _ if ch.is_control() || is_invisible(ch) => None,
        _ => Some(ch),
    }
}

/// Characters that show nothing by themselves (format characters, fillers, noncharacters, private
/// use); joiners, marks and variation selectors count in their context only and are not here.
#[must_use]
pub fn is_invisible(ch: char) -> bool {
    matches!(ch,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(ch) & 0xfffe == 0xfffe
}

/// Whether a character may write from right to left, by block: only then isolation is needed.
pub(super) fn may_turn(ch: char) -> bool {
    matches!(ch, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Whether a break belongs before `next`: after an `@` that begins a word, and inside the two
/// spellings of a Matrix link. `before` is the text already written.
pub(super) fn breaks(before: &str, next: char) -> bool {
    breaks_link(before, next) || before.ends_with('@') && !next.is_whitespace()
}

/// The part of [`breaks`] about links.
pub(super) fn breaks_link(before: &str, next: char) -> bool {
    match next {
        't' | 'T' => ends_with(before, "matrix."),
        'u' | 'U' => ends_with(before, "matrix:"),
        _ => false,
    }
}

fn ends_with(text: &str, tail: &str) -> bool {
    let from = text.len().checked_sub(tail.len());
    from.and_then(|from| text.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

/// A piece of foreign text for use inside a sentence (of a `Refusal`, say): cleaned, broken,
/// isolated, and at most 60 characters long.
#[must_use]
pub fn foreign(text: &str) -> String {
    // A backtick would begin a command in the sentence.
    let text = text.replace('`', "'");
    super::Line::new().person_cut(&text, 60).into_plain()
}
