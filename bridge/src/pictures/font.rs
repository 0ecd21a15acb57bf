//! The font that is shipped in the program, its measures in whole pixels, and which of a text it can
//! show. Where it came from and how it was cut down: `bridge/fonts/README.md`.
use crate::platform::text::is_invisible;
use std::sync::LazyLock;
use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

static REGULAR: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(include_bytes!("../../fonts/regular.otf"), 0).ok());
static BOLD: LazyLock<Option<Face<'static>>> =
    LazyLock::new(|| Face::parse(include_bytes!("../../fonts/bold.otf"), 0).ok());

/// Stands for a letter that the font does not have.
const MISSING: char = '□';
const DOTS: &str = "…";
/// Longer names are not looked at to their end.
const GRAPHEMES_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

impl Weight {
    #[must_use]
    pub fn face(self) -> Option<&'static Face<'static>> {
        match self {
            Self::Regular => REGULAR.as_ref(),
            Self::Bold => BOLD.as_ref(),
        }
    }
}

/// Whether the font has a character of its own for this one.
#[must_use]
pub fn has(ch: char) -> bool {
    [Weight::Regular, Weight::Bold]
        .iter()
        .all(|weight| weight.face().is_some_and(|face| face.glyph_index(ch).is_some()))
}

/// The glyphs of a text with the way to the next, in font units.
pub fn glyphs<'a>(
    face: &'a Face<'_>,
    text: &'a str,
) -> impl Iterator<Item = (GlyphId, i64)> + use<'a> {
    text.chars().map(|ch| {
        let glyph = face.glyph_index(ch).or_else(|| face.glyph_index(MISSING)).unwrap_or_default();
        (glyph, i64::from(face.glyph_hor_advance(glyph).unwrap_or(0)))
    })
}

/// How wide a text is, in pixels, rounded up.
#[must_use]
pub fn width(text: &str, size: i32, weight: Weight) -> i32 {
    let Some(face) = weight.face() else { return 0 };
    let units: i64 = glyphs(face, text).map(|(_, advance)| advance).sum();
    let per_em = i64::from(face.units_per_em()).max(1);
    i32::try_from((units * i64::from(size) + per_em - 1) / per_em).unwrap_or(i32::MAX)
}

/// The text, or its beginning and an ellipsis, so that it is no wider; nothing where not even
/// one character and the ellipsis have room.
#[must_use]
pub fn cut(text: &str, size: i32, weight: Weight, width_max: i32) -> String {
    if width(text, size, weight) <= width_max {
        return text.to_owned();
    }
    let Some(face) = weight.face() else { return String::new() };
    let units_max = i64::from(width_max) * i64::from(face.units_per_em()) / i64::from(size.max(1));
    let dots: i64 = glyphs(face, DOTS).map(|(_, advance)| advance).sum();
    let (mut units, mut kept) = (dots, 0);
    for (ch, (_, advance)) in text.chars().zip(glyphs(face, text)) {
        units += advance;
        if units > units_max {
            break;
        }
        kept += ch.len_utf8();
    }
    let kept = text.get(..kept).unwrap_or_default().trim_end();
    if kept.is_empty() { String::new() } else { format!("{kept}{DOTS}") }
}

/// What the font can show of a name; none where too little of it would be left. Signs and emoji
/// that it does not have are left out, letters become a box, and wide or ornamental forms their
/// plain ones. Everything that is left runs from left to right.
#[must_use]
pub fn shown(name: &str) -> Option<String> {
    let plain: String = name.nfkc().filter(|ch| !is_invisible(*ch)).collect();
    let (mut out, mut letters, mut missing) = (String::new(), 0, 0);
    for grapheme in plain.graphemes(true).take(GRAPHEMES_MAX) {
        if grapheme.chars().all(char::is_whitespace) {
            out.push(' ');
            continue;
        }
        let mut kept: String = grapheme.chars().filter(|ch| has(*ch)).collect();
        if kept.is_empty() {
            kept = grapheme.nfd().filter(|ch| has(*ch)).collect();
        }
        let is_letter = grapheme.chars().any(char::is_alphanumeric);
        letters += usize::from(is_letter);
        if kept.is_empty() && is_letter {
            missing += 1;
            out.push(MISSING);
        }
        out.push_str(&kept);
    }
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    (!out.is_empty() && missing * 2 <= letters).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_font_has_what_people_are_called_and_what_money_looks_like() {
        for ch in "AZaz09 ÄÖÜßçñøåłőșțğıŻŽ ΑΩαωά ЖЯжяїґ ếựĐ €£¥₹₽₿$¢ −.,%+▲▼←↑→↓…“”’–—·№".chars()
        {
            assert!(has(ch), "{ch}");
        }
        assert!(!has('中') && !has('ש') && !has('🔥'));
    }

    #[test]
    fn figures_are_of_one_width() {
        for weight in [Weight::Regular, Weight::Bold] {
            let wide = |ch: char| width(&ch.to_string(), 100, weight);
            assert!(('0'..='9').all(|ch| wide(ch).abs_diff(wide('0')) <= 1), "{weight:?}");
        }
    }

    #[test]
    fn what_the_font_has_not_is_shown_sanely() {
        let shown = |name| shown(name).unwrap_or_else(|| "none".to_owned());
        assert_eq!(shown("Ana  🔥 Larsen 👩‍👩‍👧"), "Ana Larsen");
        assert_eq!(shown("𝓐𝓷𝓪 Ｂｅｎ"), "Ana Ben");
        assert_eq!(shown("Zoe\u{301}\u{302}\u{303}\u{304}"), "Zoé");
        assert_eq!(shown("Anna 中 Berg"), "Anna □ Berg");
        assert_eq!(shown("\u{202e}Ana\u{2066}\u{200b}"), "Ana");
        for none in ["שלום עולם", "中文名字", "🔥🔥", "", " ", "\u{200b}", "مرحبا"]
        {
            assert_eq!(shown(none), "none", "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "\\PC{0,60}", width_max in 0..400) {
            let cut = cut(&text, 28, Weight::Bold, width_max);
            prop_assert!(width(&cut, 28, Weight::Bold) <= width_max);
            prop_assert!(cut == text || cut.is_empty() || cut.ends_with(DOTS));
        }

        /// Whatever a name holds: one line, and every character is in the font.
        #[test]
        fn a_shown_name_can_be_drawn(name in any::<String>()) {
            let shown = shown(&name).unwrap_or_default();
            prop_assert!(shown.chars().all(has), "{shown:?}");
        }
    }
}
