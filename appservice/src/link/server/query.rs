//! `GET /users/{userId}` and `/rooms/{alias}`: the homeserver asks whether a user or alias of
//! our namespaces exists. Nothing is made on demand, so only the bot is known, without a database.
use super::answer::{self, NOT_FOUND};
use super::{Server, Sink, auth};
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

pub async fn user<S: Sink>(State(server): State<Server<S>>, parts: Parts) -> Response {
    if let Err(refused) = auth::check(&parts, &server.hs_token) {
        return refused.into_response();
    }
    let asked = last_segment(&parts);
    if asked.as_deref() == Some(&*server.bot) { answer::done() } else { NOT_FOUND.into_response() }
}

pub async fn room<S: Sink>(State(server): State<Server<S>>, parts: Parts) -> Response {
    match auth::check(&parts, &server.hs_token) {
        Ok(()) => NOT_FOUND.into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// Decoded; `None` when that gives no text. `+` is itself in a path, unlike in a query.
fn last_segment(parts: &Parts) -> Option<Cow<'_, str>> {
    let raw = parts.uri.path().rsplit('/').next()?;
    percent_encoding::percent_decode_str(raw).decode_utf8().ok()
}
