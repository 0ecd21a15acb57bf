//! What the homeserver calls: <https://spec.matrix.org/v1.19/application-service-api/>.
//! Every answer is JSON with a Content-Length; the token is checked before a body is read.
mod answer;
mod auth;
mod health;
mod line;
mod ping;
mod query;
#[cfg(test)]
mod tests;
mod transactions;

use crate::link::pings::Pings;
use crate::link::readiness::Readiness;
use answer::{METHOD, PANIC, UNRECOGNIZED};
use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::serve::ListenerExt;
use bridge::platform::clock::Clock;
use line::{Line, Lines};
use secrecy::SecretString;
use serde_json::value::RawValue;
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

/// Where the events of a transaction go. `Ok` means that what matters is durable: only then is
/// the homeserver told so.
pub trait Sink: Clone + Send + Sync + 'static {
    /// `now` is epoch milliseconds. The future may be dropped half way when the homeserver hangs
    /// up, so nothing may depend on what follows the commit inside it.
    fn accept(
        &self,
        events: &[&RawValue],
        now: i64,
    ) -> impl Future<Output = Result<(), NotAccepted>> + Send;

    /// How long the same batch is worked on, where that is longer than it can take.
    fn stuck_ms(&self, _now: i64) -> Option<i64> {
        None
    }
}

/// Why a transaction is to be sent again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// Too much is waiting: the homeserver keeps the queue.
    Busy,
    /// Ours is the fault; it is logged where it arose.
    Fault,
}

/// What the routes need to know.
#[derive(Clone)]
pub struct Server<S> {
    pub sink: S,
    pub hs_token: Arc<SecretString>,
    pub bot: Arc<str>,
    pub pings: Pings,
    pub readiness: Readiness,
    pub clock: Clock,
    pub body_bytes_max: usize,
    pub legacy_paths: bool,
}

/// Serves the homeserver until `stop` ends, then lets running requests finish; `hung_up` is called
/// when a connection that it meant to keep has ended.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_homeserver(
    listener: TcpListener,
    routes: Router,
    hung_up: impl Fn() + Send + Sync + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let lines = Lines::new(listener, hung_up);
    let routes = routes.into_make_service_with_connect_info::<Line>();
    axum::serve(lines, routes).with_graceful_shutdown(stop).await
}

/// Serves anybody until `stop` ends, then lets running requests finish.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Without this the kernel holds small answers back for up to 40 ms.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, routes).with_graceful_shutdown(stop).await
}

/// All routes; unknown paths and methods are answered as the spec says.
pub fn router<S: Sink>(server: Server<S>) -> Router {
    let v1 = Router::new()
        .route("/transactions/{txn}", put(transactions::receive::<S>))
        .route("/ping", post(ping::receive::<S>))
        .route("/users/{user}", get(query::user::<S>))
        .route("/rooms/{alias}", get(query::room::<S>));
    let mut routes = Router::new()
        .nest("/_matrix/app/v1", v1)
        .route("/health/live", get(health::live::<S>))
        .route("/health/ready", get(health::ready::<S>));
    if server.legacy_paths {
        routes = routes
            .route("/transactions/{txn}", put(transactions::receive::<S>))
            .route("/users/{user}", get(query::user::<S>))
            .route("/rooms/{alias}", get(query::room::<S>));
    }
    routes
        .method_not_allowed_fallback(async || METHOD)
        .fallback(async || UNRECOGNIZED)
        .layer(CatchPanicLayer::custom(|_panic| PANIC.into_response()))
        .with_state(server)
}
