//! The words of a command line. Quotes hold words together where they open a word and pair; a
//! quote inside a word is an apostrophe. A phone's dashes before a name are the two hyphens meant.
use crate::platform::refusal::{Code, Refusal};
use std::borrow::Cow;

/// One word. A quoted one is a value even when it looks like a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub is_quoted: bool,
    /// Where it stands in the line, as it was typed.
    pub from: usize,
    pub to: usize,
}

/// Splits a normalized line.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::with_capacity(8);
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let from = line.len() - rest.len();
        let ((text, is_quoted), after) = next_token(rest)?;
        tokens.push(Token { text, is_quoted, from, to: line.len() - after.len() });
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// A word with whether it was quoted, and what follows it.
type Split<'a> = ((String, bool), &'a str);

fn next_token(text: &str) -> Result<Split<'_>, Refusal> {
    if let Some((inside, after)) = quoted(text)? {
        let (tail, after) = word(after);
        return Ok(((inside + tail, true), after));
    }
    let (bare, after) = word(text);
    if let Some((name, value)) = bare.split_once('=')
        && is_field(name)
        && let Some((inside, after)) = quoted(&text[text.len() - after.len() - value.len()..])?
    {
        let (tail, after) = word(after);
        let text = format!("{}={inside}{tail}", plain_dashes(name));
        return Ok(((text, false), after));
    }
    Ok(((plain_dashes(bare).into_owned(), false), after))
}

fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(' ').unwrap_or(text.len()))
}

/// What stands between quotes when the text opens with one.
fn quoted(text: &str) -> Result<Option<(String, &str)>, Refusal> {
    let mut chars = text.chars();
    let Some(open) = chars.next() else { return Ok(None) };
    let inside = chars.as_str();
    let close = match open {
        '"' | '“' | '”' | '„' | '‟' => close_double(inside),
        '«' => inside.find('»'),
        '»' => inside.find('«'),
        '\'' | '‘' | '’' | '‚' | '‛' => close_single(inside),
        _ => return Ok(None),
    };
    match close {
        Some(at) => {
            let after = &inside[at..];
            let quote = after.chars().next().map_or(0, char::len_utf8);
            Ok(Some((inside[..at].replace("\\\"", "\""), &after[quote..])))
        }
        None if is_apostrophe(open, inside) => Ok(None),
        None => Err(not_closed(open)),
    }
}

/// The end of a quoted text: the quote that pairs with its first one, as in `"The "Inner" Ltd"`, or
/// else the next one.
fn close_double(inside: &str) -> Option<usize> {
    let (mut last, mut depth, mut next) = (' ', 0, None);
    for (at, ch) in inside.char_indices() {
        let is_quote = matches!(ch, '"' | '“' | '”' | '„' | '‟') && last != '\\';
        let after = inside[at + ch.len_utf8()..].chars().next().unwrap_or(' ');
        if is_quote {
            next = next.or(Some(at));
            match depth {
                _ if at > 0 && last == ' ' && after != ' ' => depth += 1,
                0 => return Some(at),
                _ => depth -= 1,
            }
        }
        last = ch;
    }
    next
}

/// A single quote closes only at the end of a word.
fn close_single(inside: &str) -> Option<usize> {
    inside.char_indices().find_map(|(at, ch)| {
        let is_quote = matches!(ch, '\'' | '‘' | '’' | '‛');
        let after = &inside[at + ch.len_utf8()..];
        (is_quote && (after.is_empty() || after.starts_with(' '))).then_some(at)
    })
}

/// Words that begin with an apostrophe, as in 's-Hertogenbosch, 't Hart, 'n Beetje.
fn is_apostrophe(open: char, inside: &str) -> bool {
    let mut chars = inside.chars();
    let is_letter = matches!(chars.next(), Some('s' | 't' | 'n' | 'S' | 'T' | 'N'));
    matches!(open, '\'' | '‘' | '’') && is_letter && matches!(chars.next(), Some(' ' | '-'))
}

fn not_closed(open: char) -> Refusal {
    Refusal::new(
        Code::Usage,
        format!("The quote {open} is not closed: put a quote at the end of the text as well."),
    )
}

/// Whether a bare word names a field: two hyphens, or a dash that a phone made of them, and a
/// letter.
fn is_field(word: &str) -> bool {
    let name = word.trim_start_matches(is_dash);
    let dashes = &word[..word.len() - name.len()];
    name.starts_with(char::is_alphabetic)
        && matches!(dashes.chars().count(), 1..=2)
        && dashes != "-"
}

fn plain_dashes(word: &str) -> Cow<'_, str> {
    let name = word.trim_start_matches(is_dash);
    if is_field(word) {
        Cow::Owned(format!("--{name}"))
    } else if !word.starts_with('-')
        && name.len() < word.len()
        && name.starts_with(|ch: char| ch.is_ascii_digit())
    {
        Cow::Owned(format!("-{name}"))
    } else {
        Cow::Borrowed(word)
    }
}

fn is_dash(ch: char) -> bool {
    matches!(ch, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{ff0d}')
}
