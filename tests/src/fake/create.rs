//! `POST /createRoom`: presets, versions, power, in the order of Synapse.

use serde_json::{Value, json};

use super::answer::{Answer, Refused, bad_json};
use super::directory::may_use;
use super::room::Room;
use super::world::{Caller, World};

pub fn create(w: &mut World, c: &Caller, body: &Value) -> Answer {
    let version = body.get("room_version").map_or(json!(w.quirks.room_version), Clone::clone);
    let version: u8 = match version.as_str() {
        Some(text @ ("10" | "11" | "12")) => text.parse().unwrap_or(12),
        Some(_) => {
            let text = "Your homeserver does not support this room version";
            return Err(Refused::new(400, "M_UNSUPPORTED_ROOM_VERSION", text));
        }
        None => return Err(bad_json("room_version must be a string")),
    };
    let alias = alias(w, c, body)?;
    let users = &body["power_level_content_override"]["users"];
    if version < 12 && users.is_object() && users.get(&c.user).is_none() {
        let text =
            format!("Not a valid power_level_content_override: 'users' did not contain {}", c.user);
        return Err(Refused::new(400, "M_UNKNOWN", text));
    }
    let id = if version >= 12 {
        format!("!{}", w.id(43))
    } else {
        format!("!{}:{}", w.id(18), w.server)
    };
    w.rooms.insert(id.clone(), Room::new(id.clone(), version));
    if let Some(alias) = &alias {
        w.aliases.insert(alias.clone(), (id.clone(), c.user.clone()));
    }
    fill(w, c, body, &id, version, alias.as_deref())?;
    let room = w.rooms.get_mut(&id);
    if let Some(room) = room.filter(|_| body["visibility"] == "public") {
        room.published = w.quirks.publish;
    }
    let mut answer = json!({"room_id": id});
    if let Some(alias) = alias {
        answer["room_alias"] = json!(alias);
    }
    Ok(answer)
}

fn alias(w: &World, c: &Caller, body: &Value) -> Result<Option<String>, Refused> {
    let Some(name) = body["room_alias_name"].as_str() else { return Ok(None) };
    if name.contains(|letter: char| letter.is_whitespace() || letter == ':') {
        return Err(Refused::new(400, "M_UNKNOWN", "Invalid characters in room alias"));
    }
    let alias = format!("#{name}:{}", w.server);
    if w.aliases.contains_key(&alias) {
        return Err(Refused::new(400, "M_ROOM_IN_USE", "Room alias already taken"));
    }
    may_use(w, c, &alias)?;
    Ok(Some(alias))
}

struct Preset<'a> {
    name: &'a str,
    invited: Vec<&'a str>,
}

fn preset(body: &Value) -> Preset<'_> {
    let default = if body["visibility"] == "public" { "public_chat" } else { "private_chat" };
    let invited = body["invite"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Preset { name: body["preset"].as_str().unwrap_or(default), invited: invited.collect() }
}

fn fill(
    w: &mut World,
    c: &Caller,
    body: &Value,
    id: &str,
    version: u8,
    alias: Option<&str>,
) -> Result<(), Refused> {
    let preset = preset(body);
    let me = c.user.as_str();
    let mut creation = body.get("creation_content").cloned().unwrap_or_else(|| json!({}));
    creation["room_version"] = json!(version.to_string());
    let trusted = preset.name == "trusted_private_chat";
    if version >= 12 && trusted && !preset.invited.is_empty() {
        let mut all = preset.invited.clone();
        all.extend(
            creation["additional_creators"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
        all.sort_unstable();
        all.dedup();
        creation["additional_creators"] = json!(all);
    }
    w.set_state(id, me, "m.room.create", "", creation)?;
    let content = w.member_content(me, "join");
    w.set_membership(id, me, me, content)?;
    let initial: Vec<&Value> = body["initial_state"].as_array().into_iter().flatten().collect();
    let given = |kind: &str| {
        initial
            .iter()
            .find(|e| e["type"] == kind && e["state_key"].as_str().unwrap_or("").is_empty())
    };
    let power = match given("m.room.power_levels") {
        Some(event) => event["content"].clone(),
        None => power(me, version, &preset, &body["power_level_content_override"]),
    };
    w.set_state(id, me, "m.room.power_levels", "", power)?;
    if let Some(alias) = alias.filter(|_| given("m.room.canonical_alias").is_none()) {
        w.set_state(id, me, "m.room.canonical_alias", "", json!({"alias": alias}))?;
    }
    let rule = if preset.name == "public_chat" { "public" } else { "invite" };
    let mut state = vec![
        ("m.room.join_rules", json!({"join_rule": rule})),
        ("m.room.history_visibility", json!({"history_visibility": "shared"})),
    ];
    if preset.name != "public_chat" {
        state.push(("m.room.guest_access", json!({"guest_access": "can_join"})));
    }
    state.retain(|(kind, _)| given(kind).is_none());
    for (kind, content) in state {
        w.set_state(id, me, kind, "", content)?;
    }
    for event in initial.iter().filter(|event| event["type"] != "m.room.power_levels") {
        let key = event["state_key"].as_str().unwrap_or("");
        let kind = event["type"].as_str().unwrap_or("");
        w.set_state(id, me, kind, key, event["content"].clone())?;
    }
    finish(w, me, body, id, &preset.invited)
}

fn finish(
    w: &mut World,
    me: &str,
    body: &Value,
    id: &str,
    invited: &[&str],
) -> Result<(), Refused> {
    if w.quirks.force_encryption {
        let content = json!({"algorithm": "m.megolm.v1.aes-sha2"});
        w.set_state(id, me, "m.room.encryption", "", content)?;
    }
    for (field, kind) in [("name", "m.room.name"), ("topic", "m.room.topic")] {
        if let Some(text) = body[field].as_str() {
            w.set_state(id, me, kind, "", json!({field: text}))?;
        }
    }
    for user in invited {
        w.lets_in(user)?;
        let mut content = w.member_content(user, "invite");
        if body["is_direct"] == true {
            content["is_direct"] = json!(true);
        }
        w.set_membership(id, me, user, content)?;
    }
    Ok(())
}

/// The default levels; an override replaces whole top-level keys, as Synapse's one-level merge does.
fn power(me: &str, version: u8, preset: &Preset<'_>, given: &Value) -> Value {
    let mut levels = json!({
        "users": {}, "users_default": 0,
        "events": {
            "m.room.name": 50, "m.room.power_levels": 100, "m.room.history_visibility": 100,
            "m.room.canonical_alias": 50, "m.room.avatar": 50,
            "m.room.tombstone": if version >= 12 { 150 } else { 100 },
            "m.room.server_acl": 100, "m.room.encryption": 100,
        },
        "events_default": 0, "state_default": 50, "ban": 50, "kick": 50, "redact": 50,
        "invite": 50, "historical": 100,
    });
    if version < 12 {
        levels["users"][me] = json!(100);
        if preset.name == "trusted_private_chat" {
            for user in &preset.invited {
                levels["users"][*user] = json!(100);
            }
        }
    }
    if preset.name != "public_chat" {
        levels["invite"] = json!(0);
    }
    for (key, value) in given.as_object().into_iter().flatten() {
        levels[key] = value.clone();
    }
    levels
}
