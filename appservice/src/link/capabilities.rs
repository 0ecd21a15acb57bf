//! What the homeserver can do, found out by trying, never assumed by its name: Synapse and the
//! Conduit family differ in ways that no version number tells. Also shown by `doctor`.
use super::client::{As, Client, DEVICE};
use bridge::platform::homeserver::CallError;
use http::header::SERVER;
use http::{Method, StatusCode};
use ruma::api::SupportedVersions;
use ruma::api::client::device::update_device::v3 as update_device;
use ruma::api::client::discovery::get_capabilities::v3 as get_capabilities;
use ruma::{OwnedDeviceId, RoomVersionId};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The device's name where people see it (never, save in an administrator's list).
const DEVICE_NAME: &str = "Partnerspace";

/// A room that cannot exist: asking for its messages shows how the endpoint treats our token.
const NO_ROOM_PATH: &str = "/_matrix/client/v3/rooms/!partnerspace-probe:invalid/messages?dir=b";

#[derive(Debug, Clone)]
pub struct Capabilities {
    pub software: Software,
    pub versions: SupportedVersions,
    /// `user_id` + `device_id` may be given, so transaction ids outlive a restart of Synapse.
    pub device_masquerade: bool,
    /// The as_token does for `/messages`, `/context` and `/sync`; else a login is used.
    pub as_token_reads: bool,
    pub room_version_default: Option<RoomVersionId>,
    pub room_versions: Vec<RoomVersionId>,
}

/// `unknown` where the homeserver does not say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Software {
    pub name: String,
    #[serde(default)]
    pub version: String,
}

#[derive(Deserialize)]
struct VersionsBody {
    versions: Vec<String>,
    #[serde(default)]
    unstable_features: BTreeMap<String, bool>,
}

#[derive(Deserialize)]
struct SoftwareBody {
    server: Software,
}

/// `/versions`, and the software as far as it tells.
///
/// # Errors
/// See [`CallError`]; also when it is no Matrix homeserver that answers.
pub async fn versions(client: &Client) -> Result<(SupportedVersions, Software), CallError> {
    let answer = client.get_open("/_matrix/client/versions").await?;
    let body: VersionsBody = serde_json::from_slice(answer.body())
        .map_err(|_| CallError::Unknown("/versions is not that of a homeserver".into()))?;
    let header = answer.headers().get(SERVER).and_then(|value| value.to_str().ok());
    let versions = SupportedVersions::from_parts(&body.versions, &body.unstable_features);
    let by_header = software_of_header(header.unwrap_or_default());
    Ok((versions, software(client).await.unwrap_or(by_header)))
}

/// Everything, as the bot, which must be registered.
///
/// # Errors
/// When the homeserver is gone meanwhile; a refusal is an answer.
pub async fn probe(client: &Client) -> Result<Capabilities, CallError> {
    let (versions, software) = versions(client).await?;
    let rooms = room_versions(client).await?;
    Ok(Capabilities {
        software,
        versions,
        device_masquerade: device_masquerade(client).await?,
        as_token_reads: as_token_reads(client).await?,
        room_version_default: rooms.as_ref().map(|rooms| rooms.default.clone()),
        room_versions: rooms.map(|r| r.available.into_keys().collect()).unwrap_or_default(),
    })
}

/// The federation endpoint tells best, but is often not served on the client's port.
async fn software(client: &Client) -> Option<Software> {
    let answer = client.get_open("/_matrix/federation/v1/version").await.ok()?;
    serde_json::from_slice::<SoftwareBody>(answer.body()).ok().map(|body| body.server)
}

fn software_of_header(header: &str) -> Software {
    let first = header.split_whitespace().next().unwrap_or_default();
    let (name, version) = first.split_once('/').unwrap_or((first, ""));
    let name = if name.is_empty() { "unknown" } else { name };
    Software { name: name.to_owned(), version: version.to_owned() }
}

async fn room_versions(
    client: &Client,
) -> Result<Option<get_capabilities::RoomVersionsCapability>, CallError> {
    match client.call_as(As::Bot, get_capabilities::Request::new()).await {
        Ok(answer) => Ok(Some(answer.capabilities.room_versions)),
        Err(CallError::Refused { .. } | CallError::Unknown(_)) => Ok(None),
        Err(gone) => Err(gone),
    }
}

