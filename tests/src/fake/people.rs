//! What people do, as methods. `try_…` gives the homeserver's refusal; the short forms panic with it.

use serde_json::{Value, json};

use super::Fake;
use super::answer::Refused;
use super::create;
use super::delivery::Item;
use super::members;
use super::room::Event;
use super::world::{Caller, Draft};

type Tried = Result<String, Refused>;

fn must<T>(tried: Result<T, Refused>) -> T {
    tried.unwrap_or_else(|refused| panic!("the homeserver refused: {refused:?}"))
}

impl Fake {
    /// A local account `@name:server` (password = name); gives its user id.
    pub fn person(&self, name: &str) -> String {
        let mut world = self.world();
        let user = format!("@{name}:{}", world.server);
        world.add_user(&user, name);
        user
    }

    /// Somebody of another homeserver.
    pub fn remote(&self, user: &str) -> String {
        self.world().add_user(user, "");
        user.to_owned()
    }

    /// An access token, for a person who acts by HTTP.
    pub fn token(&self, user: &str) -> String {
        self.world().open_session(user, None).0
    }

    pub fn try_send(&self, room: &str, user: &str, kind: &str, content: Value) -> Tried {
        let (sender, kind) = (user.to_owned(), kind.to_owned());
        let draft = Draft { sender, kind, content, ..Draft::default() };
        let sent = self.world().append(room, draft);
        self.shared.changed();
        sent
    }

    pub fn send(&self, room: &str, user: &str, kind: &str, content: Value) -> String {
        must(self.try_send(room, user, kind, content))
    }

    /// An `m.text` message.
    pub fn say(&self, room: &str, user: &str, body: &str) -> String {
        self.send(room, user, "m.room.message", json!({"msgtype": "m.text", "body": body}))
    }

    /// A message in the thread or in reply to another.
    pub fn reply(&self, room: &str, user: &str, to: &str, body: &str) -> String {
        let relates = json!({"m.in_reply_to": {"event_id": to}});
        let content = json!({"msgtype": "m.text", "body": body, "m.relates_to": relates});
        self.send(room, user, "m.room.message", content)
    }

    pub fn edit(&self, room: &str, user: &str, target: &str, body: &str) -> String {
        let content = json!({
            "msgtype": "m.text", "body": format!("* {body}"),
            "m.new_content": {"msgtype": "m.text", "body": body},
            "m.relates_to": {"rel_type": "m.replace", "event_id": target},
        });
        self.send(room, user, "m.room.message", content)
    }

    pub fn react(&self, room: &str, user: &str, target: &str, key: &str) -> String {
        let relates = json!({"rel_type": "m.annotation", "event_id": target, "key": key});
        self.send(room, user, "m.reaction", json!({"m.relates_to": relates}))
    }

    pub fn try_redact(&self, room: &str, user: &str, target: &str) -> Tried {
        let draft = Draft {
            sender: user.to_owned(),
            kind: "m.room.redaction".into(),
            content: json!({"redacts": target}),
            redacts: Some(target.to_owned()),
            ..Draft::default()
        };
        let sent = self.world().append(room, draft);
        self.shared.changed();
        sent
    }

    pub fn redact(&self, room: &str, user: &str, target: &str) -> String {
        must(self.try_redact(room, user, target))
    }

    pub fn try_set_state(
        &self,
        room: &str,
        user: &str,
        kind: &str,
        key: &str,
        content: Value,
    ) -> Tried {
        let sent = self.world().set_state(room, user, kind, key, content);
        self.shared.changed();
        sent
    }

    pub fn set_state(&self, room: &str, user: &str, kind: &str, key: &str, content: Value) {
        must(self.try_set_state(room, user, kind, key, content));
    }

    /// `createRoom` with this body; gives the room id.
    pub fn try_create_room(&self, user: &str, body: &Value) -> Tried {
        let caller = Caller { user: user.to_owned(), device: None, appservice: false };
        let made = create::create(&mut self.world(), &caller, body);
        self.shared.changed();
        Ok(made?["room_id"].as_str().unwrap_or_default().to_owned())
    }

    pub fn create_room(&self, user: &str, body: &Value) -> String {
        must(self.try_create_room(user, body))
    }

