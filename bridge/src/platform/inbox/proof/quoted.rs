//! Reads what was said before, when an input is about it: one event, or a thread from its root on.
use super::{CallError, Event, Homeserver};
use ruma::api::client::relations::get_relating_events_with_rel_type::v1 as relating;
use ruma::api::client::room::get_room_event;
use ruma::events::relation::RelationType;
use ruma::{OwnedEventId, OwnedRoomId};
use serde_json::value::RawValue;

/// Events of one thread that are read; what follows is left out, and the program can see that.
pub const QUOTED_MAX: usize = 200;
const PAGE_MAX: u32 = 100;
const PAGES_MAX: usize = QUOTED_MAX / PAGE_MAX as usize + 2;

/// What is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quoted {
    Event(String),
    /// The root and its answers.
    Thread(String),
}

impl Quoted {
    /// Oldest first; an event that cannot be seen, or is none, is left out.
    ///
    /// # Errors
    /// When there is no clear answer: to be asked again.
    pub(super) async fn read<H: Homeserver>(
        self,
        homeserver: &H,
        room: &OwnedRoomId,
    ) -> Result<Vec<Event>, CallError> {
        let (Self::Event(id) | Self::Thread(id)) = &self;
        let Ok(id) = OwnedEventId::try_from(id.as_str()) else { return Ok(Vec::new()) };
        let Some(first) = one(homeserver, room, &id).await? else { return Ok(Vec::new()) };
        if matches!(self, Self::Event(_)) {
            return Ok(vec![first]);
        }
        let mut events = answers(homeserver, room, &id).await?;
        events.push(first);
        events.reverse();
        events.truncate(QUOTED_MAX);
        Ok(events)
    }
}

async fn one<H: Homeserver>(
    homeserver: &H,
    room: &OwnedRoomId,
    id: &OwnedEventId,
) -> Result<Option<Event>, CallError> {
    let request = get_room_event::v3::Request::new(room.clone(), id.clone());
    match homeserver.call(request).await {
        Ok(response) => Ok(event(response.event.json(), room)),
        Err(CallError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Newest first, as the homeserver pages them.
async fn answers<H: Homeserver>(
    homeserver: &H,
    room: &OwnedRoomId,
    root: &OwnedEventId,
) -> Result<Vec<Event>, CallError> {
    let (mut events, mut from) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let mut request = relating::Request::new(room.clone(), root.clone(), RelationType::Thread);
        request.limit = Some(PAGE_MAX.into());
        request.from = from;
        let response = match homeserver.call(request).await {
            Ok(response) => response,
            Err(CallError::Refused { .. }) => break,
            Err(error) => return Err(error),
        };
        events.extend(response.chunk.iter().filter_map(|raw| event(raw.json(), room)));
        from = response.next_batch;
        if from.is_none() {
            break;
        }
    }
    Ok(events)
}

/// Homeservers leave the room out of what they were asked for by room.
fn event(raw: &RawValue, room: &OwnedRoomId) -> Option<Event> {
    Event::parse_in(raw.get().as_bytes(), room.as_str()).ok()
}
