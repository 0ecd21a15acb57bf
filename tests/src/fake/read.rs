//! Reading rooms: pages of history, single events, state, members, relations.

use serde_json::{Value, json};

use super::answer::{Answer, Refused, forbidden, not_found};
use super::http::Call;
use super::room::{Event, Room};
use super::world::{Caller, World};

pub fn route(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    if call.method != "GET" {
        return None;
    }
    let me = c.user.as_str();
    Some(match rest {
        ["rooms", room, "messages"] => messages(w, me, room, call),
        ["rooms", room, "event", id] => event(w, me, room, id),
        ["rooms", room, "joined_members"] => joined_members(w, me, room),
        ["rooms", room, "members"] => members(w, me, room, call),
        ["rooms", room, "state"] => {
            let now = w.now();
            w.inside(room, me).map(|room| {
                json!(
                    room.state.values().map(|at| room.timeline[*at].json(now)).collect::<Vec<_>>()
                )
            })
        }
        ["rooms", room, "state", kind, key @ ..] => {
            let key = key.first().copied().unwrap_or_default();
            state(w, me, room, kind, key, call)
        }
        ["rooms", room, "relations", id, filter @ ..] => relations(w, me, room, id, filter),
        _ => return None,
    })
}

/// How much of the timeline the user may read: all if joined, up to their leave if they left.
fn readable(room: &Room, user: &str) -> Result<usize, Refused> {
    let denied = || forbidden(format!("User {user} not in room {}", room.id));
    if room.forgotten.contains(user) {
        return Err(denied());
    }
    match room.membership(user) {
        "join" => Ok(room.timeline.len()),
        "leave" | "ban" => {
            let member = room.get("m.room.member", user).ok_or_else(denied)?;
            let was_in =
                member.replaces.as_ref().is_some_and(|(_, old)| old["membership"] == "join");
            if was_in { Ok(room.index[&member.id] + 1) } else { Err(denied()) }
        }
        _ => Err(denied()),
    }
}

fn place(token: Option<&String>) -> Result<Option<usize>, Refused> {
    let Some(token) = token else { return Ok(None) };
    let at = token.strip_prefix('t').and_then(|rest| rest.split('_').next()?.parse().ok());
    let bad = || Refused::new(400, "M_INVALID_PARAM", "'from' parameter is invalid");
    at.map(Some).ok_or_else(bad)
}

fn messages(w: &mut World, me: &str, room: &str, call: &Call) -> Answer {
    let room_id = w.room(room).map_err(|_| forbidden(format!("User {me} not in room {room}")))?;
    let len = readable(room_id, me)?;
    let (from, to) = (place(call.query.get("from"))?, place(call.query.get("to"))?);
    let limit: usize = call.query.get("limit").and_then(|text| text.parse().ok()).unwrap_or(10);
    let limit = limit.min(1000);
    let backward = call.query.get("dir").is_none_or(|dir| dir != "f");
    w.pages += 1;
    let every = w.quirks.empty_page_every;
    let limit = if every > 0 && w.pages.is_multiple_of(every) { 0 } else { limit };
    let room = w.room(room)?;
    let start = from.unwrap_or(if backward { len } else { 0 }).min(len);
    let (end, more, events) = if backward {
        let stop = start.saturating_sub(limit).max(to.unwrap_or(0));
        (stop, stop > 0, room.timeline[stop..start].iter().rev().collect::<Vec<_>>())
    } else {
        let stop = (start + limit).min(len).min(to.unwrap_or(len));
        (stop, stop < len, room.timeline[start..stop].iter().collect())
    };
    let filter = call.query.get("filter").and_then(|text| serde_json::from_str(text).ok());
    let filter: Value = filter.unwrap_or(Value::Null);
    let now = w.now();
    let chunk: Vec<Value> =
        events.into_iter().filter(|e| passes(&filter, e)).map(|e| e.json(now)).collect();
    let mut answer = json!({"chunk": chunk, "start": format!("t{start}_0"), "state": []});
    if more {
        answer["end"] = json!(format!("t{end}_0"));
    }
    Ok(answer)
}

fn passes(filter: &Value, event: &Event) -> bool {
    let within = |name: &str, value: &str| {
        filter[name].as_array().map(|list| {
            list.iter().filter_map(Value::as_str).any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => value.starts_with(start),
                None => value == pattern,
            })
        })
    };
    within("types", &event.kind).unwrap_or(true)
        && !within("not_types", &event.kind).unwrap_or(false)
        && within("senders", &event.sender).unwrap_or(true)
        && !within("not_senders", &event.sender).unwrap_or(false)
}

fn event(w: &World, me: &str, room: &str, id: &str) -> Answer {
    let missing = || not_found("Event not found.");
    let room = w.rooms.get(room).ok_or_else(missing)?;
    let len = readable(room, me).map_err(|_| missing())?;
    let event = room.event(id).filter(|_| room.index[id] < len).ok_or_else(missing)?;
    Ok(event.json(w.now()))
}

fn joined_members(w: &World, me: &str, room: &str) -> Answer {
    let room = w.inside(room, me)?;
    let mut joined = serde_json::Map::new();
    for event in room.members("join") {
        let user = event.state_key.clone().unwrap_or_default();
        let content = &event.content;
        let shown =
            json!({"display_name": content["displayname"], "avatar_url": content["avatar_url"]});
        joined.insert(user, shown);
    }
    Ok(json!({"joined": joined}))
}

fn members(w: &World, me: &str, room: &str, call: &Call) -> Answer {
    let room = w.inside(room, me)?;
    let (only, not) = (call.query.get("membership"), call.query.get("not_membership"));
    let now = w.now();
    let chunk: Vec<Value> = room
        .state
        .iter()
        .filter(|((kind, _), _)| kind == "m.room.member")
        .map(|(_, at)| &room.timeline[*at])
        .filter(|event| only.is_none_or(|m| m == event.membership()))
        .filter(|event| not.is_none_or(|m| m != event.membership()))
        .map(|event| event.json(now))
        .collect();
    Ok(json!({"chunk": chunk}))
}

fn state(w: &World, me: &str, room: &str, kind: &str, key: &str, call: &Call) -> Answer {
    let room = w.inside(room, me)?;
    let event = room.get(kind, key).ok_or_else(|| not_found("Event not found."))?;
    let whole = call.query.get("format").is_some_and(|format| format == "event");
    Ok(if whole { event.json(w.now()) } else { event.content.clone() })
}

fn relations(w: &World, me: &str, room: &str, id: &str, filter: &[&str]) -> Answer {
    let room = w.inside(room, me)?;
    room.event(id).ok_or_else(|| not_found("Event not found."))?;
    let now = w.now();
    let fits = |event: &Event| {
        let Some((how, target)) = event.relation() else { return false };
        target == id
            && filter.first().is_none_or(|wanted| *wanted == how)
            && filter.get(1).is_none_or(|kind| *kind == event.kind)
    };
    let found = room.timeline.iter().rev().filter(|event| fits(event));
    Ok(json!({"chunk": found.map(|event| event.json(now)).collect::<Vec<_>>()}))
}
