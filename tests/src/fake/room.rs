//! A room: its timeline in order, its current state, and how an event looks to others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub room: String,
    pub sender: String,
    pub kind: String,
    pub state_key: Option<String>,
    pub content: Value,
    pub ts: i64,
    pub redacts: Option<String>,
    pub redacted_by: Option<String>,
    /// The state that this one replaced: event id and content.
    pub replaces: Option<(String, Value)>,
    /// Pushed to appservices, shown to nobody.
    pub soft_failed: bool,
    /// The transaction id with which the appservice sent it.
    pub txn: Option<String>,
}

impl Event {
    pub fn body(&self) -> &str {
        self.content["body"].as_str().unwrap_or_default()
    }

    pub fn membership(&self) -> &str {
        self.content["membership"].as_str().unwrap_or_default()
    }

    /// The event that this one relates to, and how (`m.thread`, `m.replace`, `m.annotation` …).
    pub fn relation(&self) -> Option<(&str, &str)> {
        let relates = &self.content["m.relates_to"];
        let target = relates["event_id"].as_str();
        let target = target.or(relates["m.in_reply_to"]["event_id"].as_str())?;
        Some((relates["rel_type"].as_str().unwrap_or("m.in_reply_to"), target))
    }

    /// The client format as Synapse writes it into transactions and `/messages`.
    pub fn json(&self, now: i64) -> Value {
        let mut unsigned = Map::new();
        unsigned.insert("age".into(), json!(now - self.ts));
        if let Some((id, content)) = &self.replaces {
            unsigned.insert("replaces_state".into(), json!(id));
            unsigned.insert("prev_content".into(), content.clone());
        }
        if let Some(id) = &self.redacted_by {
            unsigned.insert("redacted_by".into(), json!(id));
            unsigned.insert(
                "redacted_because".into(),
                json!({"type": "m.room.redaction", "event_id": id, "room_id": self.room}),
            );
        }
        if self.soft_failed {
            unsigned.insert("io.element.synapse.soft_failed".into(), json!(true));
        }
        let mut out = json!({
            "type": self.kind, "room_id": self.room, "sender": self.sender,
            "content": self.content, "event_id": self.id, "origin_server_ts": self.ts,
            "unsigned": unsigned, "user_id": self.sender, "age": now - self.ts,
        });
        if let Some(key) = &self.state_key {
            out["state_key"] = json!(key);
        }
        if let Some(redacts) = &self.redacts {
            out["redacts"] = json!(redacts);
        }
        out
    }

    /// Redaction of room version 11: what the room needs stays, all else goes.
    fn prune(&mut self, by: &str) {
        self.content = kept(&self.kind, &self.content);
        self.redacted_by = Some(by.to_owned());
    }
}

/// What a redaction of room version 11 leaves of a content.
/// [Spec](https://spec.matrix.org/latest/rooms/v11/#redactions)
pub fn kept(kind: &str, content: &Value) -> Value {
    let keep: &[&str] = match kind {
        "m.room.create" => return content.clone(),
        "m.room.member" => &["membership", "join_authorised_via_users_server"],
        "m.room.join_rules" => &["join_rule", "allow"],
        "m.room.history_visibility" => &["history_visibility"],
        "m.room.redaction" => &["redacts"],
        "m.room.power_levels" => &[
            "ban",
            "events",
            "events_default",
            "invite",
            "kick",
            "redact",
            "state_default",
            "users",
            "users_default",
        ],
        _ => &[],
    };
    let fields =
        keep.iter().filter_map(|name| Some(((*name).to_owned(), content.get(name)?.clone())));
    let mut kept: Map<String, Value> = fields.collect();
    let signed = &content["third_party_invite"]["signed"];
    if kind == "m.room.member" && !signed.is_null() {
        kept.insert("third_party_invite".into(), json!({ "signed": signed }));
    }
    kept.into()
}

#[derive(Debug, Clone)]
pub struct Room {
    pub id: String,
    pub version: u8,
    pub timeline: Vec<Event>,
    pub state: BTreeMap<(String, String), usize>,
    pub index: BTreeMap<String, usize>,
    pub published: bool,
    pub forgotten: BTreeSet<String>,
}

impl Room {
    pub fn new(id: String, version: u8) -> Self {
        Self {
            id,
            version,
            timeline: Vec::new(),
            state: BTreeMap::new(),
            index: BTreeMap::new(),
            published: false,
            forgotten: BTreeSet::new(),
        }
    }

    pub fn get(&self, kind: &str, key: &str) -> Option<&Event> {
        let at = self.state.get(&(kind.to_owned(), key.to_owned()))?;
        Some(&self.timeline[*at])
    }

    pub fn content(&self, kind: &str, key: &str) -> &Value {
        self.get(kind, key).map_or(&Value::Null, |event| &event.content)
    }

    pub fn event(&self, id: &str) -> Option<&Event> {
        self.index.get(id).map(|at| &self.timeline[*at])
    }

    pub fn membership(&self, user: &str) -> &str {
        self.get("m.room.member", user).map_or("", Event::membership)
    }

    pub fn joined(&self, user: &str) -> bool {
        self.membership(user) == "join"
    }

    pub fn members(&self, membership: &str) -> impl Iterator<Item = &Event> {
        self.state
            .iter()
            .filter(|((kind, _), _)| kind == "m.room.member")
            .map(|(_, at)| &self.timeline[*at])
            .filter(move |event| event.membership() == membership)
    }

    /// Appends what has been allowed, moves the state, applies a redaction.
    pub fn push(&mut self, mut event: Event) {
        let at = self.timeline.len();
        if let Some(key) = &event.state_key {
            let key = (event.kind.clone(), key.clone());
            if let Some(old) = self.state.insert(key, at) {
                let old = &self.timeline[old];
                event.replaces = Some((old.id.clone(), old.content.clone()));
            }
        }
        if event.kind == "m.room.redaction"
            && let Some(target) = event.redacts.as_ref().and_then(|id| self.index.get(id))
        {
            self.timeline[*target].prune(&event.id);
        }
        self.index.insert(event.id.clone(), at);
        self.timeline.push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_invitation_its_signature_is_kept() {
        let invite = json!({"membership": "invite", "displayname": "Ana", "reason": "x",
            "third_party_invite": {"display_name": "a…@b", "signed": {"token": "t"}}});
        let left =
            json!({"membership": "invite", "third_party_invite": {"signed": {"token": "t"}}});
        assert_eq!(kept("m.room.member", &invite), left);
        assert_eq!(kept("m.room.message", &invite), json!({}));
        assert_eq!(kept("m.room.create", &invite), invite);
    }
}
