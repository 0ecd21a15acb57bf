//! Making rooms, each once: before one is made, it is looked for among the rooms that the bot is in.
use super::Keeper;
use super::asks::{ask, creator, room_id, state};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::rooms::rules::{self, About, Frame, MADE, StateEvent, Wish, made_mark};
use crate::rooms::store;
use ruma::api::client::alias::get_alias;
use ruma::api::client::membership::joined_rooms;
use ruma::api::client::room::create_room::{self, v3::RoomPreset};
use ruma::serde::Raw;
use ruma::{OwnedRoomAliasId, RoomVersionId};
use serde_json::{Value, json, value::to_raw_value};
use std::collections::{HashMap, HashSet};

/// Mark in the first event → room id.
pub type Found = HashMap<String, String>;

/// A room that now exists.
pub struct Made {
    pub room_id: String,
    pub version: String,
}

impl<H: Homeserver> Keeper<H> {
    /// Reads the marks of rooms that the bot is in and the database does not know.
    pub(super) async fn find_made(&mut self) -> Result<(), super::KeepError> {
        if self.found.is_some() {
            return Ok(());
        }
        let known = self.known_rooms().await?;
        let all = ask(&self.app, joined_rooms::v3::Request::new).await?;
        let install = made_mark(&self.app.install.id, "");
        let mut found = Found::new();
        for room in all.joined_rooms.iter().filter(|room| !known.contains(room.as_str())) {
            let content = match state(&self.app, room.as_str(), "m.room.create", "").await {
                Ok(content) => content.unwrap_or_default(),
                Err(error @ CallError::Unreachable(_)) => return Err(error.into()),
                Err(_) => continue,
            };
            let mark = content.get(MADE).and_then(Value::as_str).unwrap_or_default();
            if mark.starts_with(&install)
                && creator(&self.app, room.as_str()).await?.as_deref()
                    == Some(self.app.program.bot.as_str())
            {
                found.insert(mark.to_owned(), room.to_string());
            }
        }
        self.found = Some(found);
        Ok(())
    }

    async fn known_rooms(&self) -> Result<HashSet<String>, sqlx::Error> {
        let mut reader = self.app.db.read().await?;
        let mut known: HashSet<String> =
            store::rooms(&mut reader).await?.into_iter().map(|row| row.room_id).collect();
        let former = store::upgrades::former(&mut reader).await?;
        known.extend(former.into_iter().map(|row| row.room_id));
        let chats = store::chats::all(&mut reader).await?;
        known.extend(chats.into_iter().map(|chat| chat.room_id));
        Ok(known)
    }
}

/// How a kept room is made.
#[derive(Debug, Clone)]
pub struct Making<'a> {
    /// What the mark names.
    pub mark_key: String,
    pub version: &'a str,
    /// The room that it replaces, as the first event names it.
    pub predecessor: Option<Value>,
    pub with_alias: bool,
}

/// The Space, once it is made, and what else the state of rooms depends on.
pub type Parts<'a> = (Option<&'a str>, &'a About);

/// A kept room: found again, or made.
pub async fn room<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    parts: Parts<'_>,
    making: &Making<'_>,
    found: Option<&Found>,
) -> Result<Made, CallError> {
    let key = wish.key.to_string();
    let mark = made_mark(&app.install.id, &making.mark_key);
    if let Some(room) = found.and_then(|found| found.get(&mark)) {
        return adopt(app, room).await;
    }
    let version = making.version;
    match create(app, version, || kept_request(app, wish, parts, making)).await {
        Err(CallError::Refused { errcode, message, .. }) if is_alias_trouble(&errcode) => {
            if let Some(room) = behind_alias(app, wish, &mark).await? {
                return adopt(app, &room).await;
            }
            tracing::warn!(
                room = key,
                errcode,
                message,
                "the alias is not ours; the room is made without it"
            );
            let bare = Making { with_alias: false, ..making.clone() };
            create(app, version, || kept_request(app, wish, parts, &bare)).await
        }
        result => result,
    }
}

async fn create<H: Homeserver>(
    app: &App<H>,
    version: &str,
    request: impl Fn() -> create_room::v3::Request + Send + Sync,
) -> Result<Made, CallError> {
    let answer = ask(app, request).await?;
    Ok(Made { room_id: answer.room_id.to_string(), version: version.to_owned() })
}

/// A direct chat with a person.
pub async fn direct<H: Homeserver>(app: &App<H>, user: &str) -> Result<Made, CallError> {
    let person = super::asks::user_id(user)?;
    let making = Making {
        mark_key: format!("direct:{user}"),
        version: &app.program.room_version,
        predecessor: None,
        with_alias: false,
    };
    create(app, making.version, || {
        let mut request = base_request(app, &making, false);
        request.is_direct = true;
        request.invite = vec![person.clone()];
        // The Space has the program's own name: two invitations that look alike would be a riddle.
        request.name = Some(format!("Chat with {}", app.program.name));
        request.power_level_content_override =
            raw(&rules::direct_powers(&app.program.bot, &app.program.room_version));
        request.initial_state = initial(&[StateEvent {
            kind: "m.room.guest_access",
            key: String::new(),
            content: json!({ "guest_access": "forbidden" }),
        }]);
        request
    })
    .await
}

