//! An event as the worker reads it. Every field a stranger can shape is optional or raw: a wrong
//! type makes the event none of ours, never a fault.
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
pub struct Event {
    pub event_id: String,
    /// Empty where the homeserver leaves it out; `parse` refuses that.
    #[serde(default)]
    pub room_id: String,
    pub sender: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub state_key: Option<String>,
    pub content: Box<RawValue>,
    /// Where rooms up to version 10 name a redaction's target.
    #[serde(default)]
    pub redacts: Option<Value>,
    /// The sender's server's clock: only good for comparing events of one sender.
    #[serde(default)]
    origin_server_ts: Value,
    /// What the homeserver adds when it is asked for an event.
    #[serde(default)]
    unsigned: Option<Box<RawValue>>,
}

impl Event {
    /// # Errors
    /// When the bytes are no event of a room.
    pub fn parse(raw: &[u8]) -> Result<Self, serde_json::Error> {
        let event: Self = serde_json::from_slice(raw)?;
        if event.room_id.is_empty() {
            return Err(serde::de::Error::missing_field("room_id"));
        }
        Ok(event)
    }

    /// As `parse`, of an event that was asked for by its room.
    ///
    /// # Errors
    /// When the bytes are no event.
    pub fn parse_in(raw: &[u8], room_id: &str) -> Result<Self, serde_json::Error> {
        let event: Self = serde_json::from_slice(raw)?;
        Ok(Self { room_id: room_id.to_owned(), ..event })
    }

    /// The content as a map; an empty one where it is something else or too deep.
    #[must_use]
    pub fn content(&self) -> Value {
        serde_json::from_str(self.content.get()).unwrap_or(Value::Null)
    }

    /// The content as people see it: after the newest edit, where the homeserver told of one.
    #[must_use]
    pub fn content_now(&self) -> Value {
        let unsigned: Option<Value> =
            self.unsigned.as_deref().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let edit = unsigned.as_ref().and_then(|all| all.get("m.relations")?.get("m.replace"));
        let own = |edit: &&Value| edit.get("sender").and_then(Value::as_str) == Some(&self.sender);
        edit.filter(own)
            .and_then(|edit| edit.get("content")?.get("m.new_content"))
            .filter(|new| new.is_object())
            .cloned()
            .unwrap_or_else(|| self.content())
    }

    /// When the event says it was made (epoch milliseconds); the sender's server chose it.
    #[must_use]
    pub fn ts(&self) -> i64 {
        self.origin_server_ts.as_i64().unwrap_or(0)
    }

    /// How long ago it was said when it came, as far as that can be told.
    #[must_use]
    pub fn lag(&self, received_at: i64, foreign: bool) -> i64 {
        super::late::lag(self.ts(), self.unsigned.as_deref(), received_at, foreign)
    }

    /// The event that this one redacts.
    #[must_use]
    pub fn redacts(&self) -> Option<String> {
        let content = self.content();
        let id = content.get("redacts").or(self.redacts.as_ref())?;
        id.as_str().map(str::to_owned)
    }
}

/// What a content says of another event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    None,
    Replaces(String),
    /// In a thread, and perhaps an answer to one event of it.
    Thread {
        root: String,
        reply_to: Option<String>,
    },
    Reply(String),
    Annotates {
        event_id: String,
        key: String,
    },
}

impl Relation {
    #[must_use]
    pub fn of(content: &Value) -> Self {
        let Some(relates) = content.get("m.relates_to") else { return Self::None };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let event_id = text(relates.get("event_id"));
        let reply_to = text(relates.get("m.in_reply_to").and_then(|reply| reply.get("event_id")));
        match (relates.get("rel_type").and_then(Value::as_str), event_id) {
            (Some("m.replace"), Some(id)) => Self::Replaces(id),
            (Some("m.thread"), Some(root)) => {
                let fallback =
                    relates.get("is_falling_back").and_then(Value::as_bool) == Some(true);
                Self::Thread { root, reply_to: reply_to.filter(|_| !fallback) }
            }
            (Some("m.annotation"), Some(event_id)) => match text(relates.get("key")) {
                Some(key) => Self::Annotates { event_id, key },
                None => Self::None,
            },
            _ => reply_to.map_or(Self::None, Self::Reply),
        }
    }
}
