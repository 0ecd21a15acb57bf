//! People at their clients. A [`Person`] says, reacts, edits and reads; the client program below is
//! either matrix-sdk (a real client of the field) or a small HTTP one for the fake homeserver.
mod event;
mod sdk;
mod timeline;
mod wire;

pub use event::{Event, text_now};

use crate::Outcome;
use crate::wait::{PATIENCE, within};
use sdk::Sdk;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use timeline::Timeline;
use tokio::task::JoinSet;
use wire::Wire;

pub struct Person {
    /// The full user id.
    pub id: String,
    client: Client,
    timeline: Arc<Timeline>,
    sent: AtomicU32,
    _syncing: JoinSet<()>,
}

enum Client {
    Sdk(Sdk),
    Wire(Wire),
}

/// Asks whichever client program the person has.
macro_rules! ask {
    ($person:expr, $client:ident => $call:expr) => {
        match &$person.client {
            Client::Sdk($client) => $call.await,
            Client::Wire($client) => $call.await,
        }
    };
}

impl Person {
    /// Logs in with matrix-sdk and keeps reading.
    pub async fn login(url: &str, id: &str, password: &str) -> Outcome<Self> {
        let timeline = Arc::new(Timeline::default());
        let sdk = Sdk::login(url, id, password, &timeline).await?;
        let mut syncing = JoinSet::new();
        syncing.spawn(sdk.clone().follow(Arc::clone(&timeline)));
        Ok(Self::at(Client::Sdk(sdk), id, timeline, syncing))
    }

    /// A person with an access token at a homeserver that matrix-sdk is too demanding for.
    #[must_use]
    pub fn with_token(url: &str, id: &str, token: &str) -> Self {
        let wire = Wire::new(url, token);
        let timeline = Arc::new(Timeline::default());
        let mut syncing = JoinSet::new();
        syncing.spawn(wire.clone().follow(Arc::clone(&timeline)));
        Self::at(Client::Wire(wire), id, timeline, syncing)
    }

    fn at(client: Client, id: &str, timeline: Arc<Timeline>, syncing: JoinSet<()>) -> Self {
        Self { id: id.to_owned(), client, timeline, sent: AtomicU32::new(0), _syncing: syncing }
    }

    /// Joins by id or alias; the room's id.
    pub async fn join(&self, room: &str) -> Outcome<String> {
        ask!(self, client => client.join(room))
    }

    pub async fn leave(&self, room: &str) -> Outcome<()> {
        ask!(self, client => client.leave(room))
    }

    /// Makes a private room and invites people; its id.
    pub async fn create_room(&self, invite: &[&str], direct: bool) -> Outcome<String> {
        let body =
            json!({ "preset": "trusted_private_chat", "invite": invite, "is_direct": direct });
        ask!(self, client => client.create_room(body.clone()))
    }

    /// The id behind an alias.
    pub async fn resolve(&self, alias: &str) -> Outcome<String> {
        ask!(self, client => client.resolve(alias))
    }

    /// Says a line; the event's id.
    pub async fn say(&self, room: &str, text: &str) -> Outcome<String> {
        self.send(room, "m.room.message", json!({ "msgtype": "m.text", "body": text })).await
    }

    /// Says a line in the thread of an event.
    pub async fn say_in_thread(&self, room: &str, root: &str, text: &str) -> Outcome<String> {
        let relation = json!({
            "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
            "m.in_reply_to": { "event_id": root },
        });
        let content = json!({ "msgtype": "m.text", "body": text, "m.relates_to": relation });
        self.send(room, "m.room.message", content).await
    }

    /// Replies to an event with a line.
    pub async fn reply(&self, room: &str, event: &str, text: &str) -> Outcome<String> {
        let relation = json!({ "m.in_reply_to": { "event_id": event } });
        let content = json!({ "msgtype": "m.text", "body": text, "m.relates_to": relation });
        self.send(room, "m.room.message", content).await
    }

    /// Replies to an event that stands in a thread, there.
    pub async fn reply_in_thread(
        &self,
        room: &str,
        root: &str,
        event: &str,
        text: &str,
    ) -> Outcome<String> {
        let relation = json!({
            "rel_type": "m.thread", "event_id": root, "is_falling_back": false,
            "m.in_reply_to": { "event_id": event },
        });
        let content = json!({ "msgtype": "m.text", "body": text, "m.relates_to": relation });
        self.send(room, "m.room.message", content).await
    }

    pub async fn react(&self, room: &str, event: &str, key: &str) -> Outcome<String> {
        let relation = json!({ "rel_type": "m.annotation", "event_id": event, "key": key });
        self.send(room, "m.reaction", json!({ "m.relates_to": relation })).await
    }

    /// Edits an own message; the id of the edit.
    pub async fn edit(&self, room: &str, event: &str, text: &str) -> Outcome<String> {
        let content = json!({
            "msgtype": "m.text", "body": format!("* {text}"),
            "m.new_content": { "msgtype": "m.text", "body": text },
            "m.relates_to": { "rel_type": "m.replace", "event_id": event },
        });
        self.send(room, "m.room.message", content).await
    }

