//! The authorization rules of room versions 11 and 12, in the order and the words of Synapse.

use serde_json::Value;

use super::answer::{Refused, bad_json, forbidden};
use super::room::{Event, Room};

const NAMED: [&str; 7] =
    ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"];

impl Room {
    /// The creators, whose power has no end from version 12 on.
    pub fn creators(&self) -> Vec<&str> {
        let Some(create) = self.get("m.room.create", "") else { return Vec::new() };
        let more = create.content["additional_creators"].as_array();
        let more = more.into_iter().flatten().filter_map(Value::as_str);
        std::iter::once(create.sender.as_str()).chain(more).collect()
    }

    pub fn power(&self, user: &str) -> i64 {
        if self.version >= 12 && self.creators().contains(&user) {
            return i64::MAX;
        }
        let Some(levels) = self.get("m.room.power_levels", "") else {
            return if self.creators().contains(&user) { 100 } else { 0 };
        };
        let levels = &levels.content;
        levels["users"][user].as_i64().or(levels["users_default"].as_i64()).unwrap_or(0)
    }

    pub fn level(&self, name: &str, default: i64) -> i64 {
        self.content("m.room.power_levels", "")[name].as_i64().unwrap_or(default)
    }

    pub fn level_to_send(&self, kind: &str, state: bool) -> i64 {
        let Some(levels) = self.get("m.room.power_levels", "") else { return 0 };
        levels.content["events"][kind].as_i64().unwrap_or_else(|| {
            if state { self.level("state_default", 50) } else { self.level("events_default", 0) }
        })
    }
}

/// Whether the event may enter the room as it is now.
pub fn check(room: &Room, event: &Event) -> Result<(), Refused> {
    if event.kind == "m.room.create" {
        return if room.timeline.is_empty() { Ok(()) } else { Err(forbidden("Room exists")) };
    }
    if event.kind == "m.room.member" && event.state_key.is_some() {
        return membership(room, event);
    }
    if !room.joined(&event.sender) {
        let text = format!("User {} not in room {}", event.sender, room.id);
        return Err(forbidden(text));
    }
    let needed = room.level_to_send(&event.kind, event.state_key.is_some());
    let power = room.power(&event.sender);
    if power < needed {
        let text = format!(
            "You don't have permission to post that to the room. user_level ({power}) < send_level ({needed})"
        );
        return Err(forbidden(text));
    }
    if let Some(key) = &event.state_key
        && key.starts_with('@')
        && key != &event.sender
    {
        return Err(forbidden("You are not allowed to set others state"));
    }
    match event.kind.as_str() {
        "m.room.power_levels" => power_levels(room, event),
        "m.room.redaction" => redaction(room, event),
        _ => Ok(()),
    }
}

fn membership(room: &Room, event: &Event) -> Result<(), Refused> {
    let target = event.state_key.as_deref().unwrap_or_default();
    let sender = event.sender.as_str();
    let (before, own) = (room.membership(target), room.membership(sender));
    let after = event.membership();
    let (power, theirs) = (room.power(sender), room.power(target));
    if after != "join" && after != "knock" {
        let leaving = after == "leave" && target == sender && matches!(own, "invite" | "knock");
        if leaving {
            return Ok(());
        }
        if own != "join" {
            return Err(forbidden(format!("{sender} not in room {}.", room.id)));
        }
    }
    let kicking = target != sender;
    match after {
        "join" => join(room, event),
        "invite" if before == "ban" => Err(forbidden(format!("{target} is banned from the room"))),
        "invite" if before == "join" => Err(forbidden(format!("{target} is already in the room."))),
        "invite" if power < room.level("invite", 0) => {
            Err(forbidden("You don't have permission to invite users"))
        }
        "leave" if before == "ban" && power < room.level("ban", 50) => {
            Err(forbidden(format!("You cannot unban user {target}.")))
        }
        "leave" if kicking && (power < room.level("kick", 50) || power <= theirs) => {
            Err(forbidden(format!("You cannot kick user {target}.")))
        }
        "ban" if power < room.level("ban", 50) || power <= theirs => {
            Err(forbidden("You don't have permission to ban"))
        }
        "invite" | "leave" | "ban" => Ok(()),
        _ => Err(bad_json(format!("Unknown membership {after}"))),
    }
}

