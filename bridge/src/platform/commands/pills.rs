//! User ids that a client wrote as a name: pills in the HTML, links in the text. Only the place of
//! a name is taken from the HTML; every other word stays the body's.
use std::borrow::Cow;

/// What the HTML shows, and the users it links.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub text: String,
    pub starts_with_code: bool,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    user_id: String,
    /// Bytes of `Shown::text`.
    from: usize,
    to: usize,
}

/// Reads HTML as a client shows it: one pass, no tree. The quote of a reply is left out.
pub(super) fn shown(html: &str) -> Shown {
    let mut shown = Shown::default();
    let mut rest = match (html.trim_start().starts_with("<mx-reply>"), html.find("</mx-reply>")) {
        (true, Some(end)) => &html[end + "</mx-reply>".len()..],
        _ => html,
    };
    let mut open: Option<(String, usize)> = None;
    while let Some(at) = rest.find('<') {
        push_decoded(&mut shown.text, &rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        match tag_name(tag) {
            "a" => open = linked_user(tag).map(|user_id| (user_id, shown.text.len())),
            "/a" => {
                let to = shown.text.len();
                let closed = open.take().filter(|(_, from)| *from < to);
                shown.links.extend(closed.map(|(user_id, from)| Link { user_id, from, to }));
            }
            "br" | "br/" | "p" | "/p" | "div" | "/div" | "li" | "/li" | "/pre" => {
                shown.text.push('\n');
            }
            "pre" | "code" if shown.text.trim().is_empty() => shown.starts_with_code = true,
            _ => {}
        }
    }
    push_decoded(&mut shown.text, rest);
    shown
}

fn tag_name(tag: &str) -> &str {
    tag.split([' ', '\t', '\n']).next().unwrap_or_default()
}

fn linked_user(tag: &str) -> Option<String> {
    let value = tag.split_once("href=")?.1;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let href = value[1..].split(quote).next()?;
    let mut decoded = String::new();
    push_decoded(&mut decoded, href);
    user_of(&decoded)
}

/// The user that a matrix.to link or a `matrix:` URI stands for.
fn user_of(url: &str) -> Option<String> {
    let id = if let Some(path) = url.strip_prefix("https://matrix.to/#/") {
        percent_decoded(path.split(['?', '/']).next()?)
    } else {
        let path = url.strip_prefix("matrix:u/")?;
        format!("@{}", percent_decoded(path.split(['?', '/']).next()?))
    };
    (id.starts_with('@') && id.contains(':') && !id.contains(char::is_whitespace)).then_some(id)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn push_decoded(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((ch, end)) => {
                out.push(ch);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The line with the id in place of every linked name and link. A name is found by counting: the
/// second `Ana` of the HTML is the second of the body.
pub(super) fn with_user_ids<'a>(line: &'a str, shown: Option<&Shown>) -> Cow<'a, str> {
    let mut edits: Vec<(usize, usize, &str)> = Vec::new();
    let links = shown.map_or(&[][..], |shown| &shown.links);
    for link in links.iter().take(20) {
        let text = shown.map_or("", |shown| &shown.text);
        let name = text[link.from..link.to].trim();
        // An id in the body speaks for itself, whatever it is linked to.
        if name.is_empty() || is_user_id(name) {
            continue;
        }
        let before = text[..link.from].matches(name).count();
        if let Some((at, _)) = line.match_indices(name).nth(before)
            && edits.last().is_none_or(|(_, end, _)| *end <= at)
        {
            edits.push((at, at + name.len(), &link.user_id));
        }
    }
    let mut out = Cow::Borrowed(line);
    for (from, to, user_id) in edits.into_iter().rev() {
        out.to_mut().replace_range(from..to, user_id);
    }
    if out.contains("matrix.to/#/") || out.contains("matrix:u/") {
        return Cow::Owned(without_urls(&out));
    }
    out
}

fn is_user_id(text: &str) -> bool {
    text.starts_with('@') && text.contains(':')
}

/// Links in the text itself, bare or as `[Name](link)`, become ids.
fn without_urls(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for (at, piece) in line.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        let begins = piece.find("https://matrix.to/#/").or_else(|| piece.find("matrix:u/"));
        let Some(from) = begins else {
            out.push_str(piece);
            continue;
        };
        let length = piece[from..].find([')', ',', '"', '”', '>']).unwrap_or(piece.len() - from);
        match user_of(&piece[from..from + length]) {
            Some(user_id) => {
                let mut after = &piece[from + length..];
                out.push_str(&piece[..from]);
                if out.ends_with("](") && out.contains('[') {
                    out.truncate(out.rfind('[').unwrap_or(out.len()));
                    after = after.strip_prefix(')').unwrap_or(after);
                }
                out.push_str(&user_id);
                out.push_str(after);
            }
            None => out.push_str(piece),
        }
    }
    out
}
