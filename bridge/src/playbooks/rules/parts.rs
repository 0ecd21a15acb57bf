//! A long text in parts that fit a message each. Joined with nothing between them they are the
//! text, to the last byte; cut, where possible, between the blocks of its Markdown, so that each
//! part reads well alone.
use crate::platform::text::markdown::options;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use std::ops::Range;

/// A part as JSON: with its plain and HTML forms beside it, it stays within one event.
pub const PART_BYTES_MAX: usize = 8 * 1024;
/// What names the language of code, said again with each piece of it.
const LANGUAGE_CHARS_MAX: usize = 30;
/// Empty lines that a part may begin with.
const EMPTY_BYTES_MAX: usize = 64;
/// A longer fence is not said again with each piece: nobody wrote it to show code.
const FENCE_MAX: usize = 200;

/// A piece of the text, and what is shown for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    pub text: &'a str,
    /// Markdown: the piece itself, or with what a cut took from it: a fence, a table's head.
    pub shown: String,
}

/// At least one part.
#[must_use]
pub fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    for block in blocks(text) {
        if cost(&text[from..block.range.end]) <= PART_BYTES_MAX {
            continue;
        }
        if from < block.range.start {
            parts.push(whole(&text[from..block.range.start]));
            from = block.range.start;
        }
        if cost(&text[block.range.clone()]) > PART_BYTES_MAX {
            let (pieces, left) = pieces(&text[block.range.clone()], &block);
            parts.extend(pieces);
            from = block.range.end - left;
        }
    }
    if from < text.len() || parts.is_empty() {
        parts.push(whole(&text[from..]));
    }
    parts
}

fn whole(text: &str) -> Part<'_> {
    Part { text, shown: text.to_owned() }
}

/// A block at the top of the Markdown, up to the beginning of the next.
struct Block {
    range: Range<usize>,
    /// What stands before and after a later piece of it.
    frame: (String, String),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        if depth == 0 && !matches!(event, Event::End(_)) {
            // With the blanks before it: they are code's own, or how far its lines are set in.
            let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let indent = &text[line..range.start];
            let start = if indent.trim().is_empty() { line } else { range.start };
            let indent = if start == line { indent.to_owned() } else { String::new() };
            let start = if blocks.is_empty() { 0 } else { start };
            if let Some(last) = blocks.last_mut() {
                last.range.end = start.max(last.range.start);
            }
            let frame = frame(&event, &indent, &text[range]);
            blocks.push(Block { range: start..text.len(), frame });
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if blocks.is_empty() {
        blocks.push(Block { range: 0..text.len(), frame: Default::default() });
    }
    blocks
}

fn frame(event: &Event<'_>, indent: &str, text: &str) -> (String, String) {
    match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            // Its own fence: none in it ends it, and the last piece brings its end along.
            let kind = text.chars().next().unwrap_or('`');
            let fence: String = text.chars().take_while(|ch| *ch == kind).collect();
            if fence.len() > FENCE_MAX {
                return Default::default();
            }
            let language = info.split_whitespace().next().unwrap_or_default();
            let language: String =
                language.chars().filter(|ch| *ch != '`').take(LANGUAGE_CHARS_MAX).collect();
            (format!("{indent}{fence}{language}\n"), format!("{indent}{fence}"))
        }
        Event::Start(Tag::Table(_)) => {
            let head: Vec<&str> = text.lines().take(2).collect();
            (format!("{}\n", head.join("\n")), String::new())
        }
        _ => Default::default(),
    }
}

/// A block that is too large for one part, cut at the ends of lines, or of words, or anywhere.
/// What follows it of a few empty lines is left, so many bytes: alone it would be a message of nothing.
fn pieces<'a>(text: &'a str, block: &Block) -> (Vec<Part<'a>>, usize) {
    let (before, after) = &block.frame;
    let mut pieces = Vec::new();
    let mut rest = text;
    let ended = |text: &str| text.trim().is_empty();
    while !rest.is_empty() {
        if ended(rest) && rest.len() <= EMPTY_BYTES_MAX && !pieces.is_empty() {
            break;
        }
        let (piece, later) = rest.split_at(end_of_piece(rest));
        let before = if pieces.is_empty() || ended(rest) { "" } else { before };
        let shown = match later {
            // The block's own end closes it.
            later if ended(later) => format!("{before}{piece}"),
            _ if after.is_empty() || piece.ends_with('\n') => format!("{before}{piece}{after}"),
            _ => format!("{before}{piece}\n{after}"),
        };
        pieces.push(Part { text: piece, shown });
        rest = later;
    }
    (pieces, rest.len())
}

