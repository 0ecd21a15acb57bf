//! What the keeper asks of the homeserver; a request to wait is obeyed.
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::rooms::rules::Real;
use ruma::api::Direction;
use ruma::api::OutgoingRequest;
use ruma::api::SupportedVersions;
use ruma::api::auth_scheme::{AuthScheme, SendAccessToken};
use ruma::api::client::membership::{get_member_events, joined_members};
use ruma::api::client::message::get_message_events;
use ruma::api::client::state::{get_state_event_for_key, get_state_events};
use ruma::api::path_builder::PathBuilder;
use ruma::events::room::member::MembershipState;
use ruma::{OwnedRoomId, OwnedUserId};
use serde_json::Value;
use std::borrow::Cow;

const LIMITED_MAX: usize = 8;
const LIMITED_MS: u64 = 1_000;
const LIMITED_MS_MAX: u64 = 20_000;

/// Asks, and asks again after the time that the homeserver wants.
pub async fn ask<H, R>(
    app: &App<H>,
    request: impl Fn() -> R + Send + Sync,
) -> Result<R::IncomingResponse, CallError>
where
    H: Homeserver,
    R: OutgoingRequest + Send + 'static,
    R::IncomingResponse: Send,
    for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
    for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
{
    for _ in 0..LIMITED_MAX {
        match app.homeserver.call(request()).await {
            Err(CallError::Limited { retry_after_ms }) => pause(app, retry_after_ms).await,
            answer => return answer,
        }
    }
    app.homeserver.call(request()).await
}

async fn pause<H: Homeserver>(app: &App<H>, asked: Option<u64>) {
    app.clock.sleep(asked.unwrap_or(LIMITED_MS).clamp(1, LIMITED_MS_MAX)).await;
}

/// A room id that the homeserver itself gave.
pub fn room_id(text: &str) -> Result<OwnedRoomId, CallError> {
    OwnedRoomId::try_from(text)
        .map_err(|error| refused("M_INVALID_PARAM", format!("{text}: {error}")))
}

pub fn user_id(text: &str) -> Result<OwnedUserId, CallError> {
    OwnedUserId::try_from(text)
        .map_err(|error| refused("M_INVALID_PARAM", format!("{text}: {error}")))
}

fn refused(errcode: &str, message: String) -> CallError {
    CallError::Refused { status: 400, errcode: errcode.into(), message }
}

/// The content of a state event; `None` when there is none.
pub async fn state<H: Homeserver>(
    app: &App<H>,
    room: &str,
    kind: &str,
    key: &str,
) -> Result<Option<Value>, CallError> {
    let id = room_id(room)?;
    let request =
        || get_state_event_for_key::v3::Request::new(id.clone(), kind.into(), key.to_owned());
    match ask(app, request).await {
        Ok(answer) => Ok(serde_json::from_str(answer.event_or_content.get()).ok()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who sent the room's first event.
pub async fn creator<H: Homeserver>(app: &App<H>, room: &str) -> Result<Option<String>, CallError> {
    let all = events(app, room).await?;
    let create = all.iter().find(|event| event["type"] == "m.room.create");
    Ok(create.and_then(|event| event["sender"].as_str()).map(str::to_owned))
}

/// All state that a room has.
pub async fn whole<H: Homeserver>(app: &App<H>, room: &str) -> Result<Real, CallError> {
    let named = |mut event: Value| {
        let key = (event["type"].as_str()?.to_owned(), event["state_key"].as_str()?.to_owned());
        Some((key, event["content"].take()))
    };
    Ok(events(app, room).await?.into_iter().filter_map(named).collect())
}

async fn events<H: Homeserver>(app: &App<H>, room: &str) -> Result<Vec<Value>, CallError> {
    let id = room_id(room)?;
    let all = ask(app, || get_state_events::v3::Request::new(id.clone())).await?;
    Ok(all
        .room_state
        .iter()
        .filter_map(|raw| serde_json::from_str(raw.json().get()).ok())
        .collect())
}

pub async fn joined<H: Homeserver>(app: &App<H>, room: &str) -> Result<Vec<String>, CallError> {
    let id = room_id(room)?;
    let answer = ask(app, || joined_members::v3::Request::new(id.clone())).await?;
    Ok(answer.joined.into_keys().map(String::from).collect())
}

/// Who is in a room or asked into it.
pub async fn joined_or_asked<H: Homeserver>(
    app: &App<H>,
    room: &str,
) -> Result<Vec<String>, CallError> {
    with(app, room, None, &["join", "invite"]).await
}

/// Who is asked into a room and has not answered.
pub async fn invited<H: Homeserver>(app: &App<H>, room: &str) -> Result<Vec<String>, CallError> {
    with(app, room, Some(MembershipState::Invite), &["invite"]).await
}

async fn with<H: Homeserver>(
    app: &App<H>,
    room: &str,
    membership: Option<MembershipState>,
    words: &[&str],
) -> Result<Vec<String>, CallError> {
    let id = room_id(room)?;
    let request = || {
        let mut request = get_member_events::v3::Request::new(id.clone());
        request.membership = membership.clone();
        request
    };
    let answer = ask(app, request).await?;
    let events = answer.chunk.iter();
    let events = events.filter_map(|raw| serde_json::from_str::<Value>(raw.json().get()).ok());
    // Some homeservers do not know the filter.
    let there = events.filter(|event| {
        event["content"]["membership"].as_str().is_some_and(|word| words.contains(&word))
    });
    Ok(there.filter_map(|event| event["state_key"].as_str().map(str::to_owned)).collect())
}

/// The newest event of a room.
pub async fn last_event<H: Homeserver>(
    app: &App<H>,
    room: &str,
) -> Result<Option<String>, CallError> {
    let id = room_id(room)?;
    let request = || {
        let mut request = get_message_events::v3::Request::new(id.clone(), Direction::Backward);
        request.limit = 1_u32.into();
        request
    };
    let page = ask(app, request).await?;
    let event = page.chunk.first().and_then(|raw| raw.get_field::<String>("event_id").ok());
    Ok(event.flatten())
}

pub async fn put_state<H: Homeserver>(
    app: &App<H>,
    room: &str,
    kind: &str,
    key: &str,
    content: &Value,
) -> Result<(), CallError> {
    let content = content.to_string();
    let put = Put {
        room_id: room,
        kind: PutKind::State,
        event_type: kind,
        key,
        redacts: None,
        content: &content,
    };
    for _ in 0..LIMITED_MAX {
        match app.homeserver.put(&put).await {
            Err(CallError::Limited { retry_after_ms }) => pause(app, retry_after_ms).await,
            answer => return answer.map(|_| ()),
        }
    }
    app.homeserver.put(&put).await.map(|_| ())
}
