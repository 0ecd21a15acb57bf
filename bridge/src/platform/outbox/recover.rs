//! A row whose fate is unknown for longer than homeservers remember transaction ids: the marker in
//! the room says whether it is there.
use super::deliver::{Outcome, outcome};
use super::store::Owed;
use crate::platform::homeserver::Homeserver;
use crate::platform::work::MARKER;
use ruma::OwnedRoomId;
use ruma::api::Direction;
use ruma::api::client::message::get_message_events;

/// Synapse forgets after 24 hours; some are kept in hand.
pub const LOOK_AFTER_MS: i64 = 20 * 3_600_000;
const PAGE: u32 = 100;
const PAGES_MAX: usize = 50;

/// The event that carries the row's marker, walking back to before the row was made.
pub async fn find<H: Homeserver>(
    homeserver: &H,
    room_id: &str,
    row: &Owed,
) -> Result<Option<String>, Outcome> {
    let Ok(room) = OwnedRoomId::try_from(room_id) else { return Ok(None) };
    let mut from = None;
    for _ in 0..PAGES_MAX {
        let mut request = get_message_events::v3::Request::new(room.clone(), Direction::Backward);
        request.from = from;
        request.limit = PAGE.into();
        let page = homeserver.call(request).await.map_err(outcome)?;
        for raw in &page.chunk {
            let Ok(event) = raw.deserialize_as_unchecked::<serde_json::Value>() else { continue };
            let marker = event.pointer("/content").and_then(|content| content.get(MARKER));
            if marker.and_then(serde_json::Value::as_str) == Some(row.txn_id.as_str()) {
                return Ok(event["event_id"].as_str().map(str::to_owned));
            }
            let at = event["origin_server_ts"].as_i64().unwrap_or(i64::MAX);
            if at < row.made_at - LOOK_AFTER_MS {
                return Ok(None);
            }
        }
        from = page.end;
        if from.is_none() {
            break;
        }
    }
    Ok(None)
}