fn end_of_piece(text: &str) -> usize {
    let mut bytes = 0;
    let mut end = text.len();
    for (at, ch) in text.char_indices() {
        bytes += char_cost(ch);
        if bytes > PART_BYTES_MAX {
            end = at;
            break;
        }
    }
    if end == text.len() {
        return end;
    }
    let piece = &text[..end];
    // A cut far before the end would make too many parts.
    let near = |at: usize| (at >= end / 2).then_some(at);
    piece
        .rfind('\n')
        .and_then(|at| near(at + 1))
        .or_else(|| piece.rfind(' ').and_then(|at| near(at + 1)))
        .unwrap_or(end)
}

/// A text's length inside a JSON string.
fn cost(text: &str) -> usize {
    text.chars().map(char_cost).sum()
}

fn char_cost(ch: char) -> usize {
    match ch {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => ch.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(text: &str) -> String {
        split(text).iter().map(|part| part.text).collect()
    }

    #[test]
    fn a_short_text_is_one_part() {
        for text in ["", "a", "# A\n\nb\n", "\n\n  x"] {
            assert_eq!(split(text).len(), 1, "{text:?}");
            assert_eq!(joined(text), text);
        }
    }

    #[test]
    fn long_code_and_tables_stay_what_they_are() {
        let code = format!("```rust\n{}```\nend", "let a = 1;\n".repeat(2_000));
        let parts = split(&code);
        assert!(parts.len() > 2, "{}", parts.len());
        assert_eq!(joined(&code), code);
        for part in &parts[..parts.len() - 1] {
            assert!(part.shown.trim_start().starts_with("```"), "{:.40}", part.shown);
        }
        let table = format!("| a | b |\n|---|---|\n{}", "| one | two |\n".repeat(2_000));
        let parts = split(&table);
        assert_eq!(joined(&table), table);
        assert!(parts.iter().all(|part| part.shown.starts_with("| a | b |\n|---|---|\n")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn parts_join_to_the_text_and_each_fits(
            text in "([#>*`|~ \n\\-a-z0-9\u{5d0}-\u{5ea}\u{1f600}-\u{1f610}\"\\\\\u{1}]{0,400}){0,40}",
            times in 1_usize..6,
        ) {
            let text = text.repeat(times);
            let parts = split(&text);
            let joined: String = parts.iter().map(|part| part.text).collect();
            prop_assert_eq!(&joined, &text);
            for part in &parts {
                prop_assert!(cost(part.text) <= PART_BYTES_MAX);
                let json = serde_json::to_string(part.text).map_err(|e| TestCaseError::fail(e.to_string()))?;
                prop_assert!(json.len() <= PART_BYTES_MAX + 2);
            }
        }
    }

    /// The code of each block that is shown; what is no code stands as `None`.
    fn shown_code(part: &Part<'_>) -> Vec<Option<String>> {
        let mut blocks: Vec<Option<String>> = Vec::new();
        for event in Parser::new_ext(&part.shown, options()) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => blocks.push(Some(String::new())),
                Event::Start(_) => blocks.push(None),
                Event::Text(text) => {
                    if let Some(Some(code)) = blocks.last_mut() {
                        code.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        blocks
    }

    #[test]
    fn each_piece_of_code_is_one_block_of_just_that_code() {
        for (around, inner) in
            [("```", "~~~"), ("~~~", "```"), ("``````", "`````"), ("~~~~", "~~~")]
        {
            let code = format!("a\n{inner}\nb\n").repeat(3_000);
            let text = format!("{around}sh note\n{code}{around}\nThe end.\n");
            let parts = split(&text);
            let (end, pieces) = parts.split_last().unwrap();
            assert!(pieces.len() > 2, "{}", pieces.len());
            assert_eq!(end.shown, "The end.\n");
            let mut shown = String::new();
            for part in pieces {
                let [Some(piece)] = &shown_code(part)[..] else { panic!("{}", part.shown) };
                shown.push_str(piece);
            }
            assert_eq!(shown, code, "{around}");
            assert_eq!(parts[1].shown.lines().next(), Some(&*format!("{around}sh")));
        }
    }

    #[test]
    fn code_that_is_set_in_stays_so_in_each_piece() {
        let fenced = format!("  ```sh\n{}  ```\n", "  one\n    two\n".repeat(3_000));
        let set_in = format!("Before.\n\n{}", "    one\n      two\n".repeat(3_000));
        for (text, from) in [(format!("Before.\n\n{fenced}"), 1), (fenced, 0), (set_in, 1)] {
            let parts = split(&text);
            assert!(parts.len() > 3);
            for part in &parts[from..] {
                let [Some(code)] = &shown_code(part)[..] else { panic!("{:.60}", part.shown) };
                assert!(code.lines().all(|line| ["one", "  two"].contains(&line)), "{code:.60}");
            }
        }
    }

    #[test]
    fn a_fence_longer_than_anybody_s_is_not_said_again() {
        let fence = "`".repeat(FENCE_MAX + 1);
        let text = format!("{fence}\n{}{fence}\n", "a\n".repeat(20_000));
        assert!(split(&text)[1].shown.starts_with("a\n"));
    }

    #[test]
    fn a_long_word_after_the_fence_is_not_said_again_with_each_piece() {
        let text = format!("```{}\n{}```\n", "x".repeat(5_000), "a\n".repeat(20_000));
        let parts = split(&text);
        assert_eq!(parts[1].shown.lines().next().map(str::len), Some(3 + LANGUAGE_CHARS_MAX));
    }

    #[test]
    fn code_that_just_fits_a_part_is_shown_as_it_was_written() {
        let around = cost("```\n\n```");
        for (length, parts_are) in [(PART_BYTES_MAX - around, 2), (PART_BYTES_MAX - around + 1, 3)]
        {
            let code = format!("```\n{}\n```", "x".repeat(length));
            let text = format!("Before\n\n{code}");
            let parts = split(&text);
            assert_eq!(parts.len(), parts_are);
            assert_eq!(parts[0], whole("Before\n\n"));
            assert_eq!(parts[1] == whole(&code), parts_are == 2);
        }
        // Where only empty lines after it do not fit, no fence is opened for them.
        let code = format!("```\n{}\n```\n", "x".repeat(PART_BYTES_MAX - around - cost("\n")));
        let text = format!("{code}\n\nNext");
        let shown: Vec<String> = split(&text).into_iter().map(|part| part.shown).collect();
        assert_eq!(shown, [&*code, "\n\nNext"]);
    }

    #[test]
    fn a_text_is_cut_between_its_blocks() {
        let paragraph = format!("Begin\n{}\n", "a line of some words\n".repeat(150));
        let text = paragraph.repeat(7);
        let parts = split(&text);
        assert!(parts.len() > 2);
        for part in &parts {
            assert!(part.text.starts_with("Begin\n"), "{:.40}", part.text);
            assert_eq!(part.shown, part.text);
        }
    }

    #[test]
    fn a_long_block_is_cut_at_the_ends_of_lines_or_else_of_words() {
        let lines = "a_line_of_one_word\n".repeat(2_000);
        let words = "wordsofaline ".repeat(2_000);
        for (text, end) in [(lines.trim_end(), '\n'), (words.trim_end(), ' ')] {
            let parts = split(text);
            let (last, cut) = parts.split_last().unwrap();
            assert_eq!(parts.len(), cost(text).div_ceil(PART_BYTES_MAX));
            assert!(cut.iter().all(|part| part.text.ends_with(end)), "{end:?}");
            let first = text.split(end).next();
            assert!(parts.iter().all(|part| part.text.split(end).next() == first), "{end:?}");
            assert!(last.text.ends_with(first.unwrap()), "{end:?}");
        }
    }

    #[test]
    fn a_word_longer_than_a_part_fills_each_one() {
        let lengths = |text: &str| split(text).iter().map(|p| p.text.len()).collect::<Vec<_>>();
        let word = "x".repeat(2 * PART_BYTES_MAX);
        assert_eq!(lengths(&word), [PART_BYTES_MAX; 2]);
        // A line or a word that ends soon would make a part of next to nothing.
        let after = |early: &str| lengths(&format!("{early}{word}"));
        assert_eq!(after("a "), [PART_BYTES_MAX, PART_BYTES_MAX, 2]);
        assert_eq!(after("a\n"), [PART_BYTES_MAX - 1, PART_BYTES_MAX, 3]);
    }

    #[test]
    fn a_part_is_measured_as_json_writes_it() {
        for sign in ["\"", "\\", "\t", "\u{8}", "\u{c}", "\u{1}", "x", "ä", "\u{1f600}"] {
            let text = sign.repeat(PART_BYTES_MAX);
            let json = serde_json::to_string(split(&text)[0].text).unwrap();
            let inside = json.len() - 2;
            assert!(inside <= PART_BYTES_MAX, "{sign:?}: {inside}");
            assert!(inside > PART_BYTES_MAX - 6, "{sign:?}: {inside}");
        }
    }
}
