//! The homeserver: reachable, ours known to it, reaching us, not limiting us, on time.
use super::Finding;
use crate::config::{Config, Registration};
use crate::link::capabilities::{self, Capabilities};
use crate::link::client::{As, Client};
use crate::link::ping;
use bridge::platform::homeserver::{CallError, Homeserver};
use http::Method;
use http::header::DATE;
use jiff::fmt::rfc2822;
use ruma::api::client::account::whoami::v3 as whoami;
use serde_json::json;

/// Beyond this a person would call a clock wrong.
const SKEW_MS_MAX: i64 = 5_000;

const GIVE: &str = "Give registration.yaml to the homeserver (Synapse: app_service_config_files; \
                    Conduit: register-appservice in its admin room) and restart it.";

/// Gives the link when rooms can be read over it.
pub async fn examine(
    config: &Config,
    registration: &Registration,
    now: i64,
    found: &mut Vec<Finding>,
) -> Option<Client> {
    let client = match Client::new(config, registration) {
        Ok(client) => client,
        Err(error) => {
            let mend = "Check homeserver.url.";
            found.push(Finding::error("homeserver", format!("{error:#}."), mend));
            return None;
        }
    };
    if !reachable(&client, config, now, found).await || !known(&client, config, found).await {
        return None;
    }
    let able_client = match capabilities::probe(&client).await {
        Ok(capabilities) => {
            found.extend(able(&capabilities, config));
            Some(client.with(&capabilities))
        }
        Err(error) => {
            found.push(unclear("capabilities", &error));
            None
        }
    };
    found.push(limited(&client).await);
    found.push(reached(&client, config, now).await);
    able_client
}

async fn reachable(client: &Client, config: &Config, now: i64, found: &mut Vec<Finding>) -> bool {
    let url = &config.homeserver.url;
    let answer = client.get_open("/_matrix/client/versions").await;
    match (capabilities::versions(client).await, answer) {
        (Ok((_, software)), Ok(answer)) => {
            let sentence = format!("{url} answers ({} {}).", software.name, software.version);
            found.push(Finding::fine("homeserver", sentence.replace(" )", ")")));
            let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            found.extend(date.and_then(|date| skew(date, now)));
            true
        }
        (Err(error), _) | (_, Err(error)) => {
            let mend = "Start the homeserver, or mend homeserver.url.";
            found.push(Finding::error("homeserver", format!("{url}: {error}."), mend));
            false
        }
    }
}

/// By the answer's `Date`, which has whole seconds.
fn skew(date: &str, now: i64) -> Option<Finding> {
    let theirs = rfc2822::parse(date).ok()?.timestamp().as_millisecond();
    let off = now - theirs;
    let sentence = format!("Our clock and the homeserver's differ by {} s.", off / 1_000);
    let fine = off.abs() <= SKEW_MS_MAX;
    let mend = "Keep both machines' clocks by NTP: periods end by our clock.";
    Some(if fine {
        Finding::fine("clock", sentence)
    } else {
        Finding::warning("clock", sentence, mend)
    })
}

async fn known(client: &Client, config: &Config, found: &mut Vec<Finding>) -> bool {
    match client.call_as(As::Sender, whoami::Request::new()).await {
        Ok(answer) => {
            let ours = format!("@{}:{}", config.sender_localpart(), config.homeserver.server_name);
            if answer.user_id != ours {
                let sentence =
                    format!("The homeserver takes us for {}, not {ours}.", answer.user_id);
                found.push(Finding::error("whoami", sentence, GIVE));
                return false;
            }
            found.push(Finding::fine("whoami", format!("The homeserver knows us as {ours}.")));
        }
        Err(CallError::Refused { errcode, .. }) if errcode != "M_UNKNOWN_TOKEN" => {
            let sentence = format!("The homeserver knows no sender of ours yet ({errcode}).");
            found.push(Finding::warning("whoami", sentence, "partnerspace run registers it."));
        }
        Err(CallError::Refused { .. }) => {
            let sentence = "The homeserver does not know our as_token.";
            found.push(Finding::error("whoami", sentence, GIVE));
            return false;
        }
        Err(error) => {
            found.push(unclear("whoami", &error));
            return false;
        }
    }
    bot_known(client, found).await
}

