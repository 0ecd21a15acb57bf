//! What people write to break out of a message: whatever comes in, only our own tags come out, well
//! formed, with links that say where they lead, and nothing that pings.
use super::{TAGS, rich};
use crate::platform::text::Message;
use crate::platform::text::foreign::BREAK;
use proptest::prelude::*;
use ruma::html::{Children, Html, NodeData};
use serde_json::json;

const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"https://evil.example/pixel.png\">",
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
    "<div onclick=\"alert(1)\">press</div>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href='https://matrix.to/#/@ana:example.org'>Ana</a>",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>text",
    "<form action=//evil.example><input name=a><button>go</button></form>",
    "<math><mtext></p><img src onerror=alert(1)></mtext></math>",
    "<mx-reply><blockquote>fake</blockquote></mx-reply>real",
    "<!-- hidden --> seen",
    "<!-- <b>never closed",
    "<!DOCTYPE html><html><body>x",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "</p></strong></blockquote></code></pre>free",
    "</code></pre><h1>PWN</h1>",
    "`</code><script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```html\"onmouseover=\"alert(1)\nx\n```",
    "```a\"><img src=x>\nx\n```",
    "~~~javascript:alert(1)\nx\n~~~",
    "    <b>indented</b>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6a;&#x61;vascript&colon;alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](about:blank)",
    "[x](tel:+491234)",
    "[x](ftp://evil.example/x)",
    "[x](//evil.example/x)",
    "[x](/relative)",
    "[x](#anchor)",
    "[x](https:evil.example)",
    "[x](https:///evil.example)",
    "[x](http://)",
    "[x](https://evil.example/\" onclick=\"alert(1))",
    "[x](https://evil.example/'onclick='alert(1))",
    "[x](https://evil.example \"title\" onclick=alert(1))",
    "[x](<https://evil.example/><script>>)",
    "[https://bank.example](https://evil.example)",
    "[bank.example](https://bank.example@evil.example/)",
    "[bank](https://bank.example:pw@evil.example/)",
    "[bank](https://bаnk.example/)",
    "[x](https://evil.example/\u{202e}gpj.exe)",
    "[x](http://127.0.0.1:8080/admin)",
    "[x](http://[::1]/)",
    "[x](https://EVIL.example./path)",
    "[x](mailto:ana@example.org?subject=hi&body=@room)",
    "[x](mailto:@ana:example.org)",
    "[x](mailto:a@b@c)",
    "[x](https://matrix.to/#/@ana:example.org)",
    "[@room](https://matrix.to/#/@room)",
    "[Ana](https://MATRIX.TO/#/%40ana%3Aexample.org)",
    "[Ana](https://ｍatrix.to/#/@ana:example.org)",
    "[Ana](matrix:u/ana:example.org)",
    "[Ana](https://evil.example/?u=https://matrix.to/#/@ana:example.org)",
    "<https://matrix.to/#/@ana:example.org>",
    "<javascript:alert(1)>",
    "<https://evil.example/<script>>",
    "<ana@example.org>",
    "<@ana:example.org>",
    "https://matrix.to/#/@ana:example.org",
    "matrix:u/ana:example.org",
    "matrix.**to**/#/@ana:example.org",
    "@room",
    "@ROOM hear me",
    "@**room**",
    "@r\u{200b}oom",
    "@\u{200b}room",
    "&#64;room",
    "&commat;room",
    "\\@room",
    "@&#114;oom",
    "`@room`",
    "```\n@room\n```",
    "# @room",
    "| @room | @ana:example.org |\n|---|---|\n| @room | x |",
    "@ana:example.org",
    "@ana\\:example.org",
    "@an_a_:example.org",
    "@a<xy:example.org>",
    "@an<!-- -->a:example.org",
    "@a*n*a:example.org",
    "@\u{2060}ana:example.org",
    "**@ana:example.org**",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "![x](data:image/png;base64,AAAA)",
    "![x](mxc://example.org/abc)",
    "[![x](https://evil.example/a.png)](https://other.example/)",
    "![[x](https://a.example)](https://b.example)",
    "[a [b](https://b.example) c](https://a.example)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "[x][1]\n\n[1]: https://evil.example \"<script>\"",
    "text[^1]\n\n[^1]: <script>alert(1)</script>",
    "\u{202e}evil\u{202c}",
    "\u{2066}\u{2067}\u{2068}unbalanced",
    "\u{2069}\u{2069}closed too early",
    "שלום @room עולם",
    "> <@ben:example.org> said\n>\n> @room\n\nyes",
    "> > > > > > > > > > > > > > > > > > > > > > > > deep",
    "**__~~*nested `all` the*~~__** way",
    "***~~unclosed",
    "- [ ] todo\n- [x] done <b>x</b>",
    "1000000000. big\n2. next",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "| a | b\n|---|---|\n| [x](javascript:1) | ![y](//e) |",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}algo",
    "null\u{0}byte and \u{7}bell",
    "line\u{2028}separator\u{2029}s",
    "\u{feff}mark",
    "\u{e0041}\u{e0042}tags",
];