fn join(room: &Room, event: &Event) -> Result<(), Refused> {
    if room.timeline.len() == 1 && room.creators().first() == Some(&event.sender.as_str()) {
        return Ok(());
    }
    if event.state_key.as_deref() != Some(event.sender.as_str()) {
        return Err(forbidden("Cannot force another user to join."));
    }
    let before = room.membership(&event.sender);
    if before == "ban" {
        return Err(forbidden("You are banned from this room"));
    }
    let rule = room.content("m.room.join_rules", "")["join_rule"].as_str().unwrap_or("invite");
    let invited = matches!(before, "join" | "invite");
    let vouched = event.content["join_authorised_via_users_server"].is_string();
    match rule {
        "public" => Ok(()),
        _ if invited => Ok(()),
        "restricted" | "knock_restricted" if vouched => Ok(()),
        _ => Err(forbidden("You are not invited to this room.")),
    }
}

fn redaction(room: &Room, event: &Event) -> Result<(), Refused> {
    let target = event.redacts.as_deref().and_then(|id| room.event(id));
    let Some(target) = target else {
        return Err(Refused::new(404, "M_NOT_FOUND", "Could not find event"));
    };
    if target.sender == event.sender || room.power(&event.sender) >= room.level("redact", 50) {
        return Ok(());
    }
    Err(forbidden("You don't have permission to redact events"))
}

fn power_levels(room: &Room, event: &Event) -> Result<(), Refused> {
    let new = &event.content;
    integers(new)?;
    if room.version >= 12
        && let Some(creator) =
            room.creators().iter().find(|creator| new["users"].get(**creator).is_some())
    {
        let text = format!("Creator user {creator} must not appear in content.users");
        return Err(bad_json(text));
    }
    let Some(old) = room.get("m.room.power_levels", "") else { return Ok(()) };
    let (old, power) = (&old.content, room.power(&event.sender));
    for name in NAMED {
        change(old[name].as_i64(), new[name].as_i64(), power, false)?;
    }
    for map in ["users", "events", "notifications"] {
        let keys = |levels: &Value| -> Vec<String> {
            levels[map].as_object().map(|m| m.keys().cloned().collect()).unwrap_or_default()
        };
        for key in keys(old).into_iter().chain(keys(new)) {
            let guarded = map == "users" && key != event.sender;
            change(old[map][&key].as_i64(), new[map][&key].as_i64(), power, guarded)?;
        }
    }
    Ok(())
}

fn change(old: Option<i64>, new: Option<i64>, power: i64, guarded: bool) -> Result<(), Refused> {
    if old == new {
        return Ok(());
    }
    if guarded && old == Some(power) {
        return Err(forbidden("You don't have permission to remove ops level equal to your own"));
    }
    if old.is_some_and(|level| level > power) || new.is_some_and(|level| level > power) {
        return Err(forbidden("You don't have permission to add ops level greater than your own"));
    }
    Ok(())
}

fn integers(levels: &Value) -> Result<(), Refused> {
    for name in NAMED {
        if levels.get(name).is_some_and(|level| !level.is_i64()) {
            return Err(bad_json(format!("{} must be an integer.", levels[name])));
        }
    }
    for map in ["users", "events", "notifications"] {
        let Some(map) = levels.get(map) else { continue };
        let fine = map.as_object().is_some_and(|map| map.values().all(Value::is_i64));
        if !fine {
            let text = format!("{map} must be a dict wherein all the values are integers.");
            return Err(bad_json(text));
        }
    }
    Ok(())
}
