//! Everything the homeserver knows, in one struct behind one lock.

use std::collections::{BTreeMap, HashMap};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::answer::{Answer, Refused, bad_json, forbidden, not_found};
use super::delivery::Delivery;
use super::http::Seen;
use super::media::Media;
use super::quirks::{Plan, Quirks};
use super::registration::Registration;
use super::room::{Event, Room};
use super::{auth, limits};

#[derive(Debug, Clone, Default)]
pub struct User {
    pub password: String,
    pub profile: BTreeMap<String, Value>,
    pub devices: BTreeMap<String, String>,
    /// (room or "", type) → content.
    pub account_data: BTreeMap<(String, String), Value>,
}

#[derive(Debug, Clone)]
pub struct Caller {
    pub user: String,
    pub device: Option<String>,
    /// The as_token was used, as itself or as one of its users.
    pub appservice: bool,
}

/// An event on its way into a room.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub sender: String,
    pub kind: String,
    pub state_key: Option<String>,
    pub content: Value,
    pub redacts: Option<String>,
    pub txn: Option<String>,
}

#[derive(Clone)]
pub struct World {
    pub server: String,
    pub registration: Registration,
    pub quirks: Quirks,
    pub plans: Vec<Plan>,
    pub rng: StdRng,
    pub(super) ids: StdRng,
    /// A fixed time in epoch milliseconds; None = the machine's.
    pub now: Option<i64>,
    pub users: BTreeMap<String, User>,
    pub tokens: HashMap<String, (String, String)>,
    pub rooms: BTreeMap<String, Room>,
    pub aliases: BTreeMap<String, (String, String)>,
    /// Answers to transaction ids, by caller and path; lost at a restart.
    pub memory: HashMap<(String, String), Answer>,
    /// Event ids by (user, device, transaction id); kept over a restart.
    pub sent: HashMap<(String, String, String), String>,
    /// Files by their address.
    pub media: HashMap<String, Media>,
    pub delivery: Delivery,
    pub log: Vec<Seen>,
    pub in_flight: usize,
    pub touched: Instant,
    pub pages: u32,
}

impl World {
    pub fn new(server: &str, registration: Registration, quirks: Quirks, seed: u64) -> Self {
        Self {
            server: server.to_owned(),
            registration,
            quirks,
            plans: Vec::new(),
            rng: StdRng::seed_from_u64(seed),
            ids: StdRng::seed_from_u64(seed ^ 0x1d5),
            now: None,
            users: BTreeMap::new(),
            tokens: HashMap::new(),
            rooms: BTreeMap::new(),
            aliases: BTreeMap::new(),
            memory: HashMap::new(),
            sent: HashMap::new(),
            media: HashMap::new(),
            delivery: Delivery::new(),
            log: Vec::new(),
            in_flight: 0,
            touched: Instant::now(),
            pages: 0,
        }
    }

    pub fn now(&self) -> i64 {
        self.now.unwrap_or_else(clock)
    }

    pub fn sender(&self) -> String {
        format!("@{}:{}", self.registration.sender_localpart, self.server)
    }

    pub fn is_ours(&self, user: &str) -> bool {
        user == self.sender() || self.registration.owns_user(user)
    }

    pub fn is_local(&self, id: &str) -> bool {
        id.split_once(':').is_some_and(|(_, server)| server == self.server)
    }

    /// Random letters, the same for the same seed and order of calls.
    pub fn id(&mut self, len: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..len).map(|_| char::from(LETTERS[self.ids.random_range(0..LETTERS.len())])).collect()
    }

    pub fn room(&self, id: &str) -> Result<&Room, Refused> {
        self.rooms.get(id).ok_or_else(|| not_found(format!("Unknown room {id}")))
    }

    /// The room, if the user is in it now.
    pub fn inside(&self, id: &str, user: &str) -> Result<&Room, Refused> {
        match self.rooms.get(id) {
            Some(room) if room.joined(user) => Ok(room),
            _ => Err(forbidden(format!("User {user} not in room {id}"))),
        }
    }

    /// A room id from a room id or an alias.
    pub fn resolve(&self, room: &str) -> Result<String, Refused> {
        if !room.starts_with('#') {
            return Ok(room.to_owned());
        }
        let found = self.aliases.get(room).map(|(id, _)| id.clone());
        found.ok_or_else(|| not_found(format!("Room alias {room} not found")))
    }

    /// Checks an event, appends it, and queues it for the appservice. State that says what is
    /// there already gives the old event's id, as Synapse does.
    pub fn append(&mut self, room_id: &str, draft: Draft) -> Result<String, Refused> {
        if !draft.content.is_object() {
            return Err(bad_json("Content must be a JSON object"));
        }
        limits::canonical(&draft.content)?;
        let room = self.rooms.get(room_id);
        let room = room.ok_or_else(|| forbidden(format!("Unknown room {room_id}")))?;
        if let Some(key) = &draft.state_key
            && let Some(old) = room.get(&draft.kind, key)
            && old.sender == draft.sender
            && old.content == draft.content
        {
            return Ok(old.id.clone());
        }
        let event = Event {
            id: format!("${}", self.id(43)),
            room: room_id.to_owned(),
            ts: self.now(),
            sender: draft.sender,
            kind: draft.kind,
            state_key: draft.state_key,
            content: draft.content,
            redacts: draft.redacts,
            redacted_by: None,
            replaces: None,
            soft_failed: false,
            txn: draft.txn,
        };
        limits::size(&event)?;
        limits::relation(&self.rooms[room_id], &event)?;
        auth::check(&self.rooms[room_id], &event)?;
        let id = event.id.clone();
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.push(event.clone());
        }
        self.enqueue(&event);
        Ok(id)
    }

    /// The content of a membership event with the profile of its user.
    pub fn member_content(&self, user: &str, membership: &str) -> Value {
        let mut content = json!({"membership": membership});
        let Some(known) = self.users.get(user) else { return content };
        for field in ["displayname", "avatar_url"] {
            if let Some(value) = known.profile.get(field) {
                content[field] = value.clone();
            }
        }
        content
    }

    pub fn set_membership(
        &mut self,
        room: &str,
        sender: &str,
        target: &str,
        content: Value,
    ) -> Result<String, Refused> {
        let draft = Draft {
            sender: sender.to_owned(),
            kind: "m.room.member".into(),
            state_key: Some(target.to_owned()),
            content,
            ..Draft::default()
        };
        self.append(room, draft)
    }

    pub fn set_state(
        &mut self,
        room: &str,
        sender: &str,
        kind: &str,
        key: &str,
        content: Value,
    ) -> Result<String, Refused> {
        let draft = Draft {
            sender: sender.to_owned(),
            kind: kind.to_owned(),
            state_key: Some(key.to_owned()),
            content,
            ..Draft::default()
        };
        self.append(room, draft)
    }

    /// Whether a percentage of chance strikes now.
    pub fn chance(&mut self, percent: u8) -> bool {
        percent > 0 && self.rng.random_range(0..100) < u32::from(percent)
    }
}

/// The time of this machine, epoch milliseconds.
#[must_use]
pub fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
