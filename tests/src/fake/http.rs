//! The listener: parses a request, lets faults strike, answers from the world. Written on hyper and
//! not on axum because a fault must be able to cut the connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rand::Rng;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::answer::{Answer, Refused};
use super::quirks::Fault;
use super::world::World;
use super::{Shared, asks, media, routes};

const BODY_BYTES_MAX: usize = 32 << 20;

/// A parsed request.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    /// As it came, without the query.
    pub path: String,
    /// Decoded, after `/_matrix/client/<version>`.
    pub segments: Vec<String>,
    pub query: HashMap<String, String>,
    pub token: Option<String>,
    pub body: Value,
    pub body_bad: bool,
    /// The body as it came, and what it says it is.
    pub raw: Bytes,
    pub mime: Option<String>,
}

/// A line of the request log.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub appservice: bool,
    pub status: u16,
    pub fault: Option<Fault>,
}

/// Accepts until the task is aborted; open connections end with it.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let shared = shared.clone();
                async move { answer(&shared, request).await.ok_or_else(Cut::default) }
            });
            let io = TokioIo::new(stream);
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// The error that makes hyper close the connection without an answer.
#[derive(Debug, Default)]
struct Cut;
impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection cut")
    }
}
impl std::error::Error for Cut {}

async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Option<Response<Body>> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let call = parse(request).await?;
    let (fault, delay, appservice) = {
        let mut world = shared.world.lock().unwrap();
        world.in_flight += 1;
        world.touched = Instant::now();
        let ours = call.token.as_deref().is_some_and(|token| world.is_appservice_token(token));
        let fault = world.strike(&call, ours);
        (fault, if ours { world.quirks.delay } else { Duration::ZERO }, ours)
    };
    // The effect belongs to the homeserver: it happens even when the caller hangs up.
    let shared = shared.clone();
    let work = async move {
        tokio::time::sleep(delay).await;
        if let Some(Fault::Late(ms)) = fault {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let before = matches!(
            fault,
            Some(Fault::ErrorBefore | Fault::CutBefore | Fault::Limited | Fault::Forbidden)
        );
        let answer = if before { Ok(json!({})) } else { respond(&shared, &call).await };
        if let Some(Fault::Stall(ms)) = fault {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let file = answer.as_ref().ok().and_then(|body| media::file(&shared, body));
        let (status, response) = match (fault, file) {
            (None, Some(file)) => (200, file),
            _ => write(fault, &call, answer),
        };
        let (method, path) = (call.method, call.path);
        let seen = Seen { method, path, query, appservice, status, fault };
        let mut world = shared.world.lock().unwrap();
        world.in_flight -= 1;
        world.touched = Instant::now();
        world.log.push(seen);
        drop(world);
        shared.changed();
        response
    };
    tokio::spawn(work).await.ok()?
}

fn write(fault: Option<Fault>, call: &Call, answer: Answer) -> (u16, Option<Response<Body>>) {
    let answer = match fault {
        Some(Fault::CutBefore | Fault::CutAfter) => return (0, None),
        Some(Fault::ErrorBefore | Fault::ErrorAfter) => {
            Err(Refused::new(500, "M_UNKNOWN", "Internal server error"))
        }
        Some(Fault::Limited) => {
            Err(Refused::new(429, "M_LIMIT_EXCEEDED", "Too Many Requests")
                .with("retry_after_ms", 20))
        }
        Some(Fault::Forbidden) => Err(Refused::new(403, "M_FORBIDDEN", "Forbidden by the test")),
        _ => answer,
    };
    let (status, body) = match &answer {
        Ok(_) if call.method == "OPTIONS" => (200, json!({})),
        Ok(body) => (200, body.clone()),
        Err(refused) => (refused.status, refused.body()),
    };
    let bare = matches!(&answer, Err(refused) if refused.bare);
    let body = if bare { Body::empty() } else { Body::from(body.to_string()) };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::builder().status(code).header("server", "Synapse/1.163.2");
    if !bare {
        response = response.header("content-type", "application/json");
    }
    if status == 429 {
        response = response.header("retry-after", "1");
    }
    (status, response.body(body).ok())
}

async fn respond(shared: &Arc<Shared>, call: &Call) -> Answer {
    if call.body_bad {
        return Err(Refused::new(400, "M_NOT_JSON", "Content not JSON."));
    }
    if let Some(answer) = asks::before(shared, call).await {
        return answer;
    }
    let mut world = shared.world.lock().unwrap();
    let answer = routes::route(&mut world, call);
    drop(world);
    shared.changed();
    answer
}

async fn parse(request: Request<Incoming>) -> Option<Call> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(Body::new(body), BODY_BYTES_MAX).await.ok()?;
    Some(call(&parts, body))
}

/// A request as the world reads it.
pub fn call(parts: &http::request::Parts, body: Bytes) -> Call {
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let token = token.or_else(|| query.get("access_token").cloned());
    let path = parts.uri.path().to_owned();
    let mime = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    let no_json = body.is_empty() || path.ends_with(media::UPLOAD);
    let parsed = if no_json { Ok(json!({})) } else { serde_json::from_slice(&body) };
    let segments: Vec<String> = path.split('/').skip(1).map(decode).collect();
    Call {
        method: parts.method.to_string(),
        segments,
        path,
        query,
        token,
        body_bad: parsed.is_err(),
        body: parsed.unwrap_or(Value::Null),
        mime: mime.map(str::to_owned),
        raw: body,
    }
}

/// Percent decoding of one path segment (`+` stays).
fn decode(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

impl World {
    pub fn is_appservice_token(&self, token: &str) -> bool {
        let by_login = self.tokens.get(token).is_some_and(|(user, _)| self.is_ours(user));
        token == self.registration.as_token || by_login
    }

    /// The fault that this request meets: a planned one first, else by chance.
    fn strike(&mut self, call: &Call, ours: bool) -> Option<Fault> {
        let line = format!("{} {}", call.method, call.path);
        if let Some(plan) = self.plans.iter_mut().find(|p| p.left > 0 && line.contains(&p.part)) {
            plan.left -= 1;
            return Some(plan.fault);
        }
        let faults = self.quirks.faults;
        if !ours {
            return None;
        }
        if self.chance(faults.limited_percent) {
            return Some(Fault::Limited);
        }
        if self.chance(faults.error_percent) {
            let late = self.rng.random_bool(0.5);
            return Some(if late { Fault::ErrorAfter } else { Fault::ErrorBefore });
        }
        if self.chance(faults.cut_percent) {
            let late = self.rng.random_bool(0.5);
            return Some(if late { Fault::CutAfter } else { Fault::CutBefore });
        }
        None
    }
}
