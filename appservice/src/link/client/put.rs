//! The hot path: one event out. The URL is written by hand and the content goes out as it came
//! from the outbox; nothing is parsed on the way but the event id in the answer.
use super::{Inner, errors};
use bridge::platform::homeserver::{CallError, Put, PutKind};
use bridge::platform::points::{Point, reach};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ruma::{DeviceId, OwnedEventId, UserId};
use serde::Deserialize;
use std::fmt::Write;

/// What may stand in a path segment as it is (RFC 3986 `pchar`).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b':')
    .remove(b'@')
    .remove(b'=');

/// In a query `@` and `:` may stand as well; `+` and `&` must not.
const QUERY: &AsciiSet = SEGMENT;

#[derive(Deserialize)]
struct Sent {
    event_id: OwnedEventId,
}

/// `user_id=…[&device_id=…]`.
pub fn identity_query(user: &UserId, device: Option<&DeviceId>) -> String {
    let mut query = format!("user_id={}", utf8_percent_encode(user.as_str(), QUERY));
    if let Some(device) = device {
        let device = utf8_percent_encode(device.as_str(), QUERY);
        query.push_str("&device_id=");
        query.extend(device);
    }
    query
}

pub async fn send(client: &Inner, put: &Put<'_>) -> Result<OwnedEventId, CallError> {
    let path = path(&client.base_path, &client.identity_query, put);
    let cut = |error| CallError::Unknown(format!("cut: {error}"));
    reach(Point::RequestCut).await.map_err(cut)?;
    let answer = client.transport.put(&path, client.bearer.clone(), put.content.to_owned()).await?;
    reach(Point::AnswerLost).await.map_err(cut)?;
    let sent: Sent =
        serde_json::from_slice(answer.body()).map_err(|error| errors::unreadable(&error))?;
    Ok(sent.event_id)
}

/// The path of a request with its query, below the homeserver's own path.
pub(super) fn path(base: &str, identity_query: &str, put: &Put<'_>) -> String {
    let (verb, first) = match put.kind {
        PutKind::Message => ("send", put.event_type),
        PutKind::State => ("state", put.event_type),
        PutKind::Redact => ("redact", put.redacts.unwrap_or_default()),
    };
    let mut path = String::with_capacity(256);
    path.push_str(base);
    let encode = |text| utf8_percent_encode(text, SEGMENT);
    let (room, first, key) = (encode(put.room_id), encode(first), encode(put.key));
    // Writing into a String cannot fail.
    let _ = write!(path, "/_matrix/client/v3/rooms/{room}/{verb}/{first}/{key}?{identity_query}");
    path
}
