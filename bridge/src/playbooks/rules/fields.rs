//! Fill-in fields of a template: `{client}` and the like, and the words that fill them.
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;

/// Different fields of one playbook.
pub const FIELDS_MAX: usize = 40;
const NAME_CHARS_MAX: usize = 32;
pub const VALUE_CHARS_MAX: usize = 1_000;

/// The names of a text's fields, in small letters, each once, in the order of the text.
#[must_use]
pub fn fields(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, _, name) in places(text) {
        if !names.contains(&name) && names.len() < FIELDS_MAX {
            names.push(name);
        }
    }
    names
}

/// Where fields stand: from, to, name. `${x}` and `{{x}}` belong to other templates.
fn places(text: &str) -> impl Iterator<Item = (usize, usize, String)> + '_ {
    text.match_indices('{').filter_map(|(at, _)| {
        let inside = text.get(at + 1..)?;
        let length = inside.bytes().take(NAME_CHARS_MAX + 1).position(|byte| byte == b'}')?;
        let name = inside.get(..length)?;
        let fits = name.starts_with(|ch: char| ch.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let other = text.get(..at).is_some_and(|before| before.ends_with(['$', '{']))
            || inside.get(length + 1..).is_some_and(|after| after.starts_with('}'));
        (fits && !other).then(|| (at, at + length + 2, name.to_ascii_lowercase()))
    })
}

/// The text with its fields filled.
///
/// # Errors
/// One sentence that names what is missing, or the word that is no field.
pub fn fill(slug: &str, text: &str, values: &[(String, String)]) -> Result<String, Refusal> {
    let names = fields(text);
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, v)| v);
    if let Some((odd, _)) = values.iter().find(|(name, _)| !names.contains(name)) {
        let sentence = if names.is_empty() {
            format!("{slug} has no fields to fill; say `playbook use {slug}`.")
        } else {
            format!("{slug} has no field {}; it has {}.", foreign(odd), listed(&names))
        };
        return Err(Refusal::new(Code::Usage, sentence).example(example(slug, &names)));
    }
    let missing: Vec<String> = names.iter().filter(|name| value(name).is_none()).cloned().collect();
    if !missing.is_empty() {
        let sentence = format!("{slug} still needs {}.", listed(&missing));
        return Err(Refusal::new(Code::Usage, sentence).example(example(slug, &names)));
    }
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (from, to, name) in places(text) {
        if let Some(value) = value(&name).filter(|_| from >= done) {
            out.push_str(text.get(done..from).unwrap_or_default());
            out.push_str(value);
            done = to;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Ok(out)
}

/// `client, city and date`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A line that would fill all fields.
#[must_use]
pub fn example(slug: &str, names: &[String]) -> String {
    let words = names.iter().map(|name| match name.as_str() {
        "client" => " client=\"Acme\"".to_owned(),
        name => format!(" {name}=\"…\""),
    });
    format!("playbook use {slug}{}", words.collect::<String>())
}

/// Reads `client="Acme Ltd" city=Berlin` and `--client Acme Ltd --city Berlin`.
///
/// # Errors
/// When a word belongs to no field, or a value is too long.
pub fn values(slug: &str, words: &str) -> Result<Vec<(String, String)>, Refusal> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut rest = words.trim();
    while !rest.is_empty() {
        let Some((name, after)) = named(rest) else {
            let word = rest.split_whitespace().next().unwrap_or_default();
            let sentence = format!("Which field is {} for? Write name=value.", foreign(word));
            return Err(Refusal::new(Code::Usage, sentence)
                .example(format!("playbook use {slug} client=\"Acme\"")));
        };
        let (value, after) = value(after);
        if value.chars().count() > VALUE_CHARS_MAX {
            let sentence = format!("A field takes at most {VALUE_CHARS_MAX} characters.");
            return Err(Refusal::new(Code::Long, sentence)
                .example(format!("playbook use {slug} client=\"Acme\"")));
        }
        values.retain(|(known, _)| *known != name);
        values.push((name, value));
        rest = after.trim_start();
    }
    Ok(values)
}

