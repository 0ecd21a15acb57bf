//! What a room holds, read from what people have at hand: an export of a chat from Element, the pages that
//! a homeserver gives, and arrays of state.
use anyhow::{Context, bail};
use serde_json::Value;

/// The content key of the machine-readable form of a message.
const CARD: &str = schema::card::KEY;

#[derive(Debug, Clone)]
pub struct Event {
    pub kind: String,
    pub sender: String,
    pub state_key: Option<String>,
    /// When its server took it, epoch milliseconds.
    pub ts: i64,
    pub content: Value,
}

impl Event {
    /// # Errors
    /// When it has no type, sender or content.
    pub fn read(value: &Value) -> anyhow::Result<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Ok(Self {
            kind: text("type").context("an event without a type")?,
            sender: text("sender").context("an event without a sender")?,
            state_key: text("state_key"),
            ts: value["origin_server_ts"].as_i64().unwrap_or_default(),
            content: value.get("content").cloned().context("an event without a content")?,
        })
    }

    /// The card that a message shows: of an edit, what it puts in the place of the first.
    #[must_use]
    pub fn card(&self, kind: &str) -> Option<&Value> {
        if self.kind != "m.room.message" {
            return None;
        }
        let newest = &self.content["m.new_content"][CARD];
        let card = if newest.is_object() { newest } else { &self.content[CARD] };
        (card["kind"] == kind).then_some(card)
    }

    /// Whether it hangs on another, as answers do; an edit does not.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        let relation = &self.content["m.relates_to"];
        relation.is_object() && relation["rel_type"] != "m.replace"
    }
}

/// The events of a file: `{messages: […]}` as Element exports, `{chunk: […]}` or `{state: […]}` as a
/// homeserver answers, or the bare array.
///
/// # Errors
/// When it is none of these.
pub fn read(text: &str) -> anyhow::Result<Vec<Event>> {
    let value: Value = serde_json::from_str(text).context("it is no JSON")?;
    let mut events = Vec::new();
    if value.is_array() {
        take(&value, &mut events)?;
        return Ok(events);
    }
    let lists = ["messages", "chunk", "state"].map(|name| &value[name]);
    if !lists.iter().any(|list| list.is_array()) {
        bail!("it has no list of events: neither `messages` nor `chunk` nor `state`");
    }
    for list in lists.into_iter().filter(|list| list.is_array()) {
        take(list, &mut events)?;
    }
    Ok(events)
}

/// The events of an array, with what they carry of others: the newest edit, and the state before.
///
/// # Errors
/// When an element is no event.
pub fn take(list: &Value, events: &mut Vec<Event>) -> anyhow::Result<()> {
    for value in list.as_array().into_iter().flatten() {
        let event = Event::read(value)?;
        let edit = &value["unsigned"]["m.relations"]["m.replace"];
        if edit["content"].is_object() {
            events.extend(Event::read(edit).ok());
        }
        let before = &value["unsigned"]["prev_content"];
        if event.state_key.is_some() && before.is_object() {
            events.push(Event { content: before.clone(), ..event.clone() });
        }
        events.push(event);
    }
    Ok(())
}
