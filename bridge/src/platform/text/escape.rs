//! Escaping for HTML text and attributes and for JSON strings, appending to a buffer.

/// Appends one character as HTML text; also safe inside a double-quoted attribute.
pub(super) fn html_char(out: &mut String, ch: char) {
    match ch {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        _ => out.push(ch),
    }
}

/// A text as HTML that shows it, without what cannot be seen.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars().filter(|ch| !super::is_invisible(*ch)) {
        html_char(&mut out, ch);
    }
    out
}

/// Whether a text needs no escape, no cleaning and no guard in any of the three forms.
pub(super) fn is_tame(text: &str) -> bool {
    text.bytes().all(|byte| {
        matches!(byte, b' '..=b'~')
            && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | b'@' | b'#' | b':')
    })
}

/// Appends a JSON string with its quotes.
pub(super) fn json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            0..0x20 => "\\ufffd",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(escape);
        copied = at + 1;
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

/// How many bytes [`json_string`] needs for a text, without the quotes.
pub(super) fn json_bytes(text: &str) -> usize {
    let more = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' => 1,
        0..0x20 => 5,
        _ => 0,
    };
    text.len() + text.bytes().map(more).sum::<usize>()
}
