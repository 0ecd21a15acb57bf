//! What the peer knows: rooms as it has heard of them, invitations, and every event by its id.
use super::sign::event_id;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A room, from what other servers sent; it checks nothing.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// Events that no other follows.
    pub latest: BTreeSet<String>,
    pub depth: i64,
    /// By type and key: the event's id.
    pub state: BTreeMap<(String, String), String>,
}

#[derive(Debug, Default)]
pub struct Heard {
    pub rooms: BTreeMap<String, Room>,
    /// Room and user.
    pub invited: Vec<(String, String)>,
    /// Every event that came in, in order.
    pub events: Vec<(String, Value)>,
    /// By id, what it gives out when it is asked: what came in, what it sent, what it held back.
    pub known: BTreeMap<String, Value>,
}

impl Heard {
    /// An event from another server, or an own one that was sent.
    pub fn take(&mut self, pdu: &Value) {
        let id = event_id(pdu);
        let room = self.rooms.entry(text(pdu, "room_id")).or_default();
        for before in pdu["prev_events"].as_array().into_iter().flatten() {
            room.latest.remove(before.as_str().unwrap_or_default());
        }
        room.latest.insert(id.clone());
        room.depth = room.depth.max(pdu["depth"].as_i64().unwrap_or_default());
        room.hold(pdu, &id);
        self.known.insert(id, pdu.clone());
    }

    /// The room as the answer to a join gives it.
    pub fn join(&mut self, joined: &Value, state: &Value) {
        let room = self.rooms.entry(text(joined, "room_id")).or_default();
        room.latest.clear();
        for pdu in state.as_array().into_iter().flatten() {
            room.hold(pdu, &event_id(pdu));
        }
        self.take(joined);
    }

    /// Known events between those, oldest first.
    pub fn between(&self, latest: &[String], earliest: &[String]) -> Vec<Value> {
        let mut found: BTreeMap<&String, &Value> = BTreeMap::new();
        let mut ask: Vec<String> =
            latest.iter().flat_map(|id| before(self.known.get(id))).collect();
        while let Some(id) = ask.pop() {
            let Some((id, pdu)) = self.known.get_key_value(&id) else { continue };
            if !earliest.contains(id) && found.len() < 20 && found.insert(id, pdu).is_none() {
                ask.extend(before(Some(pdu)));
            }
        }
        let mut found: Vec<Value> = found.into_values().cloned().collect();
        found.sort_by_key(|pdu| pdu["depth"].as_i64());
        found
    }
}

impl Room {
    fn hold(&mut self, pdu: &Value, id: &str) {
        if let Some(key) = pdu["state_key"].as_str() {
            self.state.insert((text(pdu, "type"), key.to_owned()), id.to_owned());
        }
    }
}

fn before(pdu: Option<&Value>) -> Vec<String> {
    let ids = pdu.and_then(|pdu| pdu["prev_events"].as_array()).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(pdu: &Value, key: &str) -> String {
    pdu[key].as_str().unwrap_or_default().to_owned()
}
