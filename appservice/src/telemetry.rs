//! What operators see from outside: log lines on standard error and Prometheus numbers on a
//! listener of their own. Neither holds tokens, message texts or URLs with a query.
use crate::config::{LogConfig, LogFormat};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::io;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;
use tracing_subscriber::util::TryInitError;

/// Libraries that would write request URLs below this level.
const QUIET: [&str; 3] = ["hyper", "hyper_util", "reqwest"];

/// Starts logging; once per process.
///
/// # Errors
/// A sentence when the filter cannot be read or logging runs already.
pub fn log(config: &LogConfig) -> Result<(), String> {
    let filter = filter(&config.filter)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let started: Result<(), TryInitError> = match config.format {
        LogFormat::Plain => registry.with(lines.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    };
    started.map_err(|error| format!("logging cannot be started: {error}."))
}

/// Levels by part of the program. Patterns over fields would need regular expressions, and memory for them.
fn filter(text: &str) -> Result<Targets, String> {
    let filter: Targets = text.parse().map_err(|_| {
        format!(
            "`log.filter` cannot be read: `{text}`; write info or info,partnerspace_bridge=debug."
        )
    })?;
    Ok(filter.with_targets(QUIET.map(|target| (target, Level::WARN))))
}

/// `GET /metrics` and nothing else; `render` gives the text of the moment.
pub fn routes(render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Router::new().route("/metrics", get(async move || ([(CONTENT_TYPE, text)], render())))
}

/// Resident memory of this process in bytes, where the system tells (Linux).
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    #[test]
    fn filters_are_read_or_refused() {
        assert!(super::filter("info,partnerspace_bridge=debug").is_ok());
        assert!(super::filter("bridge=loud").is_err());
    }

    #[test]
    fn memory_is_known_on_linux() {
        assert!(super::resident_bytes().is_some_and(|bytes| bytes > 100_000));
    }
}
