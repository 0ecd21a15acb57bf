//! Reactions, suggestions, and the cost of reading a command.
use super::*;
use crate::platform::commands::reaction::{Verdict, verdict};
use crate::platform::commands::suggest::nearest;
use std::time::{Duration, Instant};

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

/// The best of many short batches: what it costs when nothing else runs.
#[expect(clippy::disallowed_methods, reason = "measures")]
fn cost<T>(mut run: impl FnMut() -> T) -> Duration {
    let batch = |_| {
        let started = Instant::now();
        for _ in 0..20 {
            std::hint::black_box(run());
        }
        started.elapsed() / 20
    };
    (0..200).map(batch).min().unwrap_or_default()
}

#[test]
#[ignore = "a measurement: run optimized with --ignored --nocapture"]
fn cost_of_a_command() {
    let grammar: Grammar<Root> = Grammar::new();
    eprintln!("build {:?}", cost(Grammar::<Root>::new));
    let long = format!("!sale add 100 EUR {}", "é".repeat(30_000));
    for body in [
        "!me",
        "!sale list",
        "!sale add 1000 EUR Acme",
        "!sale add 1000 EUR Acme --note \"big one\"",
        "!sael x",
        "!sale add",
        "good morning",
        &long,
    ] {
        let json = text(body).to_string();
        let bot = ruma::user_id!("@partners_bot:example.org");
        let read = || command_line(&Content::read(&json), "!", Place::Room, bot);
        let line = cost(read);
        match read() {
            LineOutcome::Command(command) => {
                let parse = cost(|| grammar.parse(&command));
                eprintln!("{line:?} line, {parse:?} parse {body}");
            }
            _ => eprintln!("{line:?} line {}", &body[..12]),
        }
    }
}
