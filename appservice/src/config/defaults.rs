//! What holds when a setting is left out.
use super::{
    AppserviceConfig, BoardsConfig, DatabaseConfig, DealsConfig, LimitsConfig, LogConfig,
    LogFormat, MetricsConfig, ProgramConfig, RoomsConfig,
};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use url::Url;

pub const LISTEN_PORT: u16 = 29333;
const METRICS_PORT: u16 = 29334;

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[expect(clippy::expect_used, reason = "a literal that a test reads")]
fn own_url() -> Url {
    Url::parse("http://127.0.0.1:29333").expect("a literal URL")
}

impl Default for AppserviceConfig {
    fn default() -> Self {
        Self {
            id: "partnerspace".into(),
            listen: loopback(LISTEN_PORT),
            url: own_url(),
            registration: PathBuf::from("registration.yaml"),
            bot: "partners_bot".into(),
            prefix: "partners_".into(),
            legacy_paths: true,
        }
    }
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self { enabled: true, listen: loopback(METRICS_PORT) }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:partnerspace.db".to_owned().into() }
    }
}

impl Default for RoomsConfig {
    fn default() -> Self {
        Self { version: "12".into() }
    }
}

impl Default for BoardsConfig {
    fn default() -> Self {
        let pinned = ["revenue.month", "clients.month", "revenue.month.industry"];
        Self { pinned: pinned.map(str::to_owned).to_vec(), extracts: true }
    }
}

impl Default for DealsConfig {
    fn default() -> Self {
        Self { protect_days: 90 }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            commands_burst: 10,
            commands_every_ms: 6_000,
            inbox_max: 100_000,
            inbox_coalesce: 5_000,
            inbox_busy: 20_000,
            disk_free_bytes_min: 256 << 20,
            loop_answers_max: 5,
            late_days_max: 7,
            turn_ms_max: 120_000,
            raw_keep_days: 90,
            canary_every_ms: 60_000,
            alarm_after_ms: 60_000,
            body_bytes_max: 16 << 20,
            answer_bytes_max: 64 << 20,
            connect_ms_max: 5_000,
            call_ms_max: 60_000,
            sends_max: 32,
            states_per_second: 2,
            pin_every_ms: 60_000,
            celebrate_every_ms: 60_000,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Plain }
    }
}

impl Default for ProgramConfig {
    fn default() -> Self {
        Self {
            name: "Partner program".into(),
            currency: "EUR".into(),
            timezone: TimeZone::UTC,
            week_start: Weekday::Monday,
            command_prefix: "!".into(),
            alias_prefix: "partners".into(),
            started_on: Date::constant(2020, 1, 1),
        }
    }
}
