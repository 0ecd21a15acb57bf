//! Whether somebody is in a room, where a refusal may only mean that the bot itself is not.
use super::App;
use super::homeserver::{CallError, Homeserver};
use super::signals::Mark;
use ruma::OwnedRoomId;
use ruma::api::client::state::get_state_event_for_key;
use ruma::events::StateEventType;
use serde_json::Value;

/// Whether a user is joined, as far as the bot may look: who is not in a room is refused, or sees it as it was.
///
/// # Errors
/// When there is no clear answer.
pub async fn is_in<H: Homeserver>(
    homeserver: &H,
    room_id: &OwnedRoomId,
    user: &str,
) -> Result<bool, CallError> {
    let (room, kind) = (room_id.clone(), StateEventType::RoomMember);
    let request = get_state_event_for_key::v3::Request::new(room, kind, user.to_owned());
    match homeserver.call(request).await {
        Ok(answer) => {
            let content: Value =
                serde_json::from_str(answer.event_or_content.get()).unwrap_or_default();
            Ok(content.get("membership").and_then(Value::as_str) == Some("join"))
        }
        Err(CallError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The bot's own place in a room that it is brought back into when it loses it.
#[derive(Debug, Clone)]
pub struct Seat {
    pub room_id: OwnedRoomId,
    pub bot: String,
}

impl Seat {
    /// The place in a room; none where that is no room's id.
    #[must_use]
    pub fn of<H>(app: &App<H>, room_id: &str) -> Option<Self> {
        let room_id = OwnedRoomId::try_from(room_id).ok()?;
        Some(Self { room_id, bot: app.program.bot.clone() })
    }

    /// Whether a call was refused only because the bot is not in the room for now.
    ///
    /// # Errors
    /// When there is no clear answer.
    pub async fn is_lost<H: Homeserver>(
        &self,
        homeserver: &H,
        refused: &CallError,
    ) -> Result<bool, CallError> {
        if !matches!(refused, CallError::Refused { status: 403 | 404, .. }) {
            return Ok(false);
        }
        Ok(!is_in(homeserver, &self.room_id, &self.bot).await?)
    }
}

/// Whether the bot is out of a room of today, which is why a call was refused; then that is noted.
///
/// # Errors
/// When there is no clear answer.
pub async fn is_out<H: Homeserver>(
    app: &App<H>,
    room_id: &str,
    refused: &CallError,
) -> Result<bool, CallError> {
    if !app.signals.places(|places| places.is_current(room_id)) {
        return Ok(false);
    }
    let Some(seat) = Seat::of(app, room_id) else { return Ok(false) };
    let is_lost = seat.is_lost(&app.homeserver, refused).await?;
    if is_lost {
        app.signals.mark(Mark::Lost { room_id: room_id.to_owned(), at: app.clock.now() });
    }
    Ok(is_lost)
}
