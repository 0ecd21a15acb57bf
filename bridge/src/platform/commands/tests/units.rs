//! Reactions and suggestions.
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
