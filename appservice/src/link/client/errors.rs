//! What an unsuccessful exchange allows to conclude: nothing happened (`Refused`, `Limited`,
//! `Unreachable`) or nobody knows (`Unknown`). When in doubt, nobody knows.
use bridge::platform::homeserver::CallError;
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use serde::Deserialize;
use std::fmt::Display;

/// The wait that a 429 may ask for at most; a longer one is a mistake or an attack.
const RETRY_MS_MAX: u64 = 3_600_000;

/// Of a stranger's error text no more than this is kept.
const MESSAGE_CHARS_MAX: usize = 500;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    errcode: Option<String>,
    error: Option<String>,
    retry_after_ms: Option<u64>,
}

pub fn from_answer(answer: &Response<Bytes>) -> CallError {
    let body: Body = serde_json::from_slice(answer.body()).unwrap_or_default();
    let status = answer.status();
    let errcode = body.errcode.unwrap_or_default();
    if status == StatusCode::TOO_MANY_REQUESTS || errcode == "M_LIMIT_EXCEEDED" {
        let asked = body.retry_after_ms.or_else(|| retry_after(answer));
        return CallError::Limited { retry_after_ms: asked.map(|ms| ms.min(RETRY_MS_MAX)) };
    }
    let message: String = body.error.unwrap_or_default().chars().take(MESSAGE_CHARS_MAX).collect();
    if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT {
        let errcode = if errcode.is_empty() { "M_UNKNOWN".to_owned() } else { errcode };
        return CallError::Refused { status: status.as_u16(), errcode, message };
    }
    CallError::Unknown(format!("{} {errcode} {message}", status.as_u16()).trim_end().to_owned())
}

/// Seconds as HTTP has it; the form as a date is rare enough to be left out.
fn retry_after(answer: &Response<Bytes>) -> Option<u64> {
    let seconds: u64 = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    seconds.checked_mul(1_000)
}

pub fn from_reqwest(error: reqwest::Error) -> CallError {
    // Only a connection that never stood proves that nothing went out.
    let unreachable = error.is_connect();
    let text = causes(&error.without_url());
    if unreachable { CallError::Unreachable(text) } else { CallError::Unknown(text) }
}

/// A connection that broke: what was on its way may have arrived.
pub fn from_hyper(error: &hyper::Error) -> CallError {
    CallError::Unknown(causes(error))
}

/// The innermost cause says most ("connection refused"); the outer ones say which step.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The request could not even be built: it is ours to mend, and nothing happened.
pub fn unsendable(error: &dyn Display) -> CallError {
    CallError::Refused { status: 0, errcode: "M_UNKNOWN".into(), message: error.to_string() }
}

/// A success whose body is not what the spec promises.
pub fn unreadable(error: &dyn Display) -> CallError {
    CallError::Unknown(format!("answer not understood: {error}"))
}
