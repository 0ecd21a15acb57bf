//! Which words run: pills, links, quotes, places.
use super::*;

/// What runs, or how the line is not one.
fn runs(content: &Value, place: Place) -> String {
    match said(content, place) {
        LineOutcome::Command(line) => line.text,
        other => format!("{other:?}"),
    }
}

#[test]
fn pills_and_links_become_ids() {
    let bob = |text: &str| format!("<a href=\"https://matrix.to/#/@bob:firm.example\">{text}</a>");
    for (body, formatted, expected) in [
        (
            "!kudos Bob thanks",
            format!("!kudos {} thanks", bob("Bob")),
            "kudos @bob:firm.example thanks",
        ),
        (
            "!kudos @Bob thanks",
            format!("!kudos {} thanks", bob("@Bob")),
            "kudos @bob:firm.example thanks",
        ),
        (
            "!kudos Bob for Bob",
            format!("!kudos Bob for {}", bob("Bob")),
            "kudos Bob for @bob:firm.example",
        ),
        (
            "!x Bob, Bob",
            format!("<p>!x {}, {}</p>", bob("Bob"), bob("Bob")),
            "x @bob:firm.example, @bob:firm.example",
        ),
        ("!x A & B", format!("!x {}", bob("A &amp; B")), "x @bob:firm.example"),
        ("!x B", "!x <a href='https://matrix.to/#/%40bob%3Ax?via=x'>B</a>".to_owned(), "x @bob:x"),
        ("!x B", "!x <a href=\"matrix:u/bob:x\">B</a>".to_owned(), "x @bob:x"),
        ("!x @ana:x", format!("!x {}", bob("@ana:x")), "x @ana:x"),
        ("!x", format!("!x {}", bob("Bob")), "x"),
        ("!x Bob", "<a href=\"https://matrix.to/#/#room:x\">Bob</a>".to_owned(), "x Bob"),
        ("!x Bob", "!x <a href=\"https://evil.example/@bob:x\">Bob</a>".to_owned(), "x Bob"),
        ("!x Bob", "!x <a href=\"https://matrix.to/#/@bob:x\">Bob".to_owned(), "x Bob"),
        (
            "!x Bob",
            "<mx-reply><blockquote>Bob</blockquote></mx-reply>!x ".to_owned() + &bob("Bob"),
            "x @bob:firm.example",
        ),
    ] {
        assert_eq!(runs(&html(body, &formatted), Place::Room), expected, "{body} {formatted}");
    }
    for (body, expected) in [
        ("!x https://matrix.to/#/@bob:x y", "x @bob:x y"),
        ("!x https://matrix.to/#/%40bob%3Ax?via=x, y", "x @bob:x, y"),
        ("!x [Bob](https://matrix.to/#/@bob:x) y", "x @bob:x y"),
        ("!x --with \"https://matrix.to/#/@bob:x 3\"", "x --with \"@bob:x 3\""),
        ("!x https://matrix.to/#/#room:x", "x https://matrix.to/#/#room:x"),
    ] {
        assert_eq!(runs(&text(body), Place::Room), expected, "{body}");
    }
}

#[test]
fn the_body_runs_whatever_the_html_shows() {
    let content = html("!sale add 900 EUR Acme", "<b>what a nice day</b>");
    let LineOutcome::Command(line) = said(&content, Place::Room) else { panic!() };
    assert_eq!((line.text.as_str(), line.is_shown_otherwise), ("sale add 900 EUR Acme", true));
    let content = html("!sale add 900 EUR *Acme*", "<p>!sale add 900 EUR <em>Acme</em></p>\n");
    let LineOutcome::Command(line) = said(&content, Place::Room) else { panic!() };
    assert!(!line.is_shown_otherwise);
    assert_eq!(runs(&html("nice day", "!sale add 900 EUR Acme"), Place::Room), "NotForUs");
}

#[test]
fn a_direct_chat_needs_no_prefix() {
    for (body, expected) in [
        ("sale list", "sale list"),
        ("!sale list", "sale list"),
        ("Hello there", "Hello there"),
        ("/sale list", "NotForUs"),
        ("! sale list", "NotForUs"),
        ("!!!", "NotForUs"),
        ("👍", "NotForUs"),
        ("> <@bob:x> hi\n\nsale list", "sale list"),
        ("@partners_bot:example.org: sale list", "sale list"),
    ] {
        assert_eq!(runs(&text(body), Place::Direct), expected, "{body}");
    }
    let addressed = html(
        "Partners: !sale list",
        "<a href=\"https://matrix.to/#/@partners_bot:example.org\">Partners</a>: !sale list",
    );
    assert_eq!(runs(&addressed, Place::Room), "sale list");
    assert_eq!(runs(&text("@partners_bot:example.org sale list"), Place::Room), "NotForUs");
}

#[test]
fn the_lines_below_come_along_cleaned() {
    let content = text("!playbook save x \"X\"\r\nStep one\0\n\n  Step\u{a0}two\u{202e}\n");
    let LineOutcome::Command(line) = said(&content, Place::Room) else { panic!() };
    assert_eq!(line.text, "playbook save x \"X\"");
    assert_eq!(line.rest, "Step one\n\n  Step two\n");
}

#[test]
fn relations_are_read() {
    let json = json!({ "msgtype": "m.text", "body": "a\nb", "m.relates_to": {
        "rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": { "event_id": "$last" } } });
    let json = json.to_string();
    let content = Content::read(&json);
    assert_eq!(content.thread_root(), Some("$root"));
    assert_eq!(content.in_reply_to.as_deref(), Some("$last"));
    assert_eq!(content.body.as_deref(), Some("a\nb"));
    for odd in ["", "null", "[]", "{\"m.relates_to\":5}", "{\"m.relates_to\":{\"event_id\":[]}}"] {
        assert_eq!(Content::read(odd), Content::default());
    }
}

proptest::proptest! {
    #[test]
    fn nothing_said_can_break_the_reader(
        body in "!?(sale|add|[ -~]|\\PC|[<>&\"'“”@—\u{301}\u{200d}\u{2068}\u{2069}\n]){0,60}",
        formatted in "(<a href=\"https://matrix.to/#/@b:x\">|</a>|<p>|<|&#|&amp;|%4|B|\\PC){0,30}",
    ) {
        let grammar: Grammar<Root> = Grammar::new();
        for place in [Place::Room, Place::Direct] {
            if let LineOutcome::Command(line) = said(&html(&body, &formatted), place) {
                let _ = grammar.parse(&line);
                let again = text(&format!("!{}", line.text));
                if !line.text.contains("matrix") {
                    proptest::prop_assert_eq!(runs(&again, Place::Room), line.text);
                }
            }
        }
    }
}
