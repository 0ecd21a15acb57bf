//! The characters a command line may hold. What cannot be seen is refused by name instead of being
//! dropped: a client named with an invisible character would be a second client that looks alike.
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::is_invisible;
use std::borrow::Cow;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Marks on one letter (Vietnamese needs two, Hebrew with accents three or four).
const MARKS_MAX: usize = 4;
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';

/// The line with every space a plain one, in NFC; or what is wrong with it.
pub fn normalized(line: &str) -> Result<Cow<'_, str>, Refusal> {
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(Cow::Borrowed(line));
    }
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    let mut last = ' ';
    let (mut marks, mut is_isolated) = (0, false);
    while let Some(ch) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        marks = if !ch.is_ascii() && is_combining_mark(ch) { marks + 1 } else { 0 };
        match ch {
            _ if is_space(ch) => out.push(' '),
            // What the bot itself writes around foreign text may be copied back.
            '\u{2060}' if last == '@' => continue,
            ISOLATE if !is_isolated && is_edge(last) => is_isolated = true,
            ISOLATE_END if is_isolated && is_edge(next) => is_isolated = false,
            _ if marks > MARKS_MAX => return Err(too_many_marks(ch)),
            _ if is_seen(last, ch, next) => out.push(ch),
            _ => return Err(unseen(ch)),
        }
        last = ch;
    }
    match (is_isolated, is_nfc(&out)) {
        (true, _) => Err(unseen(ISOLATE)),
        (false, true) => Ok(Cow::Owned(out)),
        (false, false) => Ok(Cow::Owned(out.nfc().collect())),
    }
}

/// Text on the lines after a command, for what takes it: cleaned instead of refused, since most
/// commands never look at it.
pub(super) fn cleaned(text: &str) -> String {
    let kept = |ch: &char| *ch == '\n' || !(ch.is_control() || is_invisible(*ch));
    let text: String =
        text.chars().map(|ch| if is_space(ch) { ' ' } else { ch }).filter(kept).collect();
    if is_nfc(&text) { text } else { text.nfc().collect() }
}

fn is_space(ch: char) -> bool {
    ch == '\t' || (ch.is_whitespace() && !ch.is_control() && !matches!(ch, '\u{2028}' | '\u{2029}'))
}

fn is_edge(ch: char) -> bool {
    !ch.is_alphanumeric()
}

/// Joiners and selectors are seen where they change how their neighbors look, and only there.
fn is_seen(last: char, ch: char, next: char) -> bool {
    match ch {
        '\u{200c}' => joins(last) && joins(next),
        '\u{200d}' => (joins(last) && joins(next)) || (is_picture(last) && is_picture(next)),
        '\u{fe0e}' | '\u{fe0f}' => is_picture(last) || matches!(last, '0'..='9' | '#' | '*'),
        '\u{e0100}'..='\u{e01ef}' => {
            matches!(last, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
        }
        _ => !ch.is_control() && !is_invisible(ch),
    }
}

/// Scripts in which joiners spell words: Arabic to Sinhala, Khmer, Mongolian.
fn joins(ch: char) -> bool {
    matches!(ch, '\u{620}'..='\u{dff}' | '\u{1780}'..='\u{18af}')
}

fn is_picture(ch: char) -> bool {
    matches!(ch, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{2049}' | '\u{2122}'..='\u{2139}'
        | '\u{2190}'..='\u{2bff}' | '\u{3030}'..='\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

fn unseen(ch: char) -> Refusal {
    let name = match ch {
        '\0' => " (null)",
        '\u{ad}' => " (soft hyphen)",
        '\u{200b}' => " (zero width space)",
        '\u{200c}' | '\u{200d}' => " (zero width joiner)",
        '\u{2028}' | '\u{2029}' => " (line separator)",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
            " (text direction)"
        }
        '\u{feff}' => " (byte order mark)",
        _ => "",
    };
    let point = u32::from(ch);
    Refusal::new(
        Code::Chars,
        format!("The line holds the invisible character U+{point:04X}{name}: type it without."),
    )
}

fn too_many_marks(ch: char) -> Refusal {
    let point = u32::from(ch);
    Refusal::new(
        Code::Chars,
        format!("Too many marks on one letter (U+{point:04X}): at most {MARKS_MAX} are possible."),
    )
}
