//! One request to the homeserver for one row, and what its answer means.
use super::store::Owed;
use super::upload;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::points::{Point, reach};
use crate::platform::seat::Seat;
use crate::platform::work::OutKind;
use ruma::api::client::membership::{invite_user, kick_user};
use ruma::{OwnedRoomId, OwnedUserId};

/// The wait after a 429 that names none.
const LIMITED_MS: i64 = 250;

/// How sending one row ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent(String),
    Parked(String),
    /// The bot is not in this room for now.
    Lost(String),
    Unknown,
    /// Nothing left this machine: the homeserver is away.
    Away,
    /// Ours answers; that of the invited person does not.
    ServerAway,
    /// Nothing happened; to be tried again after so many milliseconds, and not before.
    Limited(i64),
}

/// `seat`: in a room that the bot is brought back into, where it is refused for not being there it waits.
pub async fn deliver<H: Homeserver>(
    homeserver: &H,
    room_id: &str,
    row: &Owed,
    seat: impl FnOnce() -> Option<Seat>,
) -> Outcome {
    let is_membership = matches!(row.kind, OutKind::Invite | OutKind::Remove);
    let before = if is_membership { Point::Membership } else { Point::BeforeSend };
    if reach(before).await.is_err() {
        return Outcome::Unknown;
    }
    let outcome = request(homeserver, room_id, row, seat).await;
    if reach(Point::SentUnmarked).await.is_err() { Outcome::Unknown } else { outcome }
}

/// Where it is refused and the bot is in the room after all, it may have come back in between: asked once more.
async fn request<H: Homeserver>(
    homeserver: &H,
    room_id: &str,
    row: &Owed,
    seat: impl FnOnce() -> Option<Seat>,
) -> Outcome {
    let mut result = once(homeserver, room_id, row).await;
    if let Err(Unsent::Refused(error)) = &result
        && let Some(seat) = seat()
    {
        match seat.is_lost(homeserver, error).await {
            Ok(true) => return Outcome::Lost(seat.room_id.to_string()),
            Ok(false) if says_not_there(error) => result = once(homeserver, room_id, row).await,
            Ok(false) => {}
            Err(error) => return outcome(error),
        }
    }
    let is_membership = matches!(row.kind, OutKind::Invite | OutKind::Remove);
    match result {
        Ok(event) => Outcome::Sent(event),
        Err(Unsent::Before(outcome)) => outcome,
        Err(Unsent::Refused(CallError::Refused { message, .. }))
            if is_membership && so_already(&message) =>
        {
            Outcome::Sent(format!("done:{}", row.txn_id))
        }
        Err(Unsent::Refused(error)) => outcome(error),
    }
}

/// Why one try did not send a row.
enum Unsent {
    Refused(CallError),
    /// It did not come to the request.
    Before(Outcome),
}

impl From<CallError> for Unsent {
    fn from(error: CallError) -> Self {
        Self::Refused(error)
    }
}

async fn once<H: Homeserver>(homeserver: &H, room_id: &str, row: &Owed) -> Result<String, Unsent> {
    match row.kind {
        OutKind::Message => {
            Ok(put(homeserver, room_id, row, PutKind::Message, &row.content).await?)
        }
        OutKind::Redact => Ok(put(homeserver, room_id, row, PutKind::Redact, &row.content).await?),
        OutKind::File => {
            let content = upload::content(homeserver, row).await.map_err(Unsent::Before)?;
            Ok(put(homeserver, room_id, row, PutKind::Message, &content).await?)
        }
        OutKind::Invite | OutKind::Remove => {
            let ids = OwnedRoomId::try_from(room_id)
                .ok()
                .zip(row.subject.as_deref().and_then(|user| OwnedUserId::try_from(user).ok()));
            let nobody = || Unsent::Before(Outcome::Parked("no such user id".into()));
            let (room, user) = ids.ok_or_else(nobody)?;
            Ok(membership(homeserver, room, user, row).await?)
        }
    }
}

async fn put<H: Homeserver>(
    homeserver: &H,
    room_id: &str,
    row: &Owed,
    kind: PutKind,
    content: &str,
) -> Result<String, CallError> {
    let put = Put {
        room_id,
        kind,
        event_type: &row.event_type,
        key: &row.txn_id,
        redacts: row.subject.as_deref().filter(|_| kind == PutKind::Redact),
        content,
    };
    homeserver.put(&put).await.map(|event| event.to_string())
}

/// Invitations and removals.
async fn membership<H: Homeserver>(
    homeserver: &H,
    room: OwnedRoomId,
    user: OwnedUserId,
    row: &Owed,
) -> Result<String, CallError> {
    if row.kind == OutKind::Invite {
        let recipient =
            invite_user::v3::InvitationRecipient::UserId(invite_user::v3::InviteUserId::new(user));
        homeserver.call(invite_user::v3::Request::new(room, recipient)).await?;
    } else {
        let mut request = kick_user::v3::Request::new(room, user);
        request.reason = (!row.content.is_empty()).then(|| row.content.clone());
        homeserver.call(request).await?;
    }
    Ok(format!("done:{}", row.txn_id))
}

/// What is so already counts as done. Homeservers give no code of their own for "is already in the room" and "is not in the room".
fn so_already(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "already in the room",
        "already joined",
        "is already",
        "not in the room",
        "not in room",
        "not joined",
        "does not exist in room",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// Whether a refusal may mean that the sender is not in the room.
fn says_not_there(error: &CallError) -> bool {
    let CallError::Refused { message, .. } = error else { return false };
    let message = message.to_lowercase();
    ["not in room", "not in the room", "not in this room", "not joined", "not a member"]
        .iter()
        .any(|known| message.contains(known))
}

/// What a failed call means for a row.
#[must_use]
pub fn outcome(error: CallError) -> Outcome {
    if is_final(&error) {
        let CallError::Refused { errcode, message, .. } = error else { return Outcome::Unknown };
        return Outcome::Parked(format!("{errcode}: {message}"));
    }
    match error {
        CallError::Limited { retry_after_ms } => Outcome::Limited(
            retry_after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(LIMITED_MS),
        ),
        CallError::Unreachable(_) => Outcome::Away,
        CallError::Refused { .. } | CallError::Unknown(_) => Outcome::Unknown,
    }
}

/// Whether trying again can never help: the homeserver will not have it, or (status 0) it could not
/// even be made into a request.
#[must_use]
pub fn is_final(error: &CallError) -> bool {
    matches!(error, CallError::Refused { status: 0 | 400 | 403 | 404 | 413, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Outcome {
        outcome(CallError::Refused { status, errcode: "M_X".into(), message: "no".into() })
    }

    #[test]
    fn a_clear_no_is_final_and_so_is_what_cannot_be_sent() {
        for status in [0, 400, 403, 404, 413] {
            assert_eq!(refused(status), Outcome::Parked("M_X: no".into()), "{status}");
        }
        for status in [401, 405, 409] {
            assert_eq!(refused(status), Outcome::Unknown, "{status}");
        }
    }

    #[test]
    fn a_limit_is_waited_out_as_asked() {
        let asked = |ms| outcome(CallError::Limited { retry_after_ms: ms });
        assert_eq!(asked(Some(3_600_000)), Outcome::Limited(3_600_000));
        assert_eq!(asked(None), Outcome::Limited(LIMITED_MS));
        assert_eq!(outcome(CallError::Unreachable("gone".into())), Outcome::Away);
        assert_eq!(outcome(CallError::Unknown("cut".into())), Outcome::Unknown);
    }
}
