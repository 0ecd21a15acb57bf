//! What people write, in every way in which it is shown: only our own tags, well formed; nothing that pings.
use bridge::platform::text::markdown::TAGS;
use bridge::platform::text::{Line, Message, foreign, is_invisible, rich};
use serde_json::{Value, json};

pub const WORDS: &[&str] = &[
    "<script>",
    "</p>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[a](https://a.example)",
    "![i](http://b.example/x.png)",
    "**",
    "`",
    "```\n",
    "# ",
    "- ",
    "> ",
    "| a | b |\n|---|---|\n",
    "@room",
    "@ana:x.org",
    "https://matrix.to/#/@a:x.org",
    "~~",
    "1. ",
    "&lt;",
    "&#x202e;",
    "<!-- ",
    "***",
    "[^1]",
    "\n\n",
    "    ",
    "<b/>",
    "matrix:u/a:x.org",
    "http://a@b.example/",
];

/// What no text of ours may hold: it would be a ping or a pill.
const PINGS: [&str; 3] = ["@room", "matrix.to/#", "matrix:u"];

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    is_ours(&Message::text("Title").rich(&rich(&text)).content());
    is_ours(&Message::notice("Title").prose(&text).content());
    let line = Line::new().person(&text).plain(" · ").person_strong(&text).person_code(&text);
    is_ours(
        &Message::notice(Line::new().person_cut(&text, 30))
            .line(line.person_cut(&text, 7))
            .content(),
    );
    let shown = foreign(&text);
    assert!(!shown.chars().any(|ch| is_turning(ch) || ch == '\0'), "{shown:?}");
}

/// Nothing of the message but our tags, and nobody is pinged.
pub fn is_ours(content: &Value) {
    let html = content["formatted_body"].as_str().unwrap_or_default();
    is_well_formed(html);
    assert_eq!(content["m.mentions"], json!({}), "somebody is mentioned");
    let small = content["body"].as_str().unwrap_or_default().to_lowercase();
    for ping in PINGS {
        assert!(!small.contains(ping), "{ping} in {small:?}");
    }
    let mut depth = 0_i32;
    for ch in small.chars() {
        assert!(!is_turning(ch), "U+{:04X} in {small:?}", u32::from(ch));
        depth += i32::from(ch == '\u{2068}') - i32::from(ch == '\u{2069}');
        assert!(depth >= 0, "{small:?}");
    }
    assert_eq!(depth, 0, "{small:?}");
    let seen = small.chars().filter(|ch| is_invisible(*ch));
    let other =
        seen.into_iter().find(|ch| !matches!(ch, '\u{2060}' | '\u{2068}' | '\u{2069}' | '\n'));
    assert!(other.is_none(), "{other:?} in {small:?}");
}

fn is_turning(ch: char) -> bool {
    matches!(ch, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}')
}

/// Tags open and close like brackets, all are of the list, and only links lead somewhere.
fn is_well_formed(html: &str) {
    let (mut open, mut rest) = (Vec::new(), html);
    while let Some((_, after)) = rest.split_once('<') {
        let Some((tag, after)) = after.split_once('>') else { panic!("half a tag: {html:?}") };
        rest = after;
        let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
        let plain = name.trim_start_matches('/');
        assert!(TAGS.contains(&plain), "<{tag}> in {html:?}");
        is_known(plain, attribute, html);
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{html:?}"),
            None if matches!(name, "br" | "hr") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?} open in {html:?}");
}

fn is_known(tag: &str, attribute: &str, html: &str) {
    let Some((name, value)) = attribute.split_once('=') else {
        assert!(attribute.is_empty(), "<{tag} {attribute}> in {html:?}");
        return;
    };
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let Some(value) = value.filter(|value| !value.contains('"')) else { panic!("{html:?}") };
    let is_fine = match (tag, name) {
        ("a", "href") => {
            ["https://", "http://", "mailto:"].iter().any(|start| value.starts_with(start))
        }
        ("ol", "start") => value.parse::<u64>().is_ok(),
        ("code", "class") => value.starts_with("language-"),
        _ => false,
    };
    assert!(is_fine, "<{tag} {attribute}> in {html:?}");
}
