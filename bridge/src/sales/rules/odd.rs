//! What reviewers should look at twice: a client of nearly the same name, a day long gone.
use super::BACKDATE_DAYS_MAX;
use jiff::ToSpan;
use jiff::civil::Date;
use schema::period::{Calendar, PeriodKind};

/// Words that say what kind of firm it is, not which.
const FORMS: [&str; 26] = [
    "ab",
    "ag",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gbr",
    "gmbh",
    "inc",
    "kg",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "ohg",
    "oy",
    "plc",
    "sa",
    "sarl",
    "spa",
    "srl",
    "the",
    "ug",
];
/// From these lengths on, one or two slips of the finger are still the same name.
const ONE_SLIP_CHARS: usize = 5;
const TWO_SLIPS_CHARS: usize = 10;

/// The words of a client's key that tell it from others; of a domain, its name. None where a number
/// is part of the name: numbers are there to tell things apart.
#[must_use]
pub fn core(key: &str) -> Option<String> {
    if key.contains(char::is_numeric) {
        return None;
    }
    let name = if key.contains(' ') { key } else { key.split('.').next().unwrap_or(key) };
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words: Vec<String> = name
        .split([' ', '-', '/', '&', ','])
        .map(plain)
        .filter(|word| !word.is_empty() && !FORMS.contains(&word.as_str()))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether two different keys may be one client.
#[must_use]
pub fn similar(key: &str, other: &str) -> bool {
    let (Some(one), Some(two)) = (core(key), core(other)) else { return false };
    let (one, two) = (one.replace(' ', ""), two.replace(' ', ""));
    let slips = match one.chars().count().min(two.chars().count()) {
        ..ONE_SLIP_CHARS => 0,
        ONE_SLIP_CHARS..TWO_SLIPS_CHARS => 1,
        _ => 2,
    };
    one == two || strsim::damerau_levenshtein(&one, &two) <= slips
}

/// Whether a day is so long ago that it needs a look: its month takes nothing more, or a manager
/// has claimed it past the limit that partners have.
#[must_use]
pub fn backdated(on: Date, today: Date, now: i64, calendar: &Calendar) -> bool {
    let month = calendar.period_of(PeriodKind::Month, on);
    let closed = calendar.closes_at(month).is_some_and(|closes_at| now >= closes_at);
    let oldest = today.checked_sub(BACKDATE_DAYS_MAX.days()).unwrap_or(today);
    closed || on < oldest
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use schema::period::WeekStart;

    #[test]
    fn near_names_are_near_and_others_are_not() {
        for (one, two) in [
            ("acme", "acme ltd"),
            ("smile clinic", "smile-clinic gmbh"),
            ("smile clinic", "smile clinc"),
            ("okafor & sons", "okafor sons"),
            ("acme.example", "acme"),
            ("harbor dental", "harbour dental"),
        ] {
            assert!(similar(one, two), "{one} / {two}");
            assert!(similar(two, one), "{two} / {one}");
        }
        for (one, two) in [
            ("acme", "acne"),
            ("branch 1", "branch 2"),
            ("smile clinic", "smart clinic"),
            ("ltd", "gmbh"),
            ("alpha dental", "harbor dental"),
        ] {
            assert!(!similar(one, two), "{one} / {two}");
        }
    }

    #[test]
    fn the_longer_a_name_the_more_slips_it_forgives() {
        for (one, other, is_near) in [
            ("acme", "acne", false),
            ("acmes", "acnes", true),
            ("acmes", "acnet", false),
            ("blueriver", "blueriwer", true),
            ("blueriver", "blueriwor", false),
            ("bluerivers", "blueriwors", true),
            ("bluerivers", "blueriwort", false),
        ] {
            assert_eq!(similar(one, other), is_near, "{one} / {other}");
        }
    }

    #[test]
    fn days_of_closed_months_are_backdated() {
        let calendar = Calendar::new(TimeZone::UTC, WeekStart::Monday);
        let today = date(2026, 11, 24);
        let now = calendar.start_of(today);
        let at = |on| backdated(on, today, now, &calendar);
        assert!(!at(today));
        assert!(!at(date(2026, 11, 1)));
        assert!(at(date(2026, 10, 31)));
        assert!(at(date(2026, 9, 1)));
        // October takes claims until the grace of seven days has passed.
        let early = date(2026, 11, 7);
        let now = calendar.start_of(early);
        assert!(!backdated(date(2026, 10, 31), early, now, &calendar));
    }
}
