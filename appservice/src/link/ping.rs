//! Asking the homeserver to ping us, and what each failure means for the person who runs this.
use super::client::{As, Client};
use super::pings::Pings;
use bridge::platform::gaps;
use http::Method;
use serde::Deserialize;
use serde_json::json;

/// What the ids of doctor's pings begin with.
pub const DOCTOR: &str = "doctor-";

/// What the ids of pings begin with that may reach any of several instances.
pub const SHARED: &str = "instance-";

/// Whether a ping is one that the canary, doctor or any instance asked for, of which [`Pings`] knows nothing.
#[must_use]
pub fn is_check(txn_id: Option<&str>) -> bool {
    txn_id.is_some_and(|id| id == gaps::PING_ID || id.starts_with(DOCTOR) || id.starts_with(SHARED))
}

/// Why the homeserver does not reach us: the spec's error code and one sentence with the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    pub errcode: String,
    pub sentence: String,
    /// The homeserver has no such endpoint: nothing is proved either way.
    pub unsupported: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    errcode: String,
    error: String,
    status: Option<u16>,
}

/// Proves the direction homeserver → this process.
///
/// # Errors
/// [`Unreached`], also when the ping went to somebody else.
pub async fn prove(
    client: &Client,
    appservice_id: &str,
    pings: &Pings,
    txn_id: &str,
) -> Result<(), Unreached> {
    pings.expect(txn_id);
    let outcome = ask(client, appservice_id, txn_id).await;
    let arrived = pings.take(txn_id);
    outcome?;
    if arrived { Ok(()) } else { Err(elsewhere()) }
}

/// Asks for a ping, whoever may receive it.
///
/// # Errors
/// [`Unreached`]
pub async fn ask(client: &Client, appservice_id: &str, txn_id: &str) -> Result<(), Unreached> {
    let id =
        percent_encoding::utf8_percent_encode(appservice_id, percent_encoding::NON_ALPHANUMERIC);
    let path = format!("/_matrix/client/v1/appservice/{id}/ping");
    let body = json!({"transaction_id": txn_id}).to_string().into_bytes();
    let answer = client.raw(Method::POST, As::Sender, &path, body).await;
    let answer =
        answer.map_err(|error| unreached("", format!("The homeserver is gone: {error}.")))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let body: ErrorBody = serde_json::from_slice(answer.body()).unwrap_or_default();
    Err(explained(answer.status().as_u16(), &body))
}

fn explained(status: u16, body: &ErrorBody) -> Unreached {
    let sentence = match body.errcode.as_str() {
        "M_URL_NOT_SET" => "The registration has no url; set it to `appservice.url`, give the \
            file to the homeserver again and restart it."
            .to_owned(),
        "M_CONNECTION_FAILED" => "The homeserver cannot connect to the registration's url; check \
            that it leads from there to `appservice.listen` (containers, firewalls)."
            .to_owned(),
        "M_CONNECTION_TIMEOUT" => "The homeserver's connection to the registration's url timed \
            out; check firewalls between the two."
            .to_owned(),
        "M_BAD_STATUS" => bad_status(body.status),
        "M_FORBIDDEN" => "The homeserver says that the as_token belongs to another appservice; \
            give it our registration.yaml and restart it."
            .to_owned(),
        "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" => "The homeserver does not know our as_token; \
            give it our registration.yaml and restart it."
            .to_owned(),
        code => format!(
            "The homeserver answered the request for a ping with {status} {code} {}.",
            body.error
        ),
    };
    let unsupported =
        body.errcode == "M_UNRECOGNIZED" || (status == 404 && body.errcode.is_empty());
    Unreached { unsupported, ..unreached(&body.errcode, sentence) }
}

fn bad_status(status: Option<u16>) -> String {
    match status {
        Some(401 | 403) => "Our answer to the ping was \"wrong hs_token\": the homeserver holds \
            another registration.yaml than we do; give it ours and restart it."
            .to_owned(),
        Some(404) => {
            "Something else than Partnerspace answers at the registration's url.".to_owned()
        }
        Some(code) => format!("The answer at the registration's url was {code}; see our log."),
        None => "The answer at the registration's url was no success; see our log.".to_owned(),
    }
}

fn elsewhere() -> Unreached {
    unreached(
        "",
        "The homeserver's ping was answered, but not by this process: the \
        registration's url leads to another one."
            .to_owned(),
    )
}

fn unreached(errcode: &str, sentence: String) -> Unreached {
    Unreached { errcode: errcode.to_owned(), sentence, unsupported: false }
}
