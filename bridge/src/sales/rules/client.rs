//! When two names are one client, and when two clients only look like one.
use unicode_normalization::UnicodeNormalization as _;

/// Mail domains that say nothing about whose client it is.
const FREE_MAIL: [&str; 22] = [
    "aol.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "mail.ru",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
];

/// Letters of other scripts that look like Latin ones, after case folding. Those whose capital is
/// the twin (Greek `Η`, Cyrillic `В`) count as well: names are written with capitals.
const TWINS: [(char, char); 46] = [
    // Cyrillic
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('т', 't'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('ү', 'y'),
    // Greek
    ('α', 'a'),
    ('β', 'b'),
    ('ϲ', 'c'),
    ('ε', 'e'),
    ('η', 'h'),
    ('ι', 'i'),
    ('ϳ', 'j'),
    ('κ', 'k'),
    ('μ', 'm'),
    ('ν', 'n'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'y'),
    ('χ', 'x'),
    ('ζ', 'z'),
    // Latin beyond ASCII, Armenian
    ('ı', 'i'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('ո', 'n'),
    ('օ', 'o'),
    ('ս', 'u'),
    ('հ', 'h'),
    ('ց', 'g'),
];

/// The key under which a client is remembered: the domain where one is given (as an address, a
/// bare domain or a mail address outside free mail), else the name, NFKC, case-folded, with single
/// spaces.
#[must_use]
pub fn client_key(client: &str) -> String {
    domain(client).unwrap_or_else(|| name_key(client))
}

fn name_key(name: &str) -> String {
    let composed: String = name.nfkc().collect();
    let folded: String = caseless::default_case_fold_str(&composed).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a text is as a client's domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// Normalised: the client's key.
    Known(String),
    /// Says nothing about whose client it is.
    FreeMail,
    None,
}

/// Reads a domain that is given as one: bare, as an address, or as a mail address.
#[must_use]
pub fn domain_of(text: &str) -> Domain {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return Domain::None;
    }
    match (domain(text), host(text)) {
        (Some(domain), _) => Domain::Known(domain),
        (None, Some(host)) if FREE_MAIL.contains(&host.as_str()) => Domain::FreeMail,
        _ => Domain::None,
    }
}

/// The domain in a client's text, in ASCII; none where it is a name or free mail.
fn domain(client: &str) -> Option<String> {
    let mut words = client.split_whitespace();
    let (first, second) = (words.next()?, words.next());
    let word =
        if second.is_none() { first } else { client.split_whitespace().find(|w| is_address(w))? };
    let host = host(word)?;
    let real = is_domain(&host) && !FREE_MAIL.contains(&host.as_str());
    real.then_some(host)
}

/// The host in a word, in ASCII, without `www.`.
fn host(word: &str) -> Option<String> {
    let host = idna::domain_to_ascii(host_of(word)).ok()?;
    let host = host.trim_end_matches('.');
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// Whether a word among others is meant as a web address.
fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.")
}

/// A word without scheme, user, port and path.
fn host_of(word: &str) -> &str {
    let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = match rest.split_once('@') {
        Some((user, host)) if !user.is_empty() => host,
        _ => rest,
    };
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => rest,
    }
}

