//! What a unit of work may owe to rooms and people.
use super::effects::{AuditRow, JobRow, OutKind, OutRow, StateRow};
use super::file::File;
use super::{Cause, Work};
use crate::platform::text::{Message, edit_of};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Marks our events, so that one that the homeserver has and we do not know of is found again.
pub const MARKER: &str = "agency.siso.partners.txn";

/// What a reference to an event that is itself still owed begins with: no real event id does.
pub const OWED: &str = "owed:";

/// Stands in a content for the id of an event that is itself still owed.
#[must_use]
pub fn event_ref(dedupe_key: &str) -> String {
    format!("{OWED}{dedupe_key}")
}

/// How a message of ours hangs on another.
pub(super) enum Hang<'a> {
    Alone,
    Thread { root: &'a str, reply_to: &'a str },
    Reply(&'a str),
    EditOf(&'a str),
}

/// The transaction id of an outbox row: the same after a crash, a restore, or on another machine.
#[must_use]
pub fn txn_id(install: &str, dedupe_key: &str) -> String {
    let digest = Sha256::new()
        .chain_update(install.as_bytes())
        .chain_update(b"\n")
        .chain_update(dedupe_key.as_bytes())
        .finalize();
    digest[..16].iter().fold(String::with_capacity(32), |mut hex, byte| {
        hex.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        hex.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        hex
    })
}

impl Work<'_> {
    /// Answers the cause: in a thread on the command, plainly in a direct chat.
    pub fn reply(&mut self, message: &Message) -> String {
        self.answer(message, None)
    }

    /// The same, with a file.
    pub(super) fn answer(&mut self, message: &Message, file: Option<&File>) -> String {
        let Cause { room_id: Some(room), thread, reply_to, .. } = self.cause.clone() else {
            return String::new();
        };
        // The root is what a person's client wrote; anything but an event's id is none.
        let thread = thread.filter(|root| root.starts_with('$'));
        let hang = match (&thread, &reply_to) {
            (Some(root), to) => Hang::Thread { root, reply_to: to.as_ref().unwrap_or(root) },
            (None, Some(to)) => Hang::Reply(to),
            (None, None) => Hang::Alone,
        };
        let key = self.next_key("reply");
        match &self.note {
            Some(note) => {
                let message = message.clone().line(note.as_str());
                self.message_with(key, &room, &message, &hang, file)
            }
            None => self.message_with(key, &room, message, &hang, file),
        }
    }

    /// Says something in a room (an id, a key of a kept room) under a key of its own.
    pub fn send(&mut self, room: &str, message: &Message) -> String {
        let key = self.next_key("say");
        self.message(key, room, message, &Hang::Alone)
    }

    /// As `send`, under a key that others can refer to (`review:…`); the same key goes out once.
    pub fn send_as(&mut self, key: &str, room: &str, message: &Message) -> String {
        self.message(key.to_owned(), room, message, &Hang::Alone)
    }

    /// Says a finished content under a key of its own; the same key goes out once.
    pub fn say_content(&mut self, key: &str, room: &str, content: &serde_json::Value) {
        let txn = txn_id(&self.install.id, key);
        let mut content = content.to_string();
        mark(&mut content, &txn);
        let kind = OutKind::Message;
        self.push(key.to_owned(), txn, room, kind, "m.room.message", None, content);
    }

    /// Says something in the thread of an event: its id, or [`event_ref`] of one still owed.
    pub fn send_in_thread(&mut self, room: &str, root: &str, message: &Message) -> String {
        let key = self.next_key("say");
        self.message(key, room, message, &Hang::Thread { root, reply_to: root })
    }

    /// As `send_in_thread`, under a key of its own; the same key goes out once.
    pub fn send_thread_as(&mut self, key: &str, room: &str, root: &str, message: &Message) {
        self.message(key.to_owned(), room, message, &Hang::Thread { root, reply_to: root });
    }

    /// Replaces an earlier message of ours, named by its key.
    pub fn edit(&mut self, room: &str, target: &str, message: &Message) -> String {
        let key = self.next_key("edit");
        self.message(key, room, message, &Hang::EditOf(&event_ref(target)))
    }

    /// Says something to a person alone; the direct chat is opened first where there is none.
    pub fn direct(&mut self, user: &str, message: &Message) -> String {
        self.effects.rooms_wanted = true;
        let key = self.next_key("direct");
        self.message(key, &format!("direct:{user}"), message, &Hang::Alone)
    }

    /// As `direct`, under a key that others can refer to; the same key goes out once.
    pub fn direct_as(&mut self, key: &str, user: &str, message: &Message) {
        self.effects.rooms_wanted = true;
        self.message(key.to_owned(), &format!("direct:{user}"), message, &Hang::Alone);
    }

    /// Takes an earlier message of ours out of its room, named by its key; once.
    pub fn redact(&mut self, room: &str, target: &str, reason: &str) {
        let key = format!("redact:{target}");
        let content = serde_json::json!({ "reason": reason }).to_string();
        self.owe(key, room, OutKind::Redact, "", Some(event_ref(target)), content);
    }

    /// Reacts to an earlier message of ours, named by its key.
    pub fn react(&mut self, room: &str, target: &str, symbol: &str) {
        let key = self.next_key("react");
        let mut content = serde_json::json!({
            "m.relates_to": {"rel_type": "m.annotation", "event_id": event_ref(target), "key": symbol},
        })
        .to_string();
        mark(&mut content, &txn_id(&self.install.id, &key));
        self.owe(key, room, OutKind::Message, "m.reaction", None, content);
    }

    pub fn invite(&mut self, room: &str, user: &str) {
        let key = format!("{}:invite:{room}:{user}", self.cause.id);
        self.owe(key, room, OutKind::Invite, "", Some(user.to_owned()), String::new());
    }

    /// Takes a person out of a room; never ourselves, who could not come back.
    pub fn remove(&mut self, room: &str, user: &str, reason: &str) {
        if self.program.is_ours(user) {
            return;
        }
        let key = format!("{}:remove:{room}:{user}", self.cause.id);
        self.owe(key, room, OutKind::Remove, "", Some(user.to_owned()), reason.to_owned());
    }

    /// Room state as it should be; the sender coalesces and spares what is already there.
    pub fn state<T: Serialize>(
        &mut self,
        room: &str,
        event_type: &'static str,
        key: &str,
        content: &T,
    ) {
        let Ok(value) = serde_json::to_value(content) else { return };
        let hash = state_hash(&value);
        self.effects.states.push(StateRow {
            room: room.to_owned(),
            event_type,
            state_key: key.to_owned(),
            content: value.to_string(),
            hash,
            wanted_at: self.now,
        });
    }

    /// Something to do later, once per key; a job that already waits under the key stays as it is.
    pub fn job(&mut self, kind: &'static str, key: String, payload: String, run_at: i64) {
        self.effects.jobs.push(JobRow { key, kind, payload, run_at });
    }

    /// Who did what, for the team.
    pub fn audit(&mut self, action: &'static str, object: &str, detail: &str) {
        self.memory.audit_seq += 1;
        self.effects.audits.push(AuditRow {
            seq: self.memory.audit_seq,
            at: self.now,
            actor: self.cause.actor.clone(),
            action,
            object: object.to_owned(),
            cause: self.cause.id.clone(),
            detail: detail.to_owned(),
        });
    }

    fn message(&mut self, key: String, room: &str, message: &Message, hang: &Hang<'_>) -> String {
        self.message_with(key, room, message, hang, None)
    }

    pub(super) fn message_with(
        &mut self,
        key: String,
        room: &str,
        message: &Message,
        hang: &Hang<'_>,
        file: Option<&File>,
    ) -> String {
        let txn = txn_id(&self.install.id, &key);
        let mut content = match *hang {
            Hang::Alone => message.content_string(),
            Hang::Thread { root, reply_to } => message.thread_reply(root, reply_to),
            Hang::Reply(to) => message.plain_reply(to),
            Hang::EditOf(event) => edit_of(message.content(), event).to_string(),
        };
        let (kind, bytes) = match file {
            Some(file) => {
                content = file.dressed(&content);
                (OutKind::File, Some(file.encoded()))
            }
            None => (OutKind::Message, None),
        };
        mark(&mut content, &txn);
        self.push(key.clone(), txn, room, kind, "m.room.message", bytes, content);
        key
    }

    fn owe(
        &mut self,
        key: String,
        room: &str,
        kind: OutKind,
        event_type: &'static str,
        subject: Option<String>,
        content: String,
    ) {
        let txn = txn_id(&self.install.id, &key);
        self.push(key, txn, room, kind, event_type, subject, content);
    }

    fn push(
        &mut self,
        dedupe_key: String,
        txn_id: String,
        room: &str,
        kind: OutKind,
        event_type: &'static str,
        subject: Option<String>,
        content: String,
    ) {
        self.memory.outbox_id += 1;
        self.effects.out.push(OutRow {
            id: self.memory.outbox_id,
            txn_id,
            dedupe_key,
            room: room.to_owned(),
            kind,
            event_type,
            subject,
            content,
            cause: self.cause.id.clone(),
            made_at: self.now,
        });
    }
}

/// Writes the marker into a finished JSON object.
fn mark(content: &mut String, txn: &str) {
    debug_assert!(content.ends_with('}') && content.len() > 2);
    content.pop();
    content.push_str(",\"");
    content.push_str(MARKER);
    content.push_str("\":\"");
    content.push_str(txn);
    content.push_str("\"}");
}

/// Hash of what lasts of a state content.
#[must_use]
pub fn state_hash(content: &serde_json::Value) -> String {
    txn_id("state", &lasting(content).to_string())
}

/// A state content without its `updated_at`, which alone is no change.
#[must_use]
pub fn lasting(content: &serde_json::Value) -> serde_json::Value {
    let mut copy = content.clone();
    if let Some(object) = copy.as_object_mut() {
        object.remove("updated_at");
    }
    copy
}
