//! Bringing the link up: wait for the homeserver, make our users known, find out what it can do,
//! and have it ping us. Every step is repeatable and repeated until it works; what is waited for
//! is said at once, again when it changes, and every 30 seconds.
use super::capabilities::{self, Capabilities};
use super::client::{As, Client};
use super::ping;
use super::pings::Pings;
use super::readiness::Readiness;
use crate::clock::Stopwatch;
use crate::config::Config;
use backon::{BackoffBuilder, ExponentialBuilder};
use bridge::platform::clock::Clock;
use bridge::platform::homeserver::{CallError, Homeserver};
use bridge::program::Program;
use ruma::api::client::account::register::{LoginType, v3 as register};
use ruma::api::client::account::whoami::v3 as whoami;
use ruma::api::client::profile::{
    get_profile_field::v3 as get_field, set_profile_field::v3 as set_field,
};
use ruma::profile::{ProfileFieldName, ProfileFieldValue};
use std::time::Duration;

const WAIT_MIN: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_secs(5);
const SAY_AGAIN: Duration = Duration::from_secs(30);

/// What startup needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct Names {
    pub appservice_id: String,
    pub bot_localpart: String,
    pub sender_localpart: String,
    pub display_name: String,
    /// The registration's url may lead to another instance of ours.
    pub is_shared: bool,
}

impl Names {
    #[must_use]
    pub fn of(config: &Config, program: &Program, is_shared: bool) -> Self {
        Self {
            appservice_id: config.appservice.id.clone(),
            bot_localpart: config.appservice.bot.clone(),
            sender_localpart: config.sender_localpart(),
            display_name: program.name.clone(),
            is_shared,
        }
    }
}

/// A link that works in both directions.
pub struct Link {
    pub client: Client,
    pub capabilities: Capabilities,
}

/// Returns only when both directions work, and does not set `readiness` to ready: rooms and the
/// rest may still be missing.
pub async fn bring_up(
    client: &Client,
    names: &Names,
    pings: &Pings,
    readiness: &Readiness,
    clock: &Clock,
) -> Link {
    let waiting = Waiting { readiness, clock };
    waiting.until(async || reach(client).await).await;
    waiting.until(async || be_known(client, names).await).await;
    let capabilities =
        waiting.until(async || capabilities::probe(client).await.map_err(|e| gone(&e))).await;
    report(&capabilities);
    let client = client.with(&capabilities);
    waiting.until(async || be_named(&client, &names.display_name).await).await;
    let mut nth = 0_u32;
    waiting
        .until(async || {
            nth += 1;
            let txn_id = format!("start-{}-{nth}", clock.now());
            be_reached(&client, names, pings, &txn_id).await
        })
        .await;
    Link { client, capabilities }
}

fn report(capabilities: &Capabilities) {
    tracing::info!(
        software = %capabilities.software.name,
        version = %capabilities.software.version,
        device_masquerade = capabilities.device_masquerade,
        as_token_reads = capabilities.as_token_reads,
        "homeserver found"
    );
}

async fn reach(client: &Client) -> Result<(), String> {
    capabilities::versions(client).await.map(drop).map_err(|error| gone(&error))
}

fn gone(error: &CallError) -> String {
    format!("the homeserver does not answer yet ({error})")
}

/// The sender first: Conduit knows it only when registered, and refuses everything else before.
async fn be_known(client: &Client, names: &Names) -> Result<(), String> {
    match client.call_as(As::Sender, whoami::Request::new()).await {
        Ok(_) => {}
        Err(CallError::Refused { errcode, .. }) if errcode != "M_UNKNOWN_TOKEN" => {
            be_registered(client, &names.sender_localpart).await?;
        }
        Err(error) => return Err(refused_token(&error)),
    }
    be_registered(client, &names.bot_localpart).await
}

fn refused_token(error: &CallError) -> String {
    match error {
        CallError::Refused { .. } => "the homeserver does not know our as_token: give it \
            registration.yaml (Synapse: app_service_config_files) and restart it"
            .to_owned(),
        other => gone(other),
    }
}

async fn be_registered(client: &Client, localpart: &str) -> Result<(), String> {
    let mut request = register::Request::new();
    request.username = Some(localpart.to_owned());
    request.inhibit_login = true;
    request.login_type = Some(LoginType::ApplicationService);
    match client.call_as(As::Sender, request).await {
        Ok(_) => Ok(()),
        Err(CallError::Refused { errcode, .. }) if errcode == "M_USER_IN_USE" => Ok(()),
        Err(error) => Err(format!("{localpart} cannot be registered: {error}")),
    }
}

/// Asked first, because setting a name again may write into every room the bot is in.
async fn be_named(client: &Client, name: &str) -> Result<(), String> {
    let bot = client.bot().clone();
    let get = get_field::Request::new(bot.clone(), ProfileFieldName::DisplayName);
    if let Ok(answer) = client.call(get).await
        && matches!(answer.value, Some(ProfileFieldValue::DisplayName(has)) if has == name)
    {
        return Ok(());
    }
    let set = set_field::Request::new(bot, ProfileFieldValue::DisplayName(name.to_owned()));
    match client.call(set).await {
        Err(CallError::Refused { errcode, message, .. }) => {
            tracing::warn!(errcode, message, "the bot's display name could not be set");
            Ok(())
        }
        outcome => outcome.map(drop).map_err(|error| gone(&error)),
    }
}

async fn be_reached(
    client: &Client,
    names: &Names,
    pings: &Pings,
    txn_id: &str,
) -> Result<(), String> {
    let pinged = if names.is_shared {
        let txn_id = format!("{}{txn_id}", ping::SHARED);
        ping::ask(client, &names.appservice_id, &txn_id).await
    } else {
        ping::prove(client, &names.appservice_id, pings, txn_id).await
    };
    match pinged {
        Err(failed) if failed.unsupported => {
            tracing::warn!("the homeserver has no ping; only the first event will show the way in");
            Ok(())
        }
        outcome => outcome.map_err(|failed| failed.sentence),
    }
}

struct Waiting<'a> {
    readiness: &'a Readiness,
    clock: &'a Clock,
}

impl Waiting<'_> {
    /// Repeats `step` until it gives a value.
    async fn until<T>(&self, mut step: impl AsyncFnMut() -> Result<T, String>) -> T {
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(WAIT_MIN)
            .with_max_delay(WAIT_MAX)
            .without_max_times()
            .build();
        let mut said: Option<(String, Stopwatch)> = None;
        loop {
            let why = match step().await {
                Ok(value) => return value,
                Err(why) => why,
            };
            self.readiness.set(Some(why.clone()));
            let recent = said
                .as_ref()
                .is_some_and(|(what, since)| *what == why && since.elapsed() < SAY_AGAIN);
            if !recent {
                tracing::warn!("waiting: {why}");
                said = Some((why, Stopwatch::start()));
            }
            let wait = waits.next().unwrap_or(WAIT_MAX);
            self.clock.sleep(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)).await;
        }
    }
}
