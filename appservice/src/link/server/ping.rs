//! `POST /_matrix/app/v1/ping`: the homeserver shows that it reaches us.
use super::answer::{self, BAD_JSON, NOT_JSON, Refused};
use super::{Server, Sink, auth, transactions};
use crate::link::ping::is_check;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::error::Category;

const BODY_BYTES_MAX: usize = 64 << 10;

#[derive(Deserialize)]
struct Ping {
    transaction_id: Option<String>,
}

pub async fn receive<S: Sink>(State(server): State<Server<S>>, request: Request<Body>) -> Response {
    match note(&server, request).await {
        Ok(()) => answer::done(),
        Err(refused) => refused.into_response(),
    }
}

async fn note<S: Sink>(server: &Server<S>, request: Request<Body>) -> Result<(), Refused> {
    let (parts, body) = request.into_parts();
    auth::check(&parts, &server.hs_token)?;
    let bytes = transactions::read(body, BODY_BYTES_MAX).await?;
    let ping: Ping = serde_json::from_slice(&bytes).map_err(|error| match error.classify() {
        Category::Data => BAD_JSON,
        _ => NOT_JSON,
    })?;
    let id = ping.transaction_id.as_deref();
    if !is_check(id) && !server.pings.arrived(id) {
        tracing::warn!("a ping that this process did not ask for: does another one run?");
    }
    Ok(())
}
