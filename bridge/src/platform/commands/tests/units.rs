//! Reactions, suggestions, and the cost of reading a command.
use super::*;
use crate::platform::commands::reaction::{Verdict, verdict};
use crate::platform::commands::suggest::nearest;

#[test]
fn reactions_are_read_without_their_variants() {
    for key in ["✅", "✅\u{fe0f}", "👍", "👍🏽", "👍\u{fe0f}", "☑\u{fe0f}", "✔", "✔\u{fe0f}"]
    {
        assert_eq!(verdict(key), Some(Verdict::Yes), "{key}");
    }
    for key in ["❌", "❌\u{fe0f}", "👎🏿", "✖\u{fe0f}"] {
        assert_eq!(verdict(key), Some(Verdict::No), "{key}");
    }
    let long = format!("✅{}", "\u{fe0f}".repeat(3_500));
    for key in ["", "✅✅", "yes", "🎉", "✅ ok", "\u{fe0f}", long.as_str()] {
        assert_eq!(verdict(key), None, "{key}");
    }
}

#[test]
fn near_words() {
    let known = || ["sale", "me", "board", "win"].into_iter();
    for (typed, near) in [
        ("sael", Some("sale")),
        ("slae", Some("sale")),
        ("SALES", Some("sale")),
        ("bord", Some("board")),
        ("em", Some("me")),
        ("wn", Some("win")),
        ("ok", None),
        ("important", None),
        ("", None),
    ] {
        assert_eq!(nearest(typed, known()), near, "{typed}");
    }
    assert_eq!(nearest(&"x".repeat(10_000), known()), None);
}

#[test]
#[ignore = "a measurement: run with --release --ignored --nocapture"]
#[expect(clippy::disallowed_methods, reason = "measures")]
fn cost_of_a_command() {
    use std::time::Instant;
    let started = Instant::now();
    let grammar: Grammar<Root> = Grammar::new();
    eprintln!("build {:?}", started.elapsed());
    let long = format!("!sale add 100 EUR {}", "é".repeat(30_000));
    for body in [
        "!me",
        "!sale list",
        "!sale add 1000 EUR Acme --note \"big one\"",
        "!sael x",
        "!sale add",
        "good morning",
        &long,
    ] {
        let json = text(body).to_string();
        let bot = ruma::user_id!("@partners_bot:example.org");
        let read = || command_line(&Content::read(&json), "!", Place::Room, bot);
        let started = Instant::now();
        for _ in 0..2_000 {
            std::hint::black_box(read());
        }
        let line = started.elapsed() / 2_000;
        let LineOutcome::Command(command) = read() else {
            eprintln!("{line:?} line {}", &body[..12]);
            continue;
        };
        let started = Instant::now();
        for _ in 0..2_000 {
            std::hint::black_box(grammar.parse(&command));
        }
        eprintln!("{line:?} line, {:?} parse {body}", started.elapsed() / 2_000);
    }
}
