//! The configuration: flags before `PARTNERSPACE__SECTION__KEY` before `partnerspace.toml`.
//! What leaves `load` is valid; every mistake is one sentence that names the key and the remedy.
mod checks;
mod defaults;
mod mistakes;
mod parse;
pub mod private;
pub mod registration;
#[cfg(test)]
mod tests;

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Value;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
pub use mistakes::Mistakes;
pub use registration::Registration;
use ruma::{OwnedServerName, OwnedUserId};
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// Prefix of the environment variables; two underscores part section and key.
pub const ENV_PREFIX: &str = "PARTNERSPACE__";

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Full user ids of the owners; only they may grant roles.
    pub owners: Vec<OwnedUserId>,
    pub homeserver: HomeserverConfig,
    #[serde(default)]
    pub appservice: AppserviceConfig,
    #[serde(default)]
    pub metrics: MetricsConfig,
    #[serde(default)]
    pub database: DatabaseConfig,
    #[serde(default)]
    pub program: ProgramConfig,
    #[serde(default)]
    pub rooms: RoomsConfig,
    #[serde(default)]
    pub boards: BoardsConfig,
    #[serde(default)]
    pub review: ReviewConfig,
    #[serde(default)]
    pub payout: PayoutConfig,
    #[serde(default)]
    pub deals: DealsConfig,
    #[serde(default)]
    pub federation: FederationConfig,
    #[serde(default)]
    pub limits: LimitsConfig,
    #[serde(default)]
    pub log: LogConfig,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeserverConfig {
    /// Where the client-server API answers, as seen from here.
    #[serde(deserialize_with = "parse::http_url")]
    pub url: Url,
    /// The part of user ids after the colon.
    pub server_name: OwnedServerName,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppserviceConfig {
    pub id: String,
    pub listen: SocketAddr,
    /// Where the homeserver reaches us.
    #[serde(deserialize_with = "parse::http_url")]
    pub url: Url,
    /// Path of the registration, relative to the config file.
    pub registration: PathBuf,
    /// Localpart of the visible bot; begins with `prefix`.
    pub bot: String,
    /// Every user of ours begins with it.
    pub prefix: String,
    /// Whether the paths of before spec 1.4 (`/transactions/…`) answer as well.
    pub legacy_paths: bool,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    pub enabled: bool,
    pub listen: SocketAddr,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:<path>` or `postgres://…`; may hold a password.
    #[serde(deserialize_with = "parse::secret")]
    pub url: SecretString,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProgramConfig {
    pub name: String,
    /// ISO 4217 code of the currency in which sales are claimed.
    pub currency: String,
    /// IANA name; decides when a day, a week, a month ends.
    #[serde(deserialize_with = "parse::timezone")]
    pub timezone: TimeZone,
    #[serde(deserialize_with = "parse::weekday")]
    pub week_start: Weekday,
    pub command_prefix: String,
    /// Aliases are `#<alias_prefix>-<room>:server`.
    pub alias_prefix: String,
    /// No sale is dated before this day.
    #[serde(deserialize_with = "parse::date")]
    pub started_on: Date,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoomsConfig {
    /// Room version of rooms that are made: `11` or `12`.
    pub version: String,
}

/// Which boards are kept as pinned messages, as `metric.period kind[.industry]`; `industry` in
/// the last place stands for each industry's own channel.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoardsConfig {
    pub pinned: Vec<String>,
    /// Whether what public boards count is told in the leaderboard room, so that partners' servers can
    /// add the boards up (`partnerspace verify`).
    pub extracts: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewConfig {
    /// Decimal amount of the program's currency above which two reviewers are needed.
    pub two_person_over: Option<String>,
    /// The same for a look at a new partner's first sale; where absent, `two_person_over` counts.
    pub first_sale_over: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayoutConfig {
    /// Decimal amount of the program's currency below which what is payable waits for the next payout.
    pub minimum: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DealsConfig {
    /// Full local days for which a registered deal protects its client; of deals registered from then on.
    pub protect_days: u16,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FederationConfig {
    /// Whether `server check` may look at servers with private addresses: for firms whose servers are in
    /// one network. Managers can then probe that network.
    pub allow_private: bool,
    /// A file of certificates (PEM) that `server check` trusts beside the system's, relative to the
    /// config file.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    pub commands_burst: u32,
    pub commands_every_ms: u32,
    /// Waiting inputs above which the homeserver is told to wait (503).
    pub inbox_max: u32,
    /// Waiting inputs above which of a person's questions in a room only the newest is answered.
    pub inbox_coalesce: u32,
    /// Waiting inputs above which questions are answered with "busy".
    pub inbox_busy: u32,
    /// Free bytes on the disk of a SQLite database below which the homeserver is told to wait (503).
    pub disk_free_bytes_min: u64,
    /// Answers within ten seconds to what looks like another bot; then silence.
    pub loop_answers_max: u16,
    /// Days up to which a command that was not delivered is still run when it is found.
    pub late_days_max: u16,
    /// How long one batch of inputs may take before `/health/live` fails: something hangs.
    pub turn_ms_max: u32,
    /// Days for which the raw texts of inputs are kept.
    pub raw_keep_days: u16,
    /// Time between two messages to ourselves; half of it without an echo pings, all of it reads the rooms,
    /// twice as much is an alarm.
    pub canary_every_ms: u32,
    /// How long a fault lasts before the control room is told, and is gone before it is told that.
    pub alarm_after_ms: u32,
    pub body_bytes_max: usize,
    pub answer_bytes_max: usize,
    pub connect_ms_max: u32,
    pub call_ms_max: u32,
    /// Sends under way at the same time.
    pub sends_max: u16,
    /// Room states sent in a second, all keys together.
    pub states_per_second: u16,
    /// Time between two edits of a pinned message, such as a board or a list of playbooks.
    pub pin_every_ms: u32,
    /// Time between two messages of celebrations; what happens meanwhile becomes one.
    pub celebrate_every_ms: u32,
}

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// A tracing filter, such as `info` or `info,partnerspace_bridge=debug`.
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Plain,
    Json,
}

/// Reads, merges and checks. `flags` are the settings given on the command line, as
/// (`section.key`, value). A SQLite path is relative to the file, as the registration's is.
///
/// # Errors
/// All mistakes found, one sentence each.
pub fn load(file: &Path, flags: &[(String, String)]) -> Result<Config, Mistakes> {
    let text = private::read(file).map_err(Mistakes::one)?;
    let mut texts: Vec<(String, String)> = Env::prefixed(ENV_PREFIX)
        .split("__")
        .iter()
        .map(|(key, text)| (key.as_str().to_ascii_lowercase(), text))
        .collect();
    texts.extend_from_slice(flags);
    let mut config = merged(&Figment::new().merge(Toml::string(&text)), &texts)?;
    config.database.url = parse::beside(file, &config.database.url);
    Ok(config)
}

/// A file's text alone, without environment and flags.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str) -> Result<Config, Mistakes> {
    merged(&Figment::new().merge(Toml::string(text)), &[])
}

/// What comes as text is read as `3`, `true` or `[a, b]` where it looks like that, and as the text it
/// is where the setting wants one: a name may be `2026`.
fn merged(base: &Figment, texts: &[(String, String)]) -> Result<Config, Mistakes> {
    let mut plain = HashSet::new();
    loop {
        let mut figment = base.clone();
        for (key, text) in texts {
            let value = if plain.contains(key) {
                Value::from(text.clone())
            } else {
                let Ok(value) = text.parse::<Value>();
                value
            };
            figment = figment.merge(Serialized::default(key, value));
        }
        let error = match figment.extract::<Config>() {
            Ok(config) => {
                let found = checks::all(&config);
                return if found.is_empty() { Ok(config) } else { Err(Mistakes(found)) };
            }
            Err(error) => error,
        };
        let misread = error
            .clone()
            .into_iter()
            .filter(|error| matches!(error.kind, Kind::InvalidType(..)))
            .map(|error| error.path.join("."))
            .filter(|path| texts.iter().any(|(key, _)| key == path));
        let before = plain.len();
        plain.extend(misread.collect::<Vec<_>>());
        if plain.len() == before {
            return Err(Mistakes::from_figment(&error));
        }
    }
}

impl Config {
    /// The visible bot's full user id; valid because `checks` tried it.
    ///
    /// # Errors
    /// When the localpart is no user id on this server (only before the checks).
    pub fn bot_id(&self) -> Result<OwnedUserId, ruma::IdParseError> {
        OwnedUserId::try_from(format!("@{}:{}", self.appservice.bot, self.homeserver.server_name))
    }

    /// Localpart of the registration's sender: ours as well, but never seen by people.
    #[must_use]
    pub fn sender_localpart(&self) -> String {
        format!("{}sender", self.appservice.prefix)
    }

    /// Path of the registration, seen from the config file.
    #[must_use]
    pub fn registration_path(&self, config_file: &Path) -> PathBuf {
        config_file.parent().unwrap_or(Path::new("")).join(&self.appservice.registration)
    }
}
