//! The answers, all constant: nothing of the request comes back.
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// An error in the standard form.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    pub status: StatusCode,
    pub errcode: &'static str,
    pub error: &'static str,
}

impl Refused {
    const fn new(status: StatusCode, errcode: &'static str, error: &'static str) -> Self {
        Self { status, errcode, error }
    }
}

pub const MISSING_TOKEN: Refused =
    Refused::new(StatusCode::UNAUTHORIZED, "M_MISSING_TOKEN", "No hs_token given");
pub const FORBIDDEN: Refused =
    Refused::new(StatusCode::FORBIDDEN, "M_FORBIDDEN", "Not the hs_token of this appservice");
pub const NOT_JSON: Refused =
    Refused::new(StatusCode::BAD_REQUEST, "M_NOT_JSON", "The body is not JSON in UTF-8");
pub const BAD_JSON: Refused =
    Refused::new(StatusCode::BAD_REQUEST, "M_BAD_JSON", "The body has not the expected form");
pub const TOO_LARGE: Refused =
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "M_TOO_LARGE", "The body is too large");
pub const NOT_FOUND: Refused = Refused::new(StatusCode::NOT_FOUND, "M_NOT_FOUND", "Not ours");
pub const UNRECOGNIZED: Refused =
    Refused::new(StatusCode::NOT_FOUND, "M_UNRECOGNIZED", "No such path");
pub const METHOD: Refused =
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "M_UNRECOGNIZED", "No such method here");
pub const CUT: Refused =
    Refused::new(StatusCode::BAD_REQUEST, "M_UNKNOWN", "The body ended too early");
pub const BUSY: Refused =
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "M_UNKNOWN", "Too much is waiting; try again");
pub const FAULT: Refused =
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "M_UNKNOWN", "Could not be stored; try again");
pub const PANIC: Refused =
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "M_UNKNOWN", "Internal error");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, errcode, error } = self;
        let mut answer = json(status, format!(r#"{{"errcode":"{errcode}","error":"{error}"}}"#));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        answer
    }
}

/// The only success there is: an empty answer counts as failure for Synapse.
pub fn done() -> Response {
    json(StatusCode::OK, "{}")
}

pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, JSON);
    answer
}
