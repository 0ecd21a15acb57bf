//! Snapshots of typical messages, and the property that no foreign text leaves its place.
use super::*;
use crate::platform::refusal::{Code, Refusal};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Both forms, with isolates as ⟦ ⟧ and breaks as ¦ so that they can be seen here.
fn shown(message: &Message) -> String {
    format!("{}\n--\n{}", message.body, message.html)
        .replace('\u{2068}', "⟦")
        .replace('\u{2069}', "⟧")
        .replace('\u{2060}', "¦")
}

#[test]
fn a_refusal() {
    let refusal = Refusal::new(Code::Amount, "1,000 has a separator: write 1000 or 1.00.")
        .usage("sale add <amount> <currency> <client…>")
        .example("sale add 1000 EUR Acme");
    assert_snapshot!(refusal_message(&refusal, "!").content_string(), @r#"{"agency.siso.partners.card":{"v":1,"kind":"refusal","code":"E-AMOUNT","sentence":"1,000 has a separator: write 1000 or 1.00.","usage":"sale add <amount> <currency> <client…>","example":"sale add 1000 EUR Acme"},"body":"⚠️ 1,000 has a separator: write 1000 or 1.00.\nUsage: !sale add <amount> <currency> <client…>\nExample: !sale add 1000 EUR Acme","format":"org.matrix.custom.html","formatted_body":"<p><strong>⚠️ 1,000 has a separator: write 1000 or 1.00.</strong></p>\n<p>Usage: <code>!sale add &lt;amount&gt; &lt;currency&gt; &lt;client…&gt;</code><br>\nExample: <code>!sale add 1000 EUR Acme</code></p>\n","m.mentions":{},"msgtype":"m.notice"}"#);
}

#[test]
fn a_command_in_a_sentence_gets_the_prefix() {
    let refusal = Refusal::new(Code::Unknown, format!("{}: did you mean `sale`?", foreign("`x`")));
    let message = refusal_message(&refusal, "!");
    assert_snapshot!(shown(&message), @r"
    ⚠️ 'x': did you mean !sale?
    --
    <p><strong>⚠️ &#39;x&#39;: did you mean <code>!sale</code>?</strong></p>
    ");
    assert_eq!(message.content()[CARD_KEY]["sentence"], "'x': did you mean !sale?");
}

#[test]
fn a_board() {
    let row = |rank: &str, name: &str, rest: &str| {
        Line::new().plain(rank).plain(". ").person_strong(name).plain(rest)
    };
    let board = Message::text("🏆 Leaderboard · Revenue · Nov 2026")
        .lines(vec![
            row("1", "Northwind", " — €92,400 ▲2"),
            row("2", "O'Neill & Co", " — €9,000 ="),
            row("3", "شركة", " — €900 ▼1"),
        ])
        .line("You: 7th of 42")
        .line(Line::new().plain("More: ").code("!board revenue year"))
        .card(&json!({ "v": 1, "kind": "board" }));
    assert_snapshot!(shown(&board), @r"
    🏆 Leaderboard · Revenue · Nov 2026
    1. Northwind — €92,400 ▲2
    2. O'Neill & Co — €9,000 =
    3. ⟦شركة⟧ — €900 ▼1
    You: 7th of 42
    More: !board revenue year
    --
    <p><strong>🏆 Leaderboard · Revenue · Nov 2026</strong></p>
    <p>1. <strong>Northwind</strong> — €92,400 ▲2<br>
    2. <strong>O&#39;Neill &amp; Co</strong> — €9,000 =<br>
    3. <strong>⟦شركة⟧</strong> — €900 ▼1</p>
    <p>You: 7th of 42</p>
    <p>More: <code>!board revenue year</code></p>
    ");
}

#[test]
fn a_sale_reply_with_a_hostile_client() {
    let reply = Message::notice("S-1 claimed")
        .line(Line::new().plain("€100 · ").person("</code></pre><h1>PWN @room @bob:firm.example"))
        .quote(Line::new().person_code("sale add 100 EUR x"));
    assert_snapshot!(shown(&reply), @r"
    S-1 claimed
    €100 · </code></pre><h1>PWN @¦room @¦bob:firm.example
    > sale add 100 EUR x
    --
    <p><strong>S-1 claimed</strong></p>
    <p>€100 · &lt;/code&gt;&lt;/pre&gt;&lt;h1&gt;PWN @¦room @¦bob:firm.example</p>
    <blockquote><code>sale add 100 EUR x</code></blockquote>
    ");
}

#[test]
fn a_review_card_mentions_who_must_act() {
    let ana = ruma::user_id!("@ana:example.org");
    let review = Message::text(Line::new().plain("Review S-1 · €1,000"))
        .line(Line::new().plain("By ").user(ana))
        .prose("first\nsecond\n\nthird")
        .mention(ana)
        .mention(ana);
    assert_snapshot!(review.thread_reply("$root", "$cmd"), @r#"{"body":"Review S-1 · €1,000\nBy @ana:example.org\nfirst\nsecond\nthird","format":"org.matrix.custom.html","formatted_body":"<p><strong>Review S-1 · €1,000</strong></p>\n<p>By <a href=\"https://matrix.to/#/@ana:example.org\">@ana:example.org</a></p>\n<p>first<br>\nsecond</p>\n<p>third</p>\n","m.mentions":{"user_ids":["@ana:example.org"]},"m.relates_to":{"event_id":"$root","is_falling_back":false,"m.in_reply_to":{"event_id":"$cmd"},"rel_type":"m.thread"},"msgtype":"m.text"}"#);
}

#[test]
fn an_edit_carries_both_contents_and_pings_nobody() {
    let board = Message::text("Board").mention_room().card(&json!({ "v": 1 }));
    assert_snapshot!(edit_of(board.content(), "$e"), @r#"{"agency.siso.partners.card":{"v":1},"body":"* Board","format":"org.matrix.custom.html","formatted_body":"<p>* <strong>Board</strong></p>\n","m.mentions":{},"m.new_content":{"agency.siso.partners.card":{"v":1},"body":"Board","format":"org.matrix.custom.html","formatted_body":"<p><strong>Board</strong></p>\n","m.mentions":{"room":true},"msgtype":"m.text"},"m.relates_to":{"event_id":"$e","rel_type":"m.replace"},"msgtype":"m.text"}"#);
}

#[test]
fn both_ways_to_relate_agree() {
    let message = Message::notice("x");
    let parsed = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    assert_eq!(
        parsed(message.thread_reply("$a", "$b")),
        thread_reply(message.content(), "$a", "$b")
    );
    assert_eq!(parsed(message.plain_reply("$b")), plain_reply(message.content(), "$b"));
}

#[test]
fn limits_hold() {
    let long = "\"<&\u{1F600}".repeat(100_000);
    let message = (0..100).fold(Message::text("t"), |message, _| {
        message.line(Line::new().person(&long)).quote(Line::new().person(&long))
    });
    let message = message.card(&"x".repeat(CARD_BYTES_MAX - 2));
    assert!(message.content_string().len() < 60 * 1024);
    assert!(message.body.ends_with("… (too long, the rest is left out)"));
    assert!(edit_of(message.content(), "$e").to_string().len() < 65_000);
    assert_eq!(Line::new().person(&"a".repeat(5_000)).into_plain().chars().count(), 4_001);
    assert_eq!(Line::new().person_cut("👩‍💻👩‍💻👩‍💻", 2).into_plain(), "👩‍💻👩‍💻…");
}

#[test]
fn only_room_calls_everybody() {
    let own = Line::new().plain("@ro").strong("om").code("@ROOM").room();
    assert_eq!(own.into_plain().matches("@room").count(), 1);
    let own = Line::new().code("partner add @ana:example.org");
    assert_eq!(own.into_plain(), "partner add @ana:example.org");
    let pill = Line::new().person("https://matrix.to/#/%40bob%3Ax matrix:u/bob:x");
    assert_eq!(pill.into_plain(), "https://matrix.\u{2060}to/#/%40bob%3Ax matrix:\u{2060}u/bob:x");
    assert_eq!(foreign(&foreign("@bob:x שלום")), foreign("@bob:x שלום"));
    let quoting = Line::new().sentence(&format!("{} is nobody", foreign("@bob:x שלום")), "");
    assert_eq!(quoting.plain, "\u{2068}@\u{2060}bob:x שלום\u{2069} is nobody");
}

fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default()).collect()
}

fn template(a: &str, b: &str) -> Message {
    Message::notice(Line::new().plain("Sale ").person_strong(a))
        .lines(vec![Line::new().person(b).plain(" · ").person(a), Line::new().person_code(b)])
        .line(Line::new().sentence(&format!("{} is not {}", foreign(a), foreign(b)), "!"))
        .line(Line::new().person_cut(a, 5).em("room").person("@").plain("room"))
}

proptest! {
    #[test]
    fn foreign_text_stays_in_its_place(
        a in "(\\PC|[<>&\"'@]|@room|@[a-z]:x|\u{202e}|\u{2068}|\u{200b}|\u{0}|\n){0,40}",
        b in ".{0,60}",
    ) {
        let message = template(&a, &b);
        let plain = template("x", "y");
        prop_assert_eq!(tags(&message.html), tags(&plain.html));
        prop_assert!(!message.body.to_lowercase().contains("@room"));
        prop_assert!(!message.html.to_lowercase().contains("@room"));
        prop_assert_eq!(message.body.lines().count(), 5);
        let opened = message.body.matches('\u{2068}').count();
        prop_assert_eq!(opened, message.body.matches('\u{2069}').count());
        let overridden = message.body.contains('\u{202e}');
        prop_assert!(!overridden);
        let content: Value = serde_json::from_str(&message.content_string()).unwrap();
        prop_assert_eq!(content["body"].as_str(), Some(message.body.as_str()));
        prop_assert_eq!(content["formatted_body"].as_str(), Some(message.html.as_str()));
    }
}

#[test]
fn what_a_row_has_no_place_for_goes_below() {
    let pieces = ["R-5 Ana", "Dinner for two", "50 points", "at a place you choose"];
    let rows = |name: &str| -> Vec<String> {
        let pieces = pieces.iter().map(|piece| Line::from(*piece));
        let whose = Line::new().person(name);
        Line::rows(std::iter::once(whose).chain(pieces)).into_iter().map(Line::into_plain).collect()
    };
    let below = ["Dinner for two · 50 points", "at a place you choose"];
    assert_eq!(rows("12345678901234567890123456").len(), 3);
    assert_eq!(rows("12345678901234567890123456")[1..], below);
    // One more, and it has a row of its own.
    assert_eq!(rows("123456789012345678901234567")[1], "R-5 Ana · Dinner for two · 50 points");
    // What nobody sees takes no place.
    assert_eq!(rows("\u{5d0}23456789012345678901234\u{5d0}").len(), 3);
    assert!(Line::rows([]).is_empty());
}
