//! Values that serde does not know by itself, read at the edge.
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, Error};
use std::path::Path;
use url::Url;

pub fn http_url<'de, D: Deserializer<'de>>(input: D) -> Result<Url, D::Error> {
    let text = String::deserialize(input)?;
    let wrong = || D::Error::custom(format!("`{text}` is not an http:// or https:// address"));
    let url = Url::parse(&text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let known = matches!(url.scheme(), "http" | "https") && url.has_host();
    if known && plain { Ok(url) } else { Err(wrong()) }
}

pub fn secret<'de, D: Deserializer<'de>>(input: D) -> Result<SecretString, D::Error> {
    String::deserialize(input).map(SecretString::from)
}

pub fn timezone<'de, D: Deserializer<'de>>(input: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(input)?;
    TimeZone::get(&name)
        .map_err(|_| D::Error::custom(format!("`{name}` is no time zone; write Europe/Berlin")))
}

pub fn weekday<'de, D: Deserializer<'de>>(input: D) -> Result<Weekday, D::Error> {
    let name = String::deserialize(input)?;
    match name.to_ascii_lowercase().as_str() {
        "monday" => Ok(Weekday::Monday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        _ => Err(D::Error::custom(format!("`{name}` is not monday, saturday or sunday"))),
    }
}

pub fn date<'de, D: Deserializer<'de>>(input: D) -> Result<Date, D::Error> {
    let text = String::deserialize(input)?;
    text.parse()
        .map_err(|_| D::Error::custom(format!("`{text}` is no day; write it as 2026-01-31")))
}

/// A database address whose SQLite path is seen from the configuration file.
pub fn beside(file: &Path, url: &SecretString) -> SecretString {
    let text = url.expose_secret();
    let Some(rest) = text.strip_prefix("sqlite:") else { return url.clone() };
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with([':', '/']) {
        return url.clone();
    }
    let path = file.parent().unwrap_or(Path::new("")).join(path);
    let mark = if options.is_empty() { "" } else { "?" };
    SecretString::from(format!("sqlite:{}{mark}{options}", path.display()))
}
