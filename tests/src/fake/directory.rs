//! Room aliases and the public room list.

use serde_json::{Value, json};

use super::answer::{Answer, Refused, forbidden, not_found};
use super::http::Call;
use super::world::{Caller, World};

pub fn route(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method.as_str(), rest) {
        ("PUT", ["directory", "room", alias]) => {
            let room = call.body["room_id"].as_str().unwrap_or_default().to_owned();
            put(w, c, alias, &room).map(|()| json!({}))
        }
        ("DELETE", ["directory", "room", alias]) => delete(w, c, alias),
        ("GET", ["directory", "list", "room", room]) => w
            .room(room)
            .map(|room| json!({"visibility": if room.published { "public" } else { "private" }})),
        ("PUT", ["directory", "list", "room", room]) => {
            publish(w, room, call.body["visibility"] != "private")
        }
        ("GET", ["rooms", room, "aliases"]) => w.inside(room, &c.user).map(|_| {
            let all = w.aliases.iter().filter(|(_, (id, _))| id == room);
            json!({"aliases": all.map(|(alias, _)| alias).collect::<Vec<_>>()})
        }),
        ("GET" | "POST", ["publicRooms"]) => {
            let rooms = w.rooms.values().filter(|room| room.published);
            let chunk: Vec<Value> = rooms.map(|room| json!({"room_id": room.id})).collect();
            Ok(json!({"chunk": chunk}))
        }
        _ => return None,
    })
}

pub fn lookup(w: &World, alias: &str) -> Answer {
    let room = w.resolve(alias)?;
    let mut servers: Vec<&str> = vec![&w.server];
    if let Some(room) = w.rooms.get(&room) {
        let members = room.members("join").filter_map(|event| event.state_key.as_deref());
        servers.extend(members.filter_map(|user| user.split_once(':')).map(|(_, server)| server));
    }
    servers.dedup();
    Ok(json!({"room_id": room, "servers": servers}))
}

/// Namespace rules of an alias that somebody wants to create or delete.
pub fn may_use(w: &World, c: &Caller, alias: &str) -> Result<(), Refused> {
    let ours = w.registration.owns_alias(alias);
    if c.appservice && !ours {
        let text = "This application service has not reserved this kind of alias.";
        return Err(Refused::new(400, "M_EXCLUSIVE", text));
    }
    if !c.appservice && ours {
        let text = "This alias is reserved by an application service.";
        return Err(Refused::new(400, "M_EXCLUSIVE", text));
    }
    Ok(())
}

fn put(w: &mut World, c: &Caller, alias: &str, room: &str) -> Result<(), Refused> {
    if !alias.starts_with('#') || !w.is_local(alias) {
        return Err(Refused::new(400, "M_INVALID_PARAM", "Room alias invalid"));
    }
    if !w.rooms.contains_key(room) {
        return Err(Refused::new(400, "M_UNKNOWN", "Room does not exist"));
    }
    may_use(w, c, alias)?;
    if !c.appservice && !w.rooms[room].joined(&c.user) {
        return Err(forbidden("You must be in the room to create an alias for it"));
    }
    if w.aliases.contains_key(alias) {
        let text = format!("Room alias {alias} already exists");
        return Err(Refused::new(409, "M_UNKNOWN", text));
    }
    w.aliases.insert(alias.to_owned(), (room.to_owned(), c.user.clone()));
    Ok(())
}

fn delete(w: &mut World, c: &Caller, alias: &str) -> Answer {
    let (room, creator) =
        w.aliases.get(alias).cloned().ok_or_else(|| not_found("Unknown room alias"))?;
    may_use(w, c, alias)?;
    let room = w.room(&room)?;
    let powerful = room.power(&c.user) >= room.level_to_send("m.room.canonical_alias", true);
    if !c.appservice && creator != c.user && !powerful {
        return Err(forbidden("You don't have permission to delete the alias."));
    }
    w.aliases.remove(alias);
    Ok(json!({}))
}

fn publish(w: &mut World, room: &str, public: bool) -> Answer {
    if public && !w.quirks.publish {
        return Err(forbidden("Not allowed to publish room"));
    }
    let room = w.rooms.get_mut(room).ok_or_else(|| not_found("Unknown room"))?;
    room.published = public;
    Ok(json!({}))
}
