//! Contents that name an event of ours which is itself still owed: filled in when it is there, and
//! what becomes of them when the homeserver has refused it for good. Only the two places where we
//! name events are looked at, and a real event id never begins as the placeholder does, so that no
//! text of people is taken for one.
use crate::platform::work::{MARKER, OWED};
use serde_json::Value;

/// Why a row is parked whose event will never be.
pub const GONE: &str = "what it refers to was refused";

/// How a content names an event: in a relation, or in the list of pinned ones.
const BEFORE: [&str; 3] = ["\"event_id\":\"", "\"pinned\":[\"", "\",\""];

/// The key of the first owed event that a content names.
#[must_use]
pub fn key(content: &str) -> Option<String> {
    let mut from = 0;
    while let Some(at) = content[from..].find(OWED).map(|at| from + at) {
        from = at + OWED.len();
        if is_named(content, at) {
            return Some(content[from..].split('"').next()?.to_owned());
        }
    }
    None
}

fn is_named(content: &str, at: usize) -> bool {
    let before = &content[..at];
    let [relation, first, next] = BEFORE;
    let pinned = content.starts_with("{\"pinned\":[");
    before.ends_with(relation) || (pinned && (before.ends_with(first) || before.ends_with(next)))
}

/// The content with the event in the place of its key.
#[must_use]
pub fn filled(content: &str, key: &str, event: &str) -> String {
    content.replace(&format!("\"{OWED}{key}\""), &format!("\"{event}\""))
}

/// What an edit says, as a message of its own; `None` of any other content.
#[must_use]
pub fn alone(content: &str) -> Option<String> {
    let mut edit: Value = serde_json::from_str(content).ok()?;
    if edit.pointer("/m.relates_to/rel_type")? != "m.replace" {
        return None;
    }
    let mut new = edit.get_mut("m.new_content")?.take();
    new[MARKER] = edit[MARKER].take();
    Some(new.to_string())
}

/// A list of pinned events without one that will never be; `None` of any other content.
#[must_use]
pub fn unpinned(content: &str, key: &str) -> Option<String> {
    let mut state: Value = serde_json::from_str(content).ok()?;
    let gone = format!("{OWED}{key}");
    state.get_mut("pinned")?.as_array_mut()?.retain(|event| *event != gone);
    Some(state.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::{Message, edit_of};
    use crate::platform::work::event_ref;
    use serde_json::json;

    #[test]
    fn only_where_we_name_events_is_a_key_read() {
        let reaction = json!({"m.relates_to": {"event_id": event_ref("review:1"), "key": "x"}});
        assert_eq!(key(&reaction.to_string()).as_deref(), Some("review:1"));
        let pins = json!({"pinned": ["$a", event_ref("pin:1"), event_ref("pin:2")]}).to_string();
        assert_eq!(key(&pins).as_deref(), Some("pin:1"));
        let pins = filled(&pins, "pin:1", "$b");
        assert_eq!(pins, json!({"pinned": ["$a", "$b", event_ref("pin:2")]}).to_string());
    }

    #[test]
    fn what_people_write_is_no_key() {
        for text in [event_ref("x"), format!("\"event_id\":\"{}\"", event_ref("x"))] {
            let said = json!({"body": text, "card": {"note": text, "tags": [text, text]}});
            assert_eq!(key(&said.to_string()), None, "{said}");
        }
        let said = json!({"body": event_ref("k"), "m.relates_to": {"event_id": event_ref("k")}});
        let text = said.to_string();
        assert_eq!(key(&text).as_deref(), Some("k"));
    }

    #[test]
    fn an_edit_of_nothing_says_it_anew_and_a_pin_is_left_out() {
        let message = Message::text("S-1 is approved");
        let mut edit = edit_of(message.content(), &event_ref("review:1"));
        edit[MARKER] = "t".into();
        let said: Value = serde_json::from_str(&alone(&edit.to_string()).unwrap()).unwrap();
        assert_eq!(said["body"], "S-1 is approved");
        assert_eq!(said[MARKER], "t");
        assert!(said.get("m.relates_to").is_none());
        assert_eq!(alone(&json!({"m.relates_to": {"event_id": event_ref("k")}}).to_string()), None);
        let pins = json!({"pinned": [event_ref("a"), "$b"]}).to_string();
        assert_eq!(unpinned(&pins, "a").unwrap(), json!({"pinned": ["$b"]}).to_string());
        assert_eq!(unpinned("{}", "a"), None);
    }
}
