//! Which software is known to understand rooms of version 12. No server tells this to one that is not in
//! a room with it, but they tell what they run.

/// Whether a server understands rooms of version 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grasp {
    Yes,
    /// Known from this version on.
    From(&'static str),
    /// Software that we know nothing of.
    Unknown,
}

/// By the first word of the software's name, in small letters.
const FROM: &[(&str, &str)] = &[
    ("synapse", "1.136.0"),
    ("conduit", "0.11.0"),
    ("tuwunel", "1.4.0"),
    ("continuwuity", "0.5.0"),
    ("dendrite", "0.15.0"),
];

#[must_use]
pub fn grasp(software: &str, version: &str) -> Grasp {
    let word = software.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let known = FROM.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
    let Some((_, from)) = known else { return Grasp::Unknown };
    match (numbers(version), numbers(from)) {
        (Some(has), Some(needs)) if has >= needs => Grasp::Yes,
        (Some(_), _) => Grasp::From(from),
        (None, _) => Grasp::Unknown,
    }
}

/// `1.136.0`, `v1.4.0`, `0.11.0-alpha`, `1.163.2 (b=main,abc)`.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let plain = version.trim().trim_start_matches('v');
    let end = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
    let mut parts = plain[..end].split('.');
    let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::parse::<u32>);
    let first = next()?.ok()?;
    let rest = [next(), next()].map(|part| part.and_then(Result::ok).unwrap_or(0));
    Some([first, rest[0], rest[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_known_from_a_version_on() {
        for (software, version, is) in [
            ("Synapse", "1.163.2", Grasp::Yes),
            ("Synapse", "1.136.0", Grasp::Yes),
            ("Synapse", "1.135.0rc1", Grasp::From("1.136.0")),
            ("Synapse", "1.98.0 (b=matrix-org,1)", Grasp::From("1.136.0")),
            ("Conduit", "0.11.0-alpha", Grasp::Yes),
            ("Conduit", "0.9.0", Grasp::From("0.11.0")),
            ("tuwunel", "v1.4.2", Grasp::Yes),
            ("Dendrite", "0.13.8+abc", Grasp::From("0.15.0")),
            ("Else", "9.9", Grasp::Unknown),
            ("Synapse", "nightly", Grasp::Unknown),
            ("", "", Grasp::Unknown),
        ] {
            assert_eq!(grasp(software, version), is, "{software} {version}");
        }
    }
}
