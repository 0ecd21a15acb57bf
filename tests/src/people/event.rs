//! An event as a client has it, and what a person sees of it.
use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Event {
    pub room: String,
    /// The whole event as JSON.
    pub json: Value,
}

impl Event {
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("event_id")
    }

    #[must_use]
    pub fn sender(&self) -> &str {
        self.text("sender")
    }

    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("type")
    }

    #[must_use]
    pub fn content(&self) -> &Value {
        &self.json["content"]
    }

    /// The plain text.
    #[must_use]
    pub fn body(&self) -> &str {
        self.content()["body"].as_str().unwrap_or_default()
    }

    /// The name of the file that comes with the message.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        (self.content()["msgtype"] == "m.file").then(|| self.content()["filename"].as_str())?
    }

    /// The name of the picture that the message shows.
    #[must_use]
    pub fn image_name(&self) -> Option<&str> {
        (self.content()["msgtype"] == "m.image").then(|| self.content()["filename"].as_str())?
    }

    /// The machine-readable half of a bot's message.
    #[must_use]
    pub fn card(&self) -> &Value {
        &self.content()["agency.siso.partners.card"]
    }

    /// Whether this is a reply to an event, in its thread or outside.
    #[must_use]
    pub fn replies_to(&self, event: &str) -> bool {
        let relation = &self.content()["m.relates_to"];
        let thread = relation["rel_type"] == "m.thread" && relation["event_id"] == event;
        thread || relation["m.in_reply_to"]["event_id"] == event
    }

    /// The root of the thread that this stands in.
    #[must_use]
    pub fn thread(&self) -> Option<&str> {
        let relation = &self.content()["m.relates_to"];
        (relation["rel_type"] == "m.thread").then(|| relation["event_id"].as_str())?
    }

    /// The event that this one edits.
    #[must_use]
    pub fn edits(&self) -> Option<&str> {
        let relation = &self.content()["m.relates_to"];
        (relation["rel_type"] == "m.replace").then(|| relation["event_id"].as_str())?
    }

    /// The event that this one takes back.
    #[must_use]
    pub fn redacts(&self) -> Option<&str> {
        let id = self.content()["redacts"].as_str().or_else(|| self.json["redacts"].as_str());
        id.filter(|_| self.kind() == "m.room.redaction")
    }

    fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }
}

/// The text of an event after the edits by its sender, as a client shows it.
pub fn text_now(events: &[Event], id: &str) -> Option<String> {
    let original = events.iter().find(|event| event.id() == id)?;
    if events.iter().any(|event| event.redacts() == Some(id)) {
        return Some(String::new());
    }
    let by_same = |event: &&Event| event.sender() == original.sender();
    let newest = events.iter().rev().filter(by_same).find(|event| event.edits() == Some(id));
    let edited = newest.and_then(|event| event.content()["m.new_content"]["body"].as_str());
    Some(edited.unwrap_or_else(|| original.body()).to_owned())
}
