//! `/health/live` (the process turns) and `/health/ready` (both directions of the link work),
//! for supervisors; they need no token and tell no secret.
use super::answer;
use super::{Server, Sink};
use crate::link::readiness::Ready;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

pub async fn live<S: Sink>(State(server): State<Server<S>>) -> Response {
    match server.sink.stuck_ms(server.clock.now()) {
        None => answer::json(StatusCode::OK, r#"{"live":true}"#),
        Some(ms) => answer::json(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"live": false, "stuck_for_ms": ms}).to_string(),
        ),
    }
}

pub async fn ready<S: Sink>(State(server): State<Server<S>>) -> Response {
    match server.readiness.now() {
        Ready::Yes => answer::json(StatusCode::OK, r#"{"ready":true}"#),
        Ready::StandsBy => answer::json(StatusCode::OK, r#"{"ready":true,"stands_by":true}"#),
        Ready::WaitsFor(what) => answer::json(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({"ready": false, "waiting_for": what}).to_string(),
        ),
    }
}
