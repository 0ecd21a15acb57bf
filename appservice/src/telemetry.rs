//! What operators see from outside: log lines on standard error and Prometheus numbers on a
//! listener of their own. The numbers are the program's own counters, written as text: a metrics
//! library would count them a second time. Neither holds tokens, message texts or URLs with a query.
use crate::config::{LogConfig, LogFormat};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::fmt::{Display, Write};
use std::io;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::util::TryInitError;

/// Libraries that would write request URLs below this level.
const QUIET: [&str; 4] = ["hyper=warn", "hyper_util=warn", "reqwest=warn", "h2=warn"];

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

fn filter(text: &str) -> Result<EnvFilter, String> {
    let wrong =
        || format!("`log.filter` cannot be read: `{text}`; write info or info,bridge=debug.");
    let mut filter = EnvFilter::try_new(text).map_err(|_| wrong())?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse().map_err(|_| wrong())?);
    }
    Ok(filter)
}

/// `GET /metrics` and nothing else; `render` gives the text of the moment.
pub fn routes(render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let text = "text/plain; version=0.0.4";
    Router::new().route("/metrics", get(async move || ([(CONTENT_TYPE, text)], render())))
}

/// One number in Prometheus' text form, with what it means.
pub fn number(out: &mut String, kind: Kind, name: &str, help: &str, value: impl Display) {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
    };
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "# HELP partnerspace_{name} {help}\n# TYPE partnerspace_{name} {kind}\npartnerspace_{name} {value}\n"
    );
}

/// Whether a number only grows or is a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
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
        assert!(super::filter("info,bridge=debug").is_ok());
        assert!(super::filter("bridge=loud").is_err());
    }

    #[test]
    fn numbers_are_written_as_prometheus_reads_them() {
        let mut out = String::new();
        super::number(&mut out, super::Kind::Gauge, "inbox_waiting", "Inputs that wait.", 3);
        assert!(out.ends_with("partnerspace_inbox_waiting gauge\npartnerspace_inbox_waiting 3\n"));
        assert!(super::resident_bytes().is_some_and(|bytes| bytes > 100_000));
    }
}
