//! The part of a registration that a homeserver needs, and its namespaces.

use anyhow::{Context, Result};
use regex::Regex;

#[derive(Debug, Clone)]
pub struct Registration {
    pub id: String,
    pub url: String,
    pub as_token: String,
    pub hs_token: String,
    pub sender_localpart: String,
    pub users: Vec<Regex>,
    pub aliases: Vec<Regex>,
}

impl Registration {
    /// One exclusive namespace `@<prefix>…` and `#<alias prefix>…` on `server`.
    pub fn example(url: &str, server: &str) -> Self {
        let server = regex::escape(server);
        Self {
            id: "partnerspace".into(),
            url: url.into(),
            as_token: "as-secret".into(),
            hs_token: "hs-secret".into(),
            sender_localpart: "partners_sender".into(),
            users: vec![Regex::new(&format!("^@partners_[a-z0-9_]*:{server}$")).unwrap()],
            aliases: vec![Regex::new(&format!("^#partners[a-z0-9_-]*:{server}$")).unwrap()],
        }
    }

    /// Reads the YAML that `partnerspace init` writes: `key: value` lines, and under `users:` and
    /// `aliases:` the `regex:` entries. Not a YAML parser; a surprising file fails loudly.
    pub fn from_yaml(text: &str) -> Result<Self> {
        let (mut users, mut aliases, mut section) = (Vec::new(), Vec::new(), "");
        for line in text.lines() {
            let line = line.trim().trim_start_matches("- ").trim();
            match line {
                "users:" => section = "users",
                "aliases:" => section = "aliases",
                _ if line.starts_with("rooms:") => section = "rooms",
                _ => {}
            }
            let Some(pattern) = field(line, "regex") else { continue };
            let pattern = Regex::new(&pattern).with_context(|| format!("regex {pattern}"))?;
            match section {
                "users" => users.push(pattern),
                "aliases" => aliases.push(pattern),
                _ => {}
            }
        }
        let top = |name: &str| {
            text.lines()
                .filter(|line| !line.starts_with(' '))
                .find_map(|line| field(line, name))
                .with_context(|| format!("registration has no {name}"))
        };
        Ok(Self {
            id: top("id")?,
            url: top("url")?,
            as_token: top("as_token")?,
            hs_token: top("hs_token")?,
            sender_localpart: top("sender_localpart")?,
            users,
            aliases,
        })
    }

    pub fn owns_user(&self, user: &str) -> bool {
        self.users.iter().any(|pattern| pattern.is_match(user))
    }

    pub fn owns_alias(&self, alias: &str) -> bool {
        self.aliases.iter().any(|pattern| pattern.is_match(alias))
    }
}

/// The value of `name: value`, unquoted as YAML or JSON would.
fn field(line: &str, name: &str) -> Option<String> {
    let line = line.trim().trim_end_matches(',');
    let rest = line
        .strip_prefix(name)
        .or_else(|| line.strip_prefix('"')?.strip_prefix(name)?.strip_prefix('"'))?;
    let value = rest.strip_prefix(':')?.trim();
    if value.starts_with('"') {
        return serde_json::from_str(value).ok();
    }
    if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
        return Some(inner.replace("''", "'"));
    }
    Some(value.to_owned())
}
