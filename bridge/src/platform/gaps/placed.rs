//! Events of a room's past as they would have been pushed.
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// Some servers leave out the room that was asked for.
pub(super) fn with_room(room: &str, raw: Box<RawValue>) -> Option<Box<RawValue>> {
    #[derive(serde::Deserialize)]
    struct Placed<'a> {
        // Of the event itself: a content may well speak of rooms.
        #[serde(borrow)]
        room_id: Option<&'a RawValue>,
    }
    if serde_json::from_str::<Placed<'_>>(raw.get()).ok()?.room_id.is_some() {
        return Some(raw);
    }
    let mut event: Value = serde_json::from_str(raw.get()).ok()?;
    event.as_object_mut()?.insert("room_id".to_owned(), room.into());
    to_raw_value(&event).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_room_is_the_events_own_or_the_one_asked_for() {
        let placed = |event: Value| {
            let raw = with_room("!asked", to_raw_value(&event).unwrap()).unwrap();
            serde_json::from_str::<Value>(raw.get()).unwrap()["room_id"].clone()
        };
        assert_eq!(placed(json!({"event_id": "$a"})), "!asked");
        assert_eq!(placed(json!({"event_id": "$a", "room_id": "!own"})), "!own");
        let speaks =
            json!({"event_id": "$a", "content": {"room_id": "!other", "body": "\"room_id\""}});
        assert_eq!(placed(speaks), "!asked");
    }
}
