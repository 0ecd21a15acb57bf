//! The nearest known word. Short words allow one slip, longer ones two.
use strsim::osa_distance;

/// The word most like `typed`; ties go to the one named first.
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().take(40).count();
    if length >= 40 {
        return None;
    }
    let typed = typed.to_lowercase();
    known
        .filter(|word| word.chars().count().abs_diff(length) <= 2)
        .map(|word| (osa_distance(&typed, word), word))
        .filter(|(distance, word)| *distance <= slips_max(word.chars().count().min(length)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

fn slips_max(length: usize) -> usize {
    if length <= 3 { 1 } else { 2 }
}