/// Makes the device where that is possible, and asks as whom we speak when we name it: Conduit has a
/// device of that name after our first login, and yet does not speak as it.
async fn device_masquerade(client: &Client) -> Result<bool, CallError> {
    let mut request = update_device::Request::new(OwnedDeviceId::from(DEVICE));
    request.display_name = Some(DEVICE_NAME.to_owned());
    match client.call_as(As::Bot, request).await {
        Ok(_) => {}
        Err(CallError::Refused { .. }) => return Ok(false),
        // To go on without the device for good, because of one bad moment, would be to say things twice
        // when the homeserver is started again.
        Err(unclear) => return Err(unclear),
    }
    let path = format!("/_matrix/client/v3/account/whoami?device_id={DEVICE}");
    let answer = client.raw(Method::GET, As::Bot, &path, Vec::new()).await?;
    speaks_as_device(answer.status(), answer.body())
}

fn speaks_as_device(status: StatusCode, body: &[u8]) -> Result<bool, CallError> {
    passing(status)?;
    #[derive(Deserialize)]
    struct Who {
        device_id: Option<String>,
    }
    if !status.is_success() {
        return Ok(false);
    }
    let who: Who = serde_json::from_slice(body)
        .map_err(|_| CallError::Unknown("/whoami is not that of a homeserver".into()))?;
    Ok(who.device_id.as_deref() == Some(DEVICE))
}

/// A trouble that will pass. Taken for an answer, it would hold until the next start.
fn passing(status: StatusCode) -> Result<(), CallError> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Err(CallError::Limited { retry_after_ms: None }),
        _ if status.is_server_error() => {
            Err(CallError::Unknown(format!("{status} to a question about ourselves")))
        }
        _ => Ok(()),
    }
}

/// A refusal (no such room) means that the token did for the endpoint; Conduit fails with 500 and no
/// word. Any other trouble will pass.
async fn as_token_reads(client: &Client) -> Result<bool, CallError> {
    let answer = client.raw(Method::GET, As::Bot, NO_ROOM_PATH, Vec::new()).await?;
    as_token_does(answer.status(), answer.body())
}

fn as_token_does(status: StatusCode, body: &[u8]) -> Result<bool, CallError> {
    if status.is_server_error() && body.is_empty() {
        return Ok(false);
    }
    passing(status).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::{as_token_does, software_of_header, speaks_as_device};
    use http::StatusCode;

    #[test]
    fn only_a_clear_answer_says_what_the_token_does_for() {
        assert!(as_token_does(StatusCode::NOT_FOUND, b"{}").unwrap());
        assert!(as_token_does(StatusCode::FORBIDDEN, b"{}").unwrap());
        assert!(!as_token_does(StatusCode::INTERNAL_SERVER_ERROR, b"").unwrap());
        assert!(as_token_does(StatusCode::INTERNAL_SERVER_ERROR, b"{}").is_err());
        assert!(as_token_does(StatusCode::TOO_MANY_REQUESTS, b"{}").is_err());
    }

    #[test]
    fn a_device_counts_where_we_speak_as_it() {
        let says = |body: &[u8]| speaks_as_device(StatusCode::OK, body).unwrap();
        assert!(says(br#"{"user_id": "@b:h.org", "device_id": "PARTNERSPACE"}"#));
        assert!(!says(br#"{"user_id": "@b:h.org", "device_id": "OTHER"}"#));
        assert!(!says(br#"{"user_id": "@b:h.org"}"#));
        assert!(!speaks_as_device(StatusCode::NOT_FOUND, b"{}").unwrap());
        assert!(speaks_as_device(StatusCode::OK, b"<html>").is_err());
        assert!(speaks_as_device(StatusCode::BAD_GATEWAY, b"").is_err());
        assert!(speaks_as_device(StatusCode::TOO_MANY_REQUESTS, b"{}").is_err());
    }

    #[test]
    fn software_is_read_from_the_header() {
        for (header, name, version) in [
            ("Synapse/1.163.2", "Synapse", "1.163.2"),
            ("Conduit", "Conduit", ""),
            ("", "unknown", ""),
        ] {
            let software = software_of_header(header);
            assert_eq!((software.name.as_str(), software.version.as_str()), (name, version));
        }
    }
}