async fn bot_known(client: &Client, found: &mut Vec<Finding>) -> bool {
    let bot = client.bot();
    match client.call(whoami::Request::new()).await {
        Ok(_) => {
            found.push(Finding::fine("bot", format!("{bot} is registered.")));
            true
        }
        Err(CallError::Refused { errcode, .. }) if errcode == "M_EXCLUSIVE" => {
            let sentence = format!("{bot} is not in the namespace that the homeserver holds.");
            found.push(Finding::error("bot", sentence, GIVE));
            false
        }
        Err(CallError::Refused { message, .. }) => {
            let sentence = format!("{bot} is not registered yet ({message}).");
            found.push(Finding::error("bot", sentence, "partnerspace run registers it."));
            false
        }
        Err(error) => {
            found.push(unclear("bot", &error));
            false
        }
    }
}

fn able(capabilities: &Capabilities, config: &Config) -> Vec<Finding> {
    let yes = |it: bool| if it { "yes" } else { "no" };
    let sentence = format!(
        "Device masquerade: {}. Reading with the as_token: {}.",
        yes(capabilities.device_masquerade),
        yes(capabilities.as_token_reads)
    );
    let mut found = vec![Finding::fine("capabilities", sentence)];
    let wanted = config.rooms.version.as_str();
    let known = &capabilities.room_versions;
    if !known.is_empty() && !known.iter().any(|version| version.as_str() == wanted) {
        found.push(Finding::error(
            "room-version",
            format!("The homeserver cannot make rooms of version {wanted}."),
            "Set rooms.version to 11, or update the homeserver.",
        ));
    }
    found
}

/// Synapse limits presence to one change in ten seconds for those whom it limits at all, and
/// setting the same presence twice changes nothing. Others simply answer.
async fn limited(client: &Client) -> Finding {
    let path = format!("/_matrix/client/v3/presence/{}/status", client.bot());
    let body = json!({"presence": "online"}).to_string().into_bytes();
    for _ in 0..2 {
        let answer = client.raw(Method::PUT, As::Bot, &path, body.clone()).await;
        if answer.is_ok_and(|answer| answer.status() == http::StatusCode::TOO_MANY_REQUESTS) {
            return Finding::error(
                "rate-limit",
                "The homeserver limits our rate: its copy of the registration lacks rate_limited: false.",
                GIVE,
            );
        }
    }
    Finding::fine("rate-limit", "The homeserver does not limit our rate.")
}

/// The ping arrives at the running process, not here; it answers those it did not ask for, too.
async fn reached(client: &Client, config: &Config, now: i64) -> Finding {
    match ping::ask(client, &config.appservice.id, &format!("{}{now}", ping::DOCTOR)).await {
        Ok(()) => Finding::fine("ping", "The homeserver reaches us."),
        Err(failed) if failed.unsupported => Finding::warning(
            "ping",
            "The homeserver has no ping; whether it reaches us shows with the first event.",
            "Nothing to do, or update the homeserver.",
        ),
        Err(failed) => {
            let mend = "partnerspace run must be running while doctor asks for a ping.";
            Finding::error("ping", failed.sentence, mend)
        }
    }
}

fn unclear(id: &'static str, error: &CallError) -> Finding {
    Finding::error(id, format!("The homeserver gave no clear answer: {error}."), "See its log.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Severity;

    #[test]
    fn clocks_are_compared_by_the_second() {
        let date = "Tue, 24 Nov 2026 04:00:00 GMT";
        let at = rfc2822::parse(date).unwrap().timestamp().as_millisecond();
        assert_eq!(skew(date, at + 900).unwrap().severity, Severity::Fine);
        assert_eq!(skew(date, at - 61_000).unwrap().severity, Severity::Warning);
        assert_eq!(skew("yesterday", at), None);
    }
}
