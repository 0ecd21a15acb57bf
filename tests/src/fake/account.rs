//! A user's own things: whoami, devices, profile, account data, capabilities.

use serde_json::{Value, json};

use super::answer::{Answer, Refused, forbidden, not_found, unrecognized};
use super::http::Call;
use super::world::{Caller, World};

pub fn route(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method.as_str(), rest) {
        ("GET", ["account", "whoami"]) => {
            let mut who = json!({"user_id": c.user, "is_guest": false});
            if let Some(device) = &c.device {
                who["device_id"] = json!(device);
            }
            Ok(who)
        }
        ("GET", ["capabilities"]) => Ok(capabilities(w)),
        (_, ["devices", device @ ..]) => devices(w, c, call, device),
        ("PUT", ["profile", user, field]) => set_profile(w, c, user, field, &call.body),
        ("DELETE", ["profile", user, field]) => set_profile(w, c, user, field, &Value::Null),
        (_, ["user", user, "account_data", kind]) => data(w, c, call, user, "", kind),
        (_, ["user", user, "rooms", room, "account_data", kind]) => {
            data(w, c, call, user, room, kind)
        }
        ("POST", ["user", _, "filter"]) => Ok(json!({"filter_id": "0"})),
        ("PUT", ["presence", _, "status"]) => Ok(json!({})),
        ("GET", ["pushrules", ..]) => Ok(json!({"global": {}})),
        ("POST", ["logout"]) => {
            w.tokens.remove(call.token.as_deref().unwrap_or_default());
            Ok(json!({}))
        }
        _ => return None,
    })
}

fn capabilities(w: &World) -> Value {
    json!({"capabilities": {
        "m.room_versions": {
            "default": w.quirks.room_version,
            "available": {"10": "stable", "11": "stable", "12": "stable"},
        },
        "m.change_password": {"enabled": true},
        "m.set_displayname": {"enabled": true},
        "m.set_avatar_url": {"enabled": true},
        "m.profile_fields": {"enabled": !w.quirks.conduit},
    }})
}

fn devices(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Answer {
    let conduit = w.quirks.conduit;
    let known = w.users.get_mut(&c.user).ok_or_else(|| not_found("No such user"))?;
    let show = |id: &str, name: &str| json!({"device_id": id, "display_name": name});
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> = known.devices.iter().map(|(id, name)| show(id, name)).collect();
            Ok(json!({"devices": all}))
        }
        ("GET", [id]) => {
            let name = known.devices.get(*id).ok_or_else(|| not_found("No device found"))?;
            Ok(show(id, name))
        }
        ("PUT", [id]) => {
            if (conduit || !c.appservice) && !known.devices.contains_key(*id) {
                return Err(not_found("No device found"));
            }
            let name = call.body["display_name"].as_str().unwrap_or_default().to_owned();
            known.devices.insert((*id).to_owned(), name);
            Ok(json!({}))
        }
        ("DELETE", [id]) => {
            known.devices.remove(*id);
            Ok(json!({}))
        }
        _ => Err(unrecognized(405)),
    }
}

pub fn profile(w: &World, user: &str, field: &[&str]) -> Answer {
    let known = w.users.get(user).ok_or_else(|| not_found("Profile was not found"))?;
    match field {
        [] => Ok(json!(known.profile)),
        [name] => match known.profile.get(*name) {
            Some(value) => Ok(json!({*name: value})),
            None if matches!(*name, "displayname" | "avatar_url") => Ok(json!({})),
            None => Err(not_found("Profile field was not found")),
        },
        _ => Err(unrecognized(404)),
    }
}

fn set_profile(w: &mut World, c: &Caller, user: &str, field: &str, body: &Value) -> Answer {
    if user != c.user {
        return Err(Refused::new(403, "M_FORBIDDEN", "Cannot set another user's profile"));
    }
    let shown = matches!(field, "displayname" | "avatar_url");
    if w.quirks.conduit && !shown {
        return Err(unrecognized(404));
    }
    let known = w.users.get_mut(user).ok_or_else(|| not_found("No such user"))?;
    let value = body[field].clone();
    let old = if value.is_null() {
        known.profile.remove(field)
    } else {
        known.profile.insert(field.to_owned(), value.clone())
    };
    if !shown || old.as_ref() == Some(&value) {
        return Ok(json!({}));
    }
    let rooms: Vec<String> =
        w.rooms.values().filter(|room| room.joined(user)).map(|room| room.id.clone()).collect();
    for room in rooms {
        let content = w.member_content(user, "join");
        let _ = w.set_membership(&room, user, user, content);
    }
    Ok(json!({}))
}

fn data(w: &mut World, c: &Caller, call: &Call, user: &str, room: &str, kind: &str) -> Answer {
    if user != c.user {
        return Err(forbidden("Cannot access account data of other users."));
    }
    let known = w.users.entry(user.to_owned()).or_default();
    let key = (room.to_owned(), kind.to_owned());
    match call.method.as_str() {
        "PUT" => {
            known.account_data.insert(key, call.body.clone());
            Ok(json!({}))
        }
        "GET" => {
            let found = known.account_data.get(&key).cloned();
            found.ok_or_else(|| not_found("Account data not found"))
        }
        _ => Err(unrecognized(405)),
    }
}
