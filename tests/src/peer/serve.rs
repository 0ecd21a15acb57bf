//! What other servers ask of the peer: its keys, and to take their events and invitations.
use super::Shared;
use crate::fake::clock;
use crate::{Outcome, certificates};
use axum::body::{Body, to_bytes};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const BODY_BYTES_MAX: usize = 32 << 20;
const DAY_MS: i64 = 86_400_000;

/// A certificate that the rig's Synapses trust.
pub fn acceptor() -> Outcome<TlsAcceptor> {
    let (leaf, key) = certificates::leaf(&["localhost", "127.0.0.1"], |_| {})?;
    let key = PrivateKeyDer::try_from(key).map_err(anyhow::Error::msg)?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(leaf)], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Accepts until the task is aborted; open connections end with it.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener, acceptor: TlsAcceptor) {
    let mut open = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (shared, acceptor) = (shared.clone(), acceptor.clone());
        open.spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, Infallible>(answer(&shared, request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            let _closed = http.serve_connection(TokioIo::new(stream), service).await;
        });
        while open.try_join_next().is_some() {}
    }
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(Body::new(body), BODY_BYTES_MAX).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = match route(shared, parts.uri.path(), body) {
        Some(answer) => (200, answer),
        None => (404, json!({ "errcode": "M_NOT_FOUND", "error": "no" })),
    };
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn route(shared: &Shared, path: &str, body: Value) -> Option<Value> {
    let path: Vec<String> = path
        .split('/')
        .skip(2)
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path[..] {
        ["key", "v2", "server", ..] => Some(shared.key.published(clock() + 30 * DAY_MS)),
        ["federation", _, "version"] => {
            Some(json!({ "server": { "name": "Peer", "version": "1" } }))
        }
        ["federation", _, "send", _] => Some(taken(shared, &body)),
        ["federation", "v2", "invite", room, _] => Some(invited(shared, room, body)),
        ["federation", _, "event", id] => {
            let pdu = shared.heard().known.get(id)?.clone();
            Some(json!({ "origin": shared.name, "origin_server_ts": clock(), "pdus": [pdu] }))
        }
        ["federation", _, "get_missing_events", _] => {
            let ids = |key: &str| -> Vec<String> {
                serde_json::from_value(body[key].clone()).unwrap_or_default()
            };
            let (latest, earliest) = (ids("latest_events"), ids("earliest_events"));
            Some(json!({ "events": shared.heard().between(&latest, &earliest) }))
        }
        _ => None,
    }
}

fn taken(shared: &Shared, body: &Value) -> Value {
    let mut heard = shared.heard();
    for pdu in body["pdus"].as_array().into_iter().flatten() {
        heard.take(pdu);
        heard.events.push((super::sign::event_id(pdu), pdu.clone()));
    }
    json!({ "pdus": {} })
}

fn invited(shared: &Shared, room: &str, mut body: Value) -> Value {
    let mut event = body["event"].take();
    shared.key.countersign(&mut event);
    let user = event["state_key"].as_str().unwrap_or_default().to_owned();
    shared.heard().invited.push((room.to_owned(), user));
    json!({ "event": event })
}