    /// A direct chat that a person opens with the bot, as a client does.
    pub fn open_direct(&self, user: &str, with: &str) -> String {
        let body = json!({"is_direct": true, "preset": "trusted_private_chat", "invite": [with]});
        self.create_room(user, &body)
    }

    pub fn try_join(&self, room: &str, user: &str) -> Result<(), Refused> {
        let mut world = self.world();
        let joined = world.resolve(room).and_then(|room| world.join(&room, user));
        drop(world);
        self.shared.changed();
        joined.map(|_| ())
    }

    pub fn join(&self, room: &str, user: &str) {
        must(self.try_join(room, user));
    }

    /// Joins every room that the user is invited to; gives the rooms.
    pub fn accept_invites(&self, user: &str) -> Vec<String> {
        let invites = self.invites(user);
        for room in &invites {
            self.join(room, user);
        }
        invites
    }

    /// `verb`: invite, kick, ban, unban.
    pub fn try_act(&self, room: &str, by: &str, verb: &str, target: &str) -> Result<(), Refused> {
        let done = members::act(&mut self.world(), by, room, verb, target, &json!({}));
        self.shared.changed();
        done.map(|_| ())
    }

    pub fn invite(&self, room: &str, by: &str, target: &str) {
        must(self.try_act(room, by, "invite", target));
    }

    pub fn kick(&self, room: &str, by: &str, target: &str) {
        must(self.try_act(room, by, "kick", target));
    }

    pub fn ban(&self, room: &str, by: &str, target: &str) {
        must(self.try_act(room, by, "ban", target));
    }

    pub fn leave(&self, room: &str, user: &str) {
        let content = json!({"membership": "leave"});
        let left = self.world().set_membership(room, user, user, content);
        self.shared.changed();
        must(left);
    }

    /// A message of a banned remote user: pushed to the appservice, in no timeline, 404 by `/event`.
    pub fn soft_failed(&self, room: &str, user: &str, body: &str) -> String {
        let mut world = self.world();
        let event = Event {
            id: format!("${}", world.id(43)),
            room: room.to_owned(),
            sender: user.to_owned(),
            kind: "m.room.message".into(),
            state_key: None,
            content: json!({"msgtype": "m.text", "body": body}),
            ts: world.now(),
            redacts: None,
            redacted_by: None,
            replaces: None,
            soft_failed: true,
            txn: None,
        };
        let id = event.id.clone();
        world.enqueue_item(Item::Loose(Box::new(event)));
        drop(world);
        self.shared.changed();
        id
    }

    /// An event that no rule was asked about: a server's administrator, or a faulty server, did it.
    pub fn force(
        &self,
        room: &str,
        user: &str,
        kind: &str,
        key: Option<&str>,
        content: Value,
    ) -> String {
        let mut world = self.world();
        let event = Event {
            id: format!("${}", world.id(43)),
            room: room.to_owned(),
            sender: user.to_owned(),
            kind: kind.to_owned(),
            state_key: key.map(str::to_owned),
            content,
            ts: world.now(),
            redacts: None,
            redacted_by: None,
            replaces: None,
            soft_failed: false,
            txn: None,
        };
        let id = event.id.clone();
        if let Some(room) = world.rooms.get_mut(room) {
            room.push(event.clone());
        }
        world.enqueue(&event);
        drop(world);
        self.shared.changed();
        id
    }

    /// Puts raw JSON where an event belongs in the next transaction.
    pub fn push_raw(&self, raw: &str) {
        self.world().enqueue_item(Item::Raw(raw.to_owned()));
        self.shared.changed();
    }

    /// Delivers an event again that is in a timeline.
    pub fn push_again(&self, room: &str, id: &str) {
        let (room, id) = (room.to_owned(), id.to_owned());
        self.world().enqueue_item(Item::Event { room, id });
        self.shared.changed();
    }

    /// Says something that the appservice is never told (it stays in `/messages`).
    pub fn say_unheard(&self, room: &str, user: &str, body: &str) -> String {
        let before = self.world().delivery.waiting.len();
        let content = json!({"msgtype": "m.text", "body": body});
        let draft = Draft {
            sender: user.to_owned(),
            kind: "m.room.message".into(),
            content,
            ..Draft::default()
        };
        let mut world = self.world();
        let waiting = world.delivery.waiting.len().min(before);
        let id = must(world.append(room, draft));
        world.delivery.waiting.truncate(waiting);
        id
    }
}
