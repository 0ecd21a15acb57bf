//! One request to the homeserver for one row, and what its answer means.
use super::store::Owed;
use super::upload;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::points::{Point, reach};
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
    Unknown,
    /// Nothing left this machine: the homeserver is away.
    Away,
    /// Ours answers; that of the invited person does not.
    ServerAway,
    /// Nothing happened; to be tried again after so many milliseconds, and not before.
    Limited(i64),
}

pub async fn deliver<H: Homeserver>(homeserver: &H, room_id: &str, row: &Owed) -> Outcome {
    let is_membership = matches!(row.kind, OutKind::Invite | OutKind::Remove);
    let before = if is_membership { Point::Membership } else { Point::BeforeSend };
    if reach(before).await.is_err() {
        return Outcome::Unknown;
    }
    let outcome = request(homeserver, room_id, row).await;
    if reach(Point::SentUnmarked).await.is_err() { Outcome::Unknown } else { outcome }
}

async fn request<H: Homeserver>(homeserver: &H, room_id: &str, row: &Owed) -> Outcome {
    match row.kind {
        OutKind::Message => put(homeserver, room_id, row, PutKind::Message, &row.content).await,
        OutKind::Redact => put(homeserver, room_id, row, PutKind::Redact, &row.content).await,
        OutKind::File => match upload::content(homeserver, row).await {
            Ok(content) => put(homeserver, room_id, row, PutKind::Message, &content).await,
            Err(outcome) => outcome,
        },
        OutKind::Invite | OutKind::Remove => {
            let ids = OwnedRoomId::try_from(room_id)
                .ok()
                .zip(row.subject.as_deref().and_then(|user| OwnedUserId::try_from(user).ok()));
            let Some((room, user)) = ids else { return Outcome::Parked("no such user id".into()) };
            membership(homeserver, room, user, row).await
        }
    }
}

async fn put<H: Homeserver>(
    homeserver: &H,
    room_id: &str,
    row: &Owed,
    kind: PutKind,
    content: &str,
) -> Outcome {
    let put = Put {
        room_id,
        kind,
        event_type: &row.event_type,
        key: &row.txn_id,
        redacts: row.subject.as_deref().filter(|_| kind == PutKind::Redact),
        content,
    };
    match homeserver.put(&put).await {
        Ok(event) => Outcome::Sent(event.to_string()),
        Err(error) => outcome(error),
    }
}

/// Invitations and removals; what is so already counts as done.
async fn membership<H: Homeserver>(
    homeserver: &H,
    room: OwnedRoomId,
    user: OwnedUserId,
    row: &Owed,
) -> Outcome {
    let result = if row.kind == OutKind::Invite {
        let recipient =
            invite_user::v3::InvitationRecipient::UserId(invite_user::v3::InviteUserId::new(user));
        homeserver.call(invite_user::v3::Request::new(room, recipient)).await.map(|_| ())
    } else {
        let mut request = kick_user::v3::Request::new(room, user);
        request.reason = (!row.content.is_empty()).then(|| row.content.clone());
        homeserver.call(request).await.map(|_| ())
    };
    match result {
        Ok(()) => Outcome::Sent(format!("done:{}", row.txn_id)),
        Err(CallError::Refused { message, .. }) if so_already(&message) => {
            Outcome::Sent(format!("done:{}", row.txn_id))
        }
        Err(error) => outcome(error),
    }
}

/// Homeservers give no code of their own for "is already in the room" and "is not in the room".
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