/// Letters, digits and hyphens, with a dot, and no digits at the end (which would be an address
/// or an amount).
fn is_domain(host: &str) -> bool {
    let label = |label: &str| {
        let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let top = last.len() >= 2
        && (last.starts_with("xn--") || last.bytes().all(|b| b.is_ascii_alphabetic()));
    host.contains('.') && host.len() <= 253 && top && host.split('.').all(label)
}

/// What a client's key looks like: letters of other scripts are replaced by their Latin twins.
/// Different keys with one skeleton are look-alikes.
#[must_use]
pub fn skeleton(key: &str) -> String {
    let shown = if key.contains("xn--") { idna::domain_to_unicode(key).0 } else { key.to_owned() };
    shown.chars().map(|letter| twin(letter).unwrap_or(letter)).collect()
}

fn twin(letter: char) -> Option<char> {
    TWINS.iter().find(|(other, _)| *other == letter).map(|(_, latin)| *latin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_client_has_one_key() {
        let cases = [
            ("Acme", "acme"),
            ("  ACME   Ltd ", "acme ltd"),
            ("Straße GmbH", "strasse gmbh"),
            ("Ａcme", "acme"),
            ("https://www.Acme.com/about?x=1", "acme.com"),
            ("acme.com.", "acme.com"),
            ("http://acme.com:8080", "acme.com"),
            ("bob@acme.com", "acme.com"),
            ("Acme Ltd https://acme.com", "acme.com"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("bob@gmail.com", "bob@gmail.com"),
            ("@bob:firm.example", "@bob:firm.example"),
            ("@room", "@room"),
            ("@acme.com", "@acme.com"),
            ("acme.com:shop", "acme.com:shop"),
            ("1.5", "1.5"),
            ("</code></pre><h1>PWN", "</code></pre><h1>pwn"),
        ];
        for (client, key) in cases {
            assert_eq!(client_key(client), key, "{client}");
        }
        assert_ne!(client_key("Acme"), client_key("Acme Ltd"));
    }

    #[test]
    fn a_domain_is_read_as_one() {
        for (text, domain) in [
            ("acme.com", Domain::Known("acme.com".into())),
            ("HTTPS://www.Acme.com:443/x", Domain::Known("acme.com".into())),
            ("bob@acme.com", Domain::Known("acme.com".into())),
            ("Bücher.de.", Domain::Known("xn--bcher-kva.de".into())),
            ("bob@gmail.com", Domain::FreeMail),
            ("acme", Domain::None),
            ("acme .com", Domain::None),
            ("1.5", Domain::None),
            ("", Domain::None),
        ] {
            assert_eq!(domain_of(text), domain, "{text}");
        }
    }

    #[test]
    fn a_domain_has_plain_labels_and_a_top_of_letters() {
        let label = "a".repeat(63);
        for text in [
            format!("{label}.com"),
            "a-1.acme.com".to_owned(),
            "acme.io".to_owned(),
            "acme.xn--p1ai".to_owned(),
        ] {
            assert_eq!(domain_of(&text), Domain::Known(text.clone()), "{text}");
        }
        for text in [
            &format!("{label}a.com"),
            "acme..com",
            "acme_shop.com",
            "-acme.com",
            "acme-.com",
            "acme.c",
            "acme.c1",
            "12.50",
            "10.0.0.12",
            "@acme.com",
            "acme.com:shop",
        ] {
            assert_eq!(domain_of(text), Domain::None, "{text}");
        }
    }

    #[test]
    fn look_alikes_share_a_skeleton_and_no_key() {
        let skeleton_of = |client: &str| skeleton(&client_key(client));
        assert_ne!(client_key("Аcme"), client_key("Acme"));
        assert_eq!(skeleton_of("Аcme"), skeleton_of("Acme"));
        assert_eq!(skeleton_of("ΑCΜΕ"), skeleton_of("ACME"));
        assert_eq!(skeleton_of("аcme.com"), skeleton_of("acme.com"));
        assert_ne!(skeleton_of("Acne"), skeleton_of("Acme"));
        assert_ne!(skeleton_of("Газпром"), skeleton_of("Gazprom"));
    }

    proptest! {
        /// A key is its own key, whatever people type, and so is a skeleton.
        #[test]
        fn keys_are_stable(client in "\\PC{0,40}") {
            let key = client_key(&client);
            prop_assert_eq!(client_key(&key), key.clone());
            let bones = skeleton(&key);
            prop_assert_eq!(skeleton(&bones), bones);
        }

        #[test]
        fn case_and_spaces_do_not_matter(name in "[a-zA-Z]{1,8}( [a-zA-Z]{1,8}){0,2}") {
            let shouted = format!("  {}  ", name.to_uppercase().replace(' ', "   "));
            prop_assert_eq!(client_key(&shouted), client_key(&name));
        }
    }
}