/// A field's name at the start, and what follows it.
fn named(text: &str) -> Option<(String, &str)> {
    let bare = text.trim_start_matches('-');
    let dashed = bare.len() < text.len();
    let length = bare
        .find(|ch: char| !(ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-')))
        .unwrap_or(bare.len());
    let (name, after) = bare.split_at_checked(length)?;
    let after = match after.strip_prefix('=') {
        Some(after) => after,
        None if dashed && (after.starts_with(' ') || after.is_empty()) => after,
        None => return None,
    };
    (!name.is_empty()).then(|| (name.to_ascii_lowercase(), after))
}

/// A value in quotes, or all words up to the next field.
fn value(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let mut chars = text.chars();
    let quotes = ['"', '“', '”', '„', '«', '»'];
    if chars.next().is_some_and(|ch| quotes.contains(&ch)) {
        let inside = chars.as_str();
        if let Some((value, after)) = inside.split_once(quotes) {
            return (value.to_owned(), after);
        }
    }
    let begins = |at: usize| text.get(at + 1..).is_some_and(|word| named(word).is_some());
    let end = text.match_indices(' ').map(|(at, _)| at).find(|at| begins(*at));
    let (value, after) = text.split_at(end.unwrap_or(text.len()));
    (value.trim_end().to_owned(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_words_in_braces() {
        let text = "Dear {Client}, {client} in {city}. ${shell} {{twig}} {\"json\": 1} { a } {}";
        assert_eq!(fields(text), ["client", "city"]);
        let longest = "n".repeat(NAME_CHARS_MAX);
        assert_eq!(fields(&format!("{{{longest}}} {{{longest}n}}")), [longest]);
        let many: String = (0..=FIELDS_MAX).map(|n| format!("{{f{n}}}")).collect();
        assert_eq!(fields(&many).len(), FIELDS_MAX);
    }

    #[test]
    fn an_example_fills_every_field() {
        let names = ["client".to_owned(), "city".to_owned()];
        assert_eq!(
            example("cold-mail", &names),
            "playbook use cold-mail client=\"Acme\" city=\"…\""
        );
    }

    #[test]
    fn all_ways_to_write_values_are_read() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected = vec![pair("client", "Acme Ltd"), pair("city", "Berlin")];
        for words in [
            "client=\"Acme Ltd\" city=Berlin",
            "client=Acme Ltd city=Berlin",
            "--client Acme Ltd --city Berlin",
            "--client=\"Acme Ltd\" --city=Berlin",
            "client=“Acme Ltd” City=Berlin",
        ] {
            assert_eq!(values("s", words).unwrap(), expected, "{words}");
        }
        assert!(values("s", "Acme").is_err());
        let long = format!("client={}", "x".repeat(VALUE_CHARS_MAX + 1));
        assert_eq!(values("s", &long).unwrap_err().code, Code::Long);
    }

    #[test]
    fn a_text_is_filled_once_and_misses_are_named() {
        let given = values("s", "client=\"{city}\" city=Bonn").unwrap();
        assert_eq!(fill("s", "To {client}, {City}!", &given).unwrap(), "To {city}, Bonn!");
        let refusal = fill("s", "{client} {city} {day}", &given[..1]).unwrap_err();
        assert_eq!(refusal.sentence, "s still needs city and day.");
        let refusal = fill("s", "{client}", &given).unwrap_err();
        assert!(refusal.sentence.contains("it has client"), "{}", refusal.sentence);
    }

    #[test]
    fn the_longest_value_is_taken_whole() {
        let longest = "ä".repeat(VALUE_CHARS_MAX);
        let taken = values("s", &format!("client={longest}")).unwrap();
        assert_eq!(taken, [("client".to_owned(), longest)]);
    }
}