fn nasty() -> Vec<String> {
    let mut all: Vec<String> = NASTY.iter().map(ToString::to_string).collect();
    all.push("> ".repeat(2_000) + "deep");
    all.push("- ".repeat(2_000) + "deep");
    all.push("*".repeat(5_000));
    all.push("[".repeat(5_000));
    all.push("![".repeat(2_000) + "x" + &"](https://a.example)".repeat(2_000));
    all.push("<div>".repeat(2_000));
    all.push("`".repeat(4_001) + "@room");
    all.push("| a ".repeat(500) + "|\n" + &"|---".repeat(500) + "|\n");
    all
}

#[test]
fn the_corpus_is_large() {
    assert!(nasty().len() >= 100, "{}", nasty().len());
}

#[test]
fn only_our_own_tags_come_out() {
    for source in nasty() {
        check(&source);
        // In the middle of other things, too.
        check(&format!("# Title\n\nBefore {source} after\n\n- {source}\n\n{source}\n\nend"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_written(
        source in "([<>&\"'@:#*_`~|!\\[\\]()\\\\ \na-z/.\\-]|@room|https://a\\.example|javascript:|matrix\\.to|<img|</p>){0,60}",
    ) {
        check(&source);
    }
}

fn check(source: &str) {
    let shown = rich(source);
    let message = Message::text("Title").rich(&shown).content();
    let html = message["formatted_body"].as_str().unwrap();
    is_well_formed(html, source);
    let tree = Html::parse(html);
    let mut text = String::new();
    elements(tree.children(), &mut text, source);
    is_tame(&text, source);
    assert_eq!(message["m.mentions"], json!({}), "{source:.80}");
    is_tame(message["body"].as_str().unwrap(), source);
    names_nobody(message["body"].as_str().unwrap(), source);
}

/// Only known tags with known attributes; every link is followed by the host it leads to.
fn elements(nodes: Children, text: &mut String, source: &str) {
    let mut owed: Option<String> = None;
    for node in nodes {
        if let Some(host) = owed.take() {
            let next = node.as_text().map(|text| text.borrow().to_string()).unwrap_or_default();
            let shown = next.replace(BREAK, "");
            assert!(shown.starts_with(&format!(" ({host})")), "{source:.80}: {host} in {shown}");
        }
        match node.data() {
            NodeData::Text(inside) => {
                names_nobody(&inside.borrow(), source);
                text.push_str(&inside.borrow());
            }
            NodeData::Element(element) => {
                let tag = element.name.local.to_string();
                assert!(TAGS.contains(&&*tag), "{source:.80}: <{tag}>");
                let start = text.len();
                for attribute in element.attrs.borrow().iter() {
                    let (name, value) = (attribute.name.local.to_string(), &*attribute.value);
                    match (tag.as_str(), name.as_str()) {
                        ("a", "href") => owed = Some(host_of(value, source)),
                        ("ol", "start") => assert!(value.parse::<u64>().is_ok(), "{value}"),
                        ("code", "class") => assert!(value.starts_with("language-"), "{value}"),
                        _ => panic!("{source:.80}: <{tag} {name}={value}>"),
                    }
                }
                elements(node.children(), text, source);
                // A bare address is its own label.
                let href = element.attrs.borrow().iter().next().map(|one| one.value.to_string());
                let label = text[start..].replace(BREAK, "");
                if owed.is_some() && href.is_some_and(|href| is_bare(&href, &label)) {
                    owed = None;
                }
                if matches!(tag.as_str(), "br" | "p" | "li" | "td" | "th" | "pre") {
                    text.push('\n');
                }
            }
            other => panic!("{source:.80}: {other:?}"),
        }
    }
    assert!(owed.is_none(), "{source:.80}: a link to {owed:?} does not say so");
}

fn is_bare(href: &str, label: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim_start_matches("mailto:").trim_end_matches('/').to_lowercase();
        text.replace("%3c", "<").replace("%3e", ">")
    };
    // `https://a.example:` is written otherwise, and says where it leads.
    plain(href) == plain(label)
        || url::Url::parse(label).is_ok_and(|written| written.as_str() == href)
}

fn host_of(href: &str, source: &str) -> String {
    assert!(!href.contains("matrix"), "{source:.80}: {href}");
    let url = url::Url::parse(href).unwrap();
    assert!(url.username().is_empty() && url.password().is_none(), "{href}");
    match url.scheme() {
        "http" | "https" => url.host_str().unwrap().to_owned(),
        "mailto" => url.path().to_owned(),
        scheme => panic!("{source:.80}: {scheme}"),
    }
}

/// Tags open and close like brackets: no reader has anything to guess.
fn is_well_formed(html: &str, source: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{source:.80}: {html:.400}"),
            None if matches!(name, "br" | "hr") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{source:.80}: {open:?}");
}

/// Nothing that a client would turn into a ping or a pill, and no turning of the reading direction
/// that is not undone.
fn is_tame(text: &str, source: &str) {
    let small = text.to_lowercase();
    assert!(!small.contains("@room"), "{source:.80}: {text:.300}");
    assert!(!small.contains("matrix.to"), "{source:.80}: {text:.300}");
    assert!(!small.contains("matrix:u"), "{source:.80}: {text:.300}");
    let mut depth = 0_i32;
    for ch in text.chars() {
        match ch {
            '\u{2068}' => depth += 1,
            '\u{2069}' => depth -= 1,
            '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' | '\u{200b}' => {
                panic!("{source:.80}: U+{:04X}", u32::from(ch))
            }
            _ => {}
        }
        assert!(depth >= 0, "{source:.80}");
    }
    assert_eq!(depth, 0, "{source:.80}");
}

/// No user id stands in a piece of text: what clients would link.
fn names_nobody(text: &str, source: &str) {
    for (at, _) in text.match_indices('@') {
        let word = text[at + 1..].split(char::is_whitespace).next().unwrap();
        let word: String = word.chars().take(200).collect();
        let id = word.split(BREAK).next().unwrap();
        let is_id = id.contains(':');
        assert!(!is_id, "{source:.80}: {word}");
    }
}

#[test]
fn what_people_mean_is_what_they_see() {
    let shown = |source: &str| rich(source).html();
    assert_eq!(
        shown("# A\n\nb **c** `d`"),
        "<h3>A</h3>\n<p>b <strong>c</strong> <code>d</code></p>\n"
    );
    assert_eq!(shown("a\nb"), "<p>a<br>\nb</p>\n");
    assert_eq!(
        shown("| a | b |\n|---|---|\n| 1 | 2 |"),
        "<p><strong>a · b</strong></p>\n<ul>\n<li>1 · 2</li>\n</ul>\n"
    );
    assert_eq!(
        shown("```rust\nlet a = \"@ana\";\n  b\n```"),
        "<pre><code class=\"language-rust\">let a = &quot;@ana&quot;;\n  b\n</code></pre>\n"
    );
    assert_eq!(
        shown("[here](https://a.example/b?c=d&e)"),
        "<p><a href=\"https://a.example/b?c=d&amp;e\">here</a> (a.example)</p>\n"
    );
    assert_eq!(shown("write to sales@acme.example 😀"), "<p>write to sales@acme.example 😀</p>\n");
    assert_eq!(
        shown("![logo](https://a.example/l.png)"),
        "<p>🖼 <a href=\"https://a.example/l.png\">logo</a> (a.example)</p>\n"
    );
    assert!(shown("שלום").contains("\u{2068}שלום\u{2069}"));
    assert_eq!(rich("# A\n\nb @room").plain(), "# A\n\nb @\u{2060}room");
    assert_eq!(shown("3. a\n4. b"), "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
}
