//! `PUT /_matrix/app/v1/transactions/{txnId}`: events in. The transaction id is not looked at:
//! it repeats (Synapse on SQLite starts again at 1), so events are told apart by their own ids.
use super::answer::{self, BAD_JSON, BUSY, CUT, FAULT, NOT_JSON, Refused, TOO_LARGE};
use super::{NotAccepted, Server, Sink, auth};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use bridge::platform::points::{Point, reach};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The outer form only. Events stay raw and borrowed: one that is nested too deep or written
/// badly inside spoils neither the others nor the transaction. Other keys (ephemeral, to-device,
/// key counts) are skipped without being built.
#[derive(Deserialize)]
struct Transaction<'a> {
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
}

pub async fn receive<S: Sink>(State(server): State<Server<S>>, request: Request<Body>) -> Response {
    match accept(&server, request).await {
        Ok(()) => answer::done(),
        Err(refused) => refused.into_response(),
    }
}

async fn accept<S: Sink>(server: &Server<S>, request: Request<Body>) -> Result<(), Refused> {
    reach(Point::BeforeAuth).await.map_err(|_| FAULT)?;
    let (parts, body) = request.into_parts();
    auth::check(&parts, &server.hs_token)?;
    let declared = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if declared.and_then(|n| n.parse().ok()).is_some_and(|n: usize| n > server.body_bytes_max) {
        return Err(TOO_LARGE);
    }
    let bytes = read(body, server.body_bytes_max).await?;
    let transaction = parse(&bytes)?;
    if transaction.events.is_empty() {
        return Ok(());
    }
    reach(Point::Parsed).await.map_err(|_| FAULT)?;
    match server.sink.accept(&transaction.events, server.clock.now()).await {
        Ok(()) => Ok(()),
        Err(NotAccepted::Busy) => Err(BUSY),
        Err(NotAccepted::Fault) => Err(FAULT),
    }
}

pub(super) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Refused> {
    axum::body::to_bytes(body, bytes_max).await.map_err(|error| {
        let error = error.into_inner();
        let too_large = error.is::<http_body_util::LengthLimitError>();
        if too_large { TOO_LARGE } else { CUT }
    })
}

fn parse(bytes: &[u8]) -> Result<Transaction<'_>, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| NOT_JSON)?;
    match serde_json::from_str(text) {
        // serde would also take a list for a struct.
        Ok(transaction) if text.trim_start().starts_with('{') => Ok(transaction),
        Ok(_) => Err(BAD_JSON),
        Err(error) if error.classify() == Category::Data => Err(BAD_JSON),
        Err(_) => Err(NOT_JSON),
    }
}