fn base_request<H>(app: &App<H>, making: &Making<'_>, space: bool) -> create_room::v3::Request {
    let mut request = create_room::v3::Request::new();
    request.preset = Some(RoomPreset::PrivateChat);
    request.room_version = RoomVersionId::try_from(making.version).ok();
    let mut content = rules::create_content(&app.install.id, &making.mark_key, space);
    if let Some(predecessor) = &making.predecessor {
        content["predecessor"] = predecessor.clone();
    }
    request.creation_content = raw(&content);
    request
}

fn kept_request<H>(
    app: &App<H>,
    wish: &Wish,
    (space, about): Parts<'_>,
    making: &Making<'_>,
) -> create_room::v3::Request {
    let is_space = wish.key == rules::RoomKey::Space;
    let mut request = base_request(app, making, is_space);
    request.name = Some(wish.name.clone());
    request.topic = Some(wish.topic.clone());
    let alias = wish.key.alias(&app.program.alias_prefix);
    request.room_alias_name = alias.filter(|_| making.with_alias);
    let version = making.version;
    // A Space that replaces another names itself once it is known.
    let space = space.filter(|_| !is_space);
    let frame = Frame { program: &app.program, space, version, alias: false, about };
    let mut states = rules::own_states(wish, frame);
    if let Some(at) = states.iter().position(|state| state.kind == "m.room.power_levels") {
        request.power_level_content_override = raw(&states.swap_remove(at).content);
    }
    states.retain(|state| !matches!(state.kind, "m.room.name" | "m.room.topic"));
    request.initial_state = initial(&states);
    request
}

fn initial<T>(states: &[StateEvent]) -> Vec<Raw<T>> {
    let event = |state: &StateEvent| json!({ "type": state.kind, "state_key": state.key, "content": state.content });
    states.iter().filter_map(|state| raw(&event(state))).collect()
}

fn raw<T>(value: &Value) -> Option<Raw<T>> {
    to_raw_value(value).ok().map(Raw::from_json)
}

/// A room of ours whose making was not recorded.
pub(super) async fn adopt<H: Homeserver>(app: &App<H>, room: &str) -> Result<Made, CallError> {
    let content = state(app, room, "m.room.create", "").await?.unwrap_or_default();
    let version = content.get("room_version").and_then(Value::as_str).unwrap_or("1");
    tracing::info!(room, "a room made before is taken up again");
    Ok(Made { room_id: room.to_owned(), version: version.to_owned() })
}

fn is_alias_trouble(errcode: &str) -> bool {
    matches!(errcode, "M_ROOM_IN_USE" | "M_EXCLUSIVE" | "M_INVALID_ROOM_ALIAS")
}

/// The room behind the wished alias, when we made it.
async fn behind_alias<H: Homeserver>(
    app: &App<H>,
    wish: &Wish,
    mark: &str,
) -> Result<Option<String>, CallError> {
    let Some(room) = resolve(app, wish.alias.as_deref().unwrap_or_default()).await? else {
        return Ok(None);
    };
    let content = match state(app, &room, "m.room.create", "").await {
        Ok(content) => content.unwrap_or_default(),
        Err(CallError::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let ours = content.get(MADE).and_then(Value::as_str) == Some(mark)
        && creator(app, &room).await?.as_deref() == Some(app.program.bot.as_str());
    Ok(ours.then_some(room))
}

/// The room that an alias leads to.
pub async fn resolve<H: Homeserver>(
    app: &App<H>,
    alias: &str,
) -> Result<Option<String>, CallError> {
    let Ok(alias) = OwnedRoomAliasId::try_from(alias) else { return Ok(None) };
    match ask(app, || get_alias::v3::Request::new(alias.clone())).await {
        Ok(answer) => Ok(Some(answer.room_id.to_string())),
        Err(CallError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes an alias from whatever room it leads to; whether it leads nowhere now.
pub async fn unpoint<H: Homeserver>(app: &App<H>, alias: &str) -> Result<bool, CallError> {
    use ruma::api::client::alias::delete_alias;
    let Ok(alias) = OwnedRoomAliasId::try_from(alias) else { return Ok(false) };
    match ask(app, || delete_alias::v3::Request::new(alias.clone())).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(true),
        Err(CallError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Points an alias at a room; whether it now does.
pub async fn point<H: Homeserver>(
    app: &App<H>,
    alias: &str,
    room: &str,
) -> Result<bool, CallError> {
    use ruma::api::client::alias::create_alias;
    let Ok(alias) = OwnedRoomAliasId::try_from(alias) else { return Ok(false) };
    let id = room_id(room)?;
    match ask(app, || create_alias::v3::Request::new(alias.clone(), id.clone())).await {
        Ok(_) => Ok(true),
        Err(CallError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
