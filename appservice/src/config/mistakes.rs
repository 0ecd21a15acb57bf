//! Mistakes in the configuration, as sentences for the person who has to mend them.
use figment::error::Kind;
use std::fmt;

/// What is wrong, one sentence per mistake; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<String>);

impl Mistakes {
    #[must_use]
    pub fn one(sentence: String) -> Self {
        Self(vec![sentence])
    }

    #[must_use]
    pub fn from_figment(errors: &figment::Error) -> Self {
        Self(errors.clone().into_iter().map(|error| sentence(&error)).collect())
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, sentence) in self.0.iter().enumerate() {
            let line_break = if n == 0 { "" } else { "\n" };
            write!(f, "{line_break}{sentence}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// What the reader of TOML begins with, whose words are about what stands in the file.
const UNREADABLE: &str = "TOML parse error";

/// The reader of TOML shows the line in which it stumbles, and names of tables and keys: a password may be
/// in either. The line's number says where to look.
fn without_source(text: &str) -> String {
    let is_source = |line: &&str| {
        let behind_number = line.trim_start().trim_start_matches(|ch: char| ch.is_ascii_digit());
        behind_number.trim_start().starts_with('|')
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_source(line)).collect();
    let told = lines.join(": ");
    if !told.starts_with(UNREADABLE) {
        return told;
    }
    // In backticks stand signs that it misses, and names that it has read.
    let is_name = |at: &usize| {
        let quoted = told[at + 1..].split('`').next();
        quoted.is_some_and(|quoted| quoted.contains(|ch: char| !ch.is_ascii_punctuation()))
    };
    let mut opening = told.match_indices('`').step_by(2).map(|(at, _)| at);
    let end = opening.find(is_name).unwrap_or(told.len());
    told[..end].trim_end().to_owned()
}

/// Figment's own text leads with its internals (profiles, providers); people get key and remedy.
/// Values are shown only where the message itself holds them: none of these keys is a secret.
fn sentence(error: &figment::Error) -> String {
    let key = error.path.join(".");
    let key = if key.is_empty() { "the configuration".to_owned() } else { format!("`{key}`") };
    match &error.kind {
        Kind::UnknownField(name, known) => {
            format!("`{}` is not a setting; here are known: {}.", at(error, name), known.join(", "))
        }
        Kind::MissingField(name) => format!("`{}` is missing.", at(error, name)),
        Kind::UnknownVariant(_, known) => format!("{key} must be one of {}.", known.join(", ")),
        Kind::InvalidType(actual, wanted) => {
            format!("{key} must be {wanted}, not {}.", kind_of(actual))
        }
        Kind::Message(text) | Kind::InvalidValue(_, text) => {
            format!("{key}: {}.", without_source(text))
        }
        other => format!("{key}: {other}."),
    }
}

/// The full key of a field that stands at, or is missing at, the error's place.
fn at(error: &figment::Error, name: &str) -> String {
    let mut path = error.path.clone();
    if path.last().is_none_or(|last| last != name) {
        path.push(name.to_owned());
    }
    path.join(".")
}

/// Names the type without the value, which may be a secret in the wrong place.
fn kind_of(actual: &figment::error::Actual) -> &'static str {
    use figment::error::Actual;
    match actual {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a section",
        _ => "something else",
    }
}
