//! Who calls: the hs_token, in the header, in the URL, or in both (Conduit), compared in
//! constant time. An ambiguous request is a wrong one.
use super::answer::{FORBIDDEN, MISSING_TOKEN, Refused};
use super::line;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use subtle::ConstantTimeEq;

/// # Errors
/// 401 without any token, 403 for a wrong, repeated or malformed one.
pub fn check(parts: &Parts, hs_token: &SecretString) -> Result<(), Refused> {
    let header = from_header(parts)?;
    let query = from_query(parts)?;
    if header.is_none() && query.is_none() {
        return Err(MISSING_TOKEN);
    }
    let wanted = hs_token.expose_secret().as_bytes();
    let mut fine = subtle::Choice::from(1);
    for given in [header.map(Cow::Borrowed), query].into_iter().flatten() {
        fine &= given.as_bytes().ct_eq(wanted);
    }
    if !bool::from(fine) {
        return Err(FORBIDDEN);
    }
    line::used(parts);
    Ok(())
}

/// `Bearer` in exactly this case, as every homeserver writes it.
fn from_header(parts: &Parts) -> Result<Option<&str>, Refused> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(first) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(FORBIDDEN);
    }
    let token = first.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
    token.map(Some).ok_or(FORBIDDEN)
}

fn from_query(parts: &Parts) -> Result<Option<Cow<'_, str>>, Refused> {
    let Some(query) = parts.uri.query() else { return Ok(None) };
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let mut tokens = pairs.filter(|(key, _)| key == "access_token").map(|(_, value)| value);
    let first = tokens.next();
    if tokens.next().is_some() { Err(FORBIDDEN) } else { Ok(first) }
}