    pub async fn redact(&self, room: &str, event: &str) -> Outcome<()> {
        let txn = self.next_txn();
        ask!(self, client => client.redact(room, event, &txn))
    }

    /// Any message-like event.
    pub async fn send(&self, room: &str, kind: &str, content: Value) -> Outcome<String> {
        let txn = self.next_txn();
        ask!(self, client => client.send(room, kind, &content, &txn))
    }

    /// The bytes of the file in a message, as the person's own server gives them.
    pub async fn file(&self, event: &Event) -> Outcome<Vec<u8>> {
        let uri = event.content()["url"].as_str().unwrap_or_default();
        ask!(self, client => client.file(uri))
    }

    /// Writes room state, as far as the homeserver lets this person.
    pub async fn set_state(
        &self,
        room: &str,
        kind: &str,
        key: &str,
        content: Value,
    ) -> Outcome<()> {
        ask!(self, client => client.set_state(room, kind, key, &content))
    }

    /// Sets what the person's own server keeps for them and for nobody else.
    pub async fn set_account_data(&self, kind: &str, content: Value) -> Outcome<()> {
        ask!(self, client => client.set_account_data(&self.id, kind, &content))
    }

    /// The content of a state event, read from the person's own server; `None` when there is none.
    pub async fn state(&self, room: &str, kind: &str, key: &str) -> Outcome<Option<Value>> {
        ask!(self, client => client.state(room, kind, key))
    }

    /// Waits until a question about what this person's client has shown has an answer.
    pub async fn sees<T>(&self, what: &str, ask: impl Fn(&[Event]) -> Option<T>) -> Outcome<T> {
        let what = format!("{} to see {what}", self.id);
        within(PATIENCE, &what, self.timeline.until(|shown| ask(&shown.events))).await
    }

    /// The rooms that someone has invited this person to so far.
    #[must_use]
    pub fn invitations_by(&self, inviter: &str) -> Vec<String> {
        self.timeline.invitations_by(inviter)
    }

    /// Waits for an invitation by someone to a room that is wanted; the room's id.
    pub async fn invited_by(
        &self,
        inviter: &str,
        wanted: impl Fn(&String) -> bool,
    ) -> Outcome<String> {
        let what = format!("{} to be invited by {inviter}", self.id);
        let invitation = self.timeline.until(|shown| {
            let mut rooms = shown.invitations_by(inviter);
            rooms.find(|room| wanted(room)).cloned()
        });
        within(PATIENCE, &what, invitation).await
    }

    /// Waits for an invitation to a room.
    pub async fn sees_invitation(&self, room: &str) -> Outcome<()> {
        let what = format!("{} to be invited to {room}", self.id);
        let invited = self.timeline.until(|shown| shown.is_invited_to(room).then_some(()));
        within(PATIENCE, &what, invited).await
    }

    /// Waits until somebody has joined a room.
    pub async fn sees_join(&self, room: &str, user: &str) -> Outcome<()> {
        self.sees(&format!("{user} join {room}"), |events| {
            let joins = |event: &&Event| {
                event.room == room
                    && event.json["state_key"] == user
                    && event.content()["membership"] == "join"
            };
            events.iter().find(joins).map(|_| ())
        })
        .await
    }

    /// Waits for the first reply by someone else to an event, in its thread or outside.
    pub async fn reply_to(&self, event: &str) -> Outcome<Event> {
        Ok(self.replies_to(event, 1).await?.remove(0))
    }

    /// Waits for at least so many replies.
    pub async fn replies_to(&self, event: &str, count: usize) -> Outcome<Vec<Event>> {
        self.sees(&format!("{count} replies to {event}"), |events| {
            let replies = events.iter().filter(|e| e.sender() != self.id && e.replies_to(event));
            let replies: Vec<_> = replies.cloned().collect();
            (replies.len() >= count).then_some(replies)
        })
        .await
    }

    /// What the client shows now, in the order of arrival.
    #[must_use]
    pub fn shown(&self) -> Vec<Event> {
        self.timeline.events()
    }

    /// The text of an event as shown now, after all edits seen.
    #[must_use]
    pub fn reads(&self, event: &str) -> Option<String> {
        text_now(&self.timeline.events(), event)
    }

    /// The pinned messages of a room as shown now.
    pub async fn pinned(&self, room: &str) -> Outcome<Vec<String>> {
        let pins = self.state(room, "m.room.pinned_events", "").await?.unwrap_or_default();
        let ids = pins["pinned"].as_array().cloned().unwrap_or_default();
        Ok(ids.iter().filter_map(|id| self.reads(id.as_str()?)).collect())
    }

    fn next_txn(&self) -> String {
        format!("say{}", self.sent.fetch_add(1, Ordering::Relaxed))
    }
}
