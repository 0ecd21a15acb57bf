//! What must be known of an input before it may count, and only the homeserver can tell: that its
//! sender is in the room where our own view does not say so, and, for people of other servers, that
//! the event is one that members can see (a soft-failed event of a banned user is pushed to us too).
use super::store::Waiting;
use crate::platform::homeserver::{CallError, Homeserver};
use ruma::api::client::room::get_room_event;
use ruma::api::client::state::get_state_event_for_key;
use ruma::events::StateEventType;
use ruma::{OwnedEventId, OwnedRoomId};

/// What an input needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    pub membership: bool,
    pub visibility: bool,
}

impl Need {
    #[must_use]
    pub fn any(self) -> bool {
        self.membership || self.visibility
    }
}

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The sender is joined and the event is there for all.
    Good,
    /// It must not count.
    Bad(&'static str),
    /// No answer; to be asked again.
    Open,
}

pub async fn prove<H: Homeserver>(homeserver: H, row: Waiting, need: Need) -> (Waiting, Proof) {
    let Ok(room_id) = OwnedRoomId::try_from(row.room_id.as_str()) else {
        return (row, Proof::Bad("no such room"));
    };
    if need.membership {
        match joined(&homeserver, &room_id, &row.sender).await {
            Ok(true) => {}
            Ok(false) => return (row, Proof::Bad("sender not in the room")),
            Err(()) => return (row, Proof::Open),
        }
    }
    if need.visibility {
        let Ok(event_id) = OwnedEventId::try_from(row.event_id.as_str()) else {
            return (row, Proof::Bad("no event id"));
        };
        match homeserver.call(get_room_event::v3::Request::new(room_id, event_id)).await {
            Ok(_) => {}
            Err(CallError::Refused { .. }) => return (row, Proof::Bad("not visible in the room")),
            Err(_) => return (row, Proof::Open),
        }
    }
    (row, Proof::Good)
}

async fn joined<H: Homeserver>(
    homeserver: &H,
    room_id: &OwnedRoomId,
    user: &str,
) -> Result<bool, ()> {
    let request = get_state_event_for_key::v3::Request::new(
        room_id.clone(),
        StateEventType::RoomMember,
        user.to_owned(),
    );
    match homeserver.call(request).await {
        Ok(response) => {
            let content: serde_json::Value =
                serde_json::from_str(response.event_or_content.get()).unwrap_or_default();
            Ok(content.get("membership").and_then(serde_json::Value::as_str) == Some("join"))
        }
        Err(CallError::Refused { .. }) => Ok(false),
        Err(_) => Err(()),
    }
}
