//! Text as the index sees it: folded, so that case, accents and width do not matter, and cut into
//! words. Scripts that write without spaces are cut into pairs of letters.
use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// What is longer than this is cut: no one types it, and it would only fill the dictionary.
pub const WORD_CHARS_MAX: usize = 40;

/// Marks from this class on are accents and vowel points, which people leave out. Below it are
/// marks that make another letter, as in Japanese and the scripts of India.
const ACCENT_CLASS_MIN: u8 = 10;

/// Stretches the line in Arabic script and says nothing.
const TATWEEL: char = '\u{640}';

/// Folded text: compatibility forms, case and accents gone.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let letters = text.nfkc().default_case_fold().nfkd();
    let bare = letters.filter(|letter| canonical_combining_class(*letter) < ACCENT_CLASS_MIN);
    let mut folded = String::with_capacity(text.len());
    for letter in bare.nfc().filter(|letter| *letter != TATWEEL) {
        match spelled(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(letter),
        }
    }
    folded
}

/// Letters with a stroke or tied together, which do not come apart by normalization.
fn spelled(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Hands over each word of the text, folded.
pub fn each(text: &str, mut found: impl FnMut(&str)) {
    let folded = fold(text);
    let mut rest = folded.as_str();
    while let Some(start) = rest.find(is_letter) {
        let run = &rest[start..];
        let dense = run.chars().next().is_some_and(is_dense);
        let end = run.find(|letter| !is_letter(letter) || is_dense(letter) != dense);
        let (word, after) = run.split_at(end.unwrap_or(run.len()));
        if dense {
            pairs(word, &mut found);
        } else {
            found(shortened(word));
        }
        rest = after;
    }
}

fn pairs(run: &str, found: &mut impl FnMut(&str)) {
    let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
    match starts.len() {
        2 => found(run),
        _ => starts.windows(3).for_each(|ends| found(&run[ends[0]..ends[2]])),
    }
}

fn shortened(word: &str) -> &str {
    word.char_indices().nth(WORD_CHARS_MAX).map_or(word, |(at, _)| &word[..at])
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Scripts whose words are not parted by spaces, and Korean, whose words take endings.
pub fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn case_accents_and_width_do_not_matter() {
        for (text, folded) in [
            ("STRAẞE Zahnärzte", "strasse zahnarzte"),
            ("Siłownia Łódź", "silownia lodz"),
            ("İSTANBUL fişleri ırmak", "istanbul fisleri irmak"),
            ("Ｆｕｌｌ ﬁt", "full fit"),
            ("расчёт Ёлка", "расчет елка"),
            ("أَهلًا مـرحبا", "اهلا مرحبا"),
            ("Ærø œuvre", "aero oeuvre"),
            ("がか", "がか"),
            ("한국", "한국"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert_eq!(fold("e\u{301}te\u{301}"), fold("\u{e9}t\u{e9}"));
    }

    #[test]
    fn words_of_any_script() {
        assert_eq!(
            words("Year-end: don't stop, 24/7!"),
            ["year", "end", "don", "t", "stop", "24", "7"]
        );
        assert_eq!(words("美容室LINE予"), ["美容", "容室", "line", "予"]);
        assert_eq!(words("हिन्दी शब्द"), ["हिन्दी", "शब्द"]);
        assert_eq!(words("🎉 ・ — "), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(500))[0].chars().count(), WORD_CHARS_MAX);
    }
}
