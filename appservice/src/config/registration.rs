//! The registration: what the homeserver and we agreed on, with both tokens. Own type, because
//! ruma's prints tokens in Debug and lacks newer keys. Written by a template so that people can
//! read it; read with a YAML parser, since people and other tools write it as well.
use super::{Config, private};
use rand::distr::{Alphanumeric, SampleString};
use rand::rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::Path;

const TOKEN_CHARS: usize = 48;
/// Shorter tokens can be guessed or are a placeholder somebody forgot.
const TOKEN_CHARS_MIN: usize = 16;

/// No Debug: it holds the tokens. Keys we do not know are the homeserver's business.
#[derive(Clone, Deserialize)]
pub struct Registration {
    pub id: String,
    pub url: Option<String>,
    #[serde(deserialize_with = "super::parse::secret")]
    pub as_token: SecretString,
    #[serde(deserialize_with = "super::parse::secret")]
    pub hs_token: SecretString,
    pub sender_localpart: String,
    #[serde(default = "limited_by_default")]
    pub rate_limited: bool,
    pub namespaces: Namespaces,
}

fn limited_by_default() -> bool {
    true
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Namespaces {
    pub users: Vec<Namespace>,
    pub aliases: Vec<Namespace>,
    pub rooms: Vec<Namespace>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Namespace {
    pub exclusive: bool,
    pub regex: String,
}

impl Namespace {
    /// Whether it can only match whole ids: otherwise it may catch strangers.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        self.regex.starts_with('^') && self.regex.ends_with('$') && !self.regex.ends_with("\\$")
    }
}

impl Registration {
    /// A new one with fresh tokens that fits the configuration.
    #[must_use]
    pub fn for_config(config: &Config, rng: &mut impl CryptoRng) -> Self {
        let mut token = || SecretString::from(Alphanumeric.sample_string(rng, TOKEN_CHARS));
        Self {
            id: config.appservice.id.clone(),
            url: Some(url_text(config)),
            as_token: token(),
            hs_token: token(),
            sender_localpart: config.sender_localpart(),
            rate_limited: false,
            namespaces: Namespaces {
                users: vec![users_of(config)],
                aliases: vec![aliases_of(config)],
                rooms: Vec::new(),
            },
        }
    }

    /// # Errors
    /// A sentence: absent, readable by others, or not a registration.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = private::read(path)?;
        Self::parse(&text).map_err(|why| format!("{}: {why}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        // The parser's own message quotes values, which may be a token: only the place is told.
        serde_yaml_ng::from_str(text).map_err(|error| match error.location() {
            Some(at) => format!("not a registration (see line {}).", at.line()),
            None => "not a registration: a key is missing or has the wrong form.".to_owned(),
        })
    }

    /// # Errors
    /// A sentence: exists already, or cannot be written.
    pub fn write(&self, path: &Path, replace: bool) -> Result<(), String> {
        private::write(path, &self.yaml(), replace)
    }

    /// The file's text, tokens included.
    #[must_use]
    pub fn yaml(&self) -> String {
        let url = self.url.as_deref().map_or_else(|| "null".to_owned(), quoted);
        format!(
            "# Registration of Partnerspace with the homeserver. Holds secrets: keep it mode 0600.\n\
             id: {id}\nurl: {url}\n\
             as_token: {as_token}\nhs_token: {hs_token}\n\
             sender_localpart: {sender}\n\
             # Without this the homeserver's default limits stop the making of rooms after ten.\n\
             rate_limited: {limited}\n\
             namespaces:\n  users:{users}\n  aliases:{aliases}\n  rooms:{rooms}\n",
            id = quoted(&self.id),
            as_token = quoted(self.as_token.expose_secret()),
            hs_token = quoted(self.hs_token.expose_secret()),
            sender = quoted(&self.sender_localpart),
            limited = self.rate_limited,
            users = list(&self.namespaces.users),
            aliases = list(&self.namespaces.aliases),
            rooms = list(&self.namespaces.rooms),
        )
    }

    /// Where it does not agree with the configuration, one sentence each; empty when it does.
    #[must_use]
    pub fn disagreements(&self, config: &Config) -> Vec<String> {
        let mut found = Vec::new();
        let mut need = |fine: bool, sentence: String| {
            if !fine {
                found.push(sentence);
            }
        };
        let (id, sender) = (&config.appservice.id, config.sender_localpart());
        need(
            self.id == *id,
            format!("the registration's id is `{}`, the config's `{id}`.", self.id),
        );
        need(
            self.url.as_deref().is_some_and(|url| url.trim_end_matches('/') == url_text(config)),
            format!("the registration's url must be {}.", url_text(config)),
        );
        need(
            self.sender_localpart == sender,
            format!("the registration's sender_localpart must be `{sender}`."),
        );
        for (kind, has, wanted) in [
            ("users", &self.namespaces.users, users_of(config)),
            ("aliases", &self.namespaces.aliases, aliases_of(config)),
        ] {
            let there = has.contains(&wanted);
            need(there, format!("namespaces.{kind} must hold the exclusive `{}`.", wanted.regex));
        }
        need(self.tokens_fit(), TOKENS.to_owned());
        found
    }

    fn tokens_fit(&self) -> bool {
        let (ours, theirs) = (self.as_token.expose_secret(), self.hs_token.expose_secret());
        let fits = |token: &str| {
            token.len() >= TOKEN_CHARS_MIN && token.bytes().all(|b| b.is_ascii_graphic())
        };
        ours != theirs && fits(ours) && fits(theirs)
    }
}

const TOKENS: &str =
    "as_token and hs_token must differ and be of 16 or more printable ASCII characters.";

/// Our own address without the slash that `Url` adds.
fn url_text(config: &Config) -> String {
    config.appservice.url.as_str().trim_end_matches('/').to_owned()
}

fn users_of(config: &Config) -> Namespace {
    let (prefix, server) = (&config.appservice.prefix, escaped(config));
    Namespace { exclusive: true, regex: format!("^@{prefix}[a-z0-9_]*:{server}$") }
}

fn aliases_of(config: &Config) -> Namespace {
    let (prefix, server) = (&config.program.alias_prefix, escaped(config));
    Namespace { exclusive: true, regex: format!("^#{prefix}[a-z0-9_-]*:{server}$") }
}

/// The server name for a regular expression; names hold letters, digits and `.-:[]`.
fn escaped(config: &Config) -> String {
    let mut text = String::new();
    for c in config.homeserver.server_name.as_str().chars() {
        if matches!(c, '.' | '[' | ']') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// A YAML double-quoted scalar, which takes JSON's escapes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(namespaces: &[Namespace]) -> String {
    if namespaces.is_empty() {
        return " []".to_owned();
    }
    let line = |n: &Namespace| {
        format!("\n    - exclusive: {}\n      regex: {}", n.exclusive, quoted(&n.regex))
    };
    namespaces.iter().map(line).collect()
}
