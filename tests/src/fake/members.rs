//! Joining, inviting, leaving, and what stands between.

use serde_json::{Value, json};

use super::answer::{Answer, Refused, forbidden, not_found};
use super::http::Call;
use super::world::{Caller, World};

pub fn route(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    let target = call.body["user_id"].as_str().unwrap_or_default();
    Some(match (call.method.as_str(), rest) {
        ("POST", ["join", room]) => w.resolve(room).and_then(|room| w.join(&room, &c.user)),
        ("POST", ["rooms", room, "join"]) => w.join(room, &c.user),
        ("POST", ["rooms", room, "leave"]) => leave(w, c, room, &call.body),
        ("POST", ["rooms", room, "forget"]) => forget(w, c, room),
        ("POST", ["rooms", room, verb @ ("invite" | "kick" | "ban" | "unban")]) => {
            if target.is_empty() {
                return Some(Err(Refused::new(400, "M_MISSING_PARAM", "Missing params: user_id")));
            }
            act(w, &c.user, room, verb, target, &call.body)
        }
        ("GET", ["joined_rooms"]) => {
            let rooms = w.rooms.values().filter(|room| room.joined(&c.user));
            Ok(json!({"joined_rooms": rooms.map(|room| &room.id).collect::<Vec<_>>()}))
        }
        _ => return None,
    })
}

/// Invite, kick, ban or unban.
pub fn act(w: &mut World, by: &str, room: &str, verb: &str, target: &str, body: &Value) -> Answer {
    let before = w.room(room).map(|room| room.membership(target).to_owned());
    let before = before.map_err(|_| forbidden(format!("{by} not in room {room}.")))?;
    let mut content = match verb {
        "invite" => w.member_content(target, "invite"),
        "ban" => json!({"membership": "ban"}),
        _ => json!({"membership": "leave"}),
    };
    if verb == "kick" && !matches!(before.as_str(), "join" | "invite" | "knock") {
        return Err(forbidden(format!("The target user is not in the room ({target})")));
    }
    if verb == "unban" && before != "ban" {
        return Err(forbidden("Cannot unban user who was not banned"));
    }
    if verb == "invite" && w.is_local(target) && !w.users.contains_key(target) {
        return Err(not_found("No such user"));
    }
    if verb == "invite" {
        w.lets_in(target)?;
    }
    if let Some(reason) = body["reason"].as_str() {
        content["reason"] = json!(reason);
    }
    w.set_membership(room, by, target, content)?;
    Ok(json!({}))
}

fn leave(w: &mut World, c: &Caller, room: &str, body: &Value) -> Answer {
    let before = w.room(room)?.membership(&c.user).to_owned();
    if before == "leave" {
        return Ok(json!({}));
    }
    let mut content = json!({"membership": "leave"});
    if let Some(reason) = body["reason"].as_str() {
        content["reason"] = json!(reason);
    }
    w.set_membership(room, &c.user, &c.user, content)?;
    Ok(json!({}))
}

fn forget(w: &mut World, c: &Caller, room: &str) -> Answer {
    if matches!(w.room(room)?.membership(&c.user), "join" | "invite") {
        let text = format!("User {} is in room {room}", c.user);
        return Err(Refused::new(400, "M_UNKNOWN", text));
    }
    if let Some(room) = w.rooms.get_mut(room) {
        room.forgotten.insert(c.user.clone());
    }
    Ok(json!({}))
}

impl World {
    /// Whether an invitation reaches a person.
    pub fn lets_in(&self, user: &str) -> Result<(), Refused> {
        let server = user.split_once(':').map_or("", |(_, server)| server);
        if self.quirks.silent.contains(server) {
            return Err(Refused::new(
                502,
                "M_UNKNOWN",
                format!("Can't connect to server {server}"),
            ));
        }
        if self.quirks.blocking.contains(user) {
            let text = "You are not permitted to invite this user.";
            return Err(Refused::new(403, "M_INVITE_BLOCKED", text));
        }
        Ok(())
    }

    pub fn join(&mut self, room: &str, user: &str) -> Answer {
        let known = self.rooms.get(room);
        let known = known.ok_or_else(|| not_found("Can't join remote room"))?;
        if known.joined(user) {
            return Ok(json!({"room_id": room}));
        }
        let mut content = self.member_content(user, "join");
        if known.membership(user) != "invite"
            && let Some(voucher) = self.voucher(room, user)?
        {
            content["join_authorised_via_users_server"] = json!(voucher);
        }
        self.set_membership(room, user, user, content)?;
        if let Some(room) = self.rooms.get_mut(room) {
            room.forgotten.remove(user);
        }
        Ok(json!({"room_id": room}))
    }

    /// For a restricted room: a local member who may invite, if the user is in a room that the rule
    /// names.
    fn voucher(&self, room: &str, user: &str) -> Result<Option<String>, Refused> {
        let room = self.room(room)?;
        let rules = room.content("m.room.join_rules", "");
        if !matches!(rules["join_rule"].as_str(), Some("restricted" | "knock_restricted")) {
            return Ok(None);
        }
        let allowed = rules["allow"].as_array().into_iter().flatten().any(|rule| {
            rule["type"] == "m.room_membership"
                && rule["room_id"]
                    .as_str()
                    .is_some_and(|id| self.rooms.get(id).is_some_and(|other| other.joined(user)))
        });
        if !allowed {
            let text = "You do not belong to any of the required rooms/spaces to join this room.";
            return Err(forbidden(text));
        }
        let level = room.level("invite", 0);
        let voucher = room
            .members("join")
            .filter_map(|event| event.state_key.as_deref())
            .find(|member| self.is_local(member) && room.power(member) >= level);
        let text = "No local member can vouch";
        let voucher = voucher.ok_or_else(|| Refused::new(400, "M_UNABLE_TO_GRANT_JOIN", text))?;
        Ok(Some(voucher.to_owned()))
    }
}
