//! Says a message again in the room that replaced its own. From then on its key means the new message;
//! answers to the old one still count for the same key.
use super::store;
use crate::platform::refusal::Fault;
use crate::platform::work::{MARKER, OutRow, Work};
use serde_json::{Value, json};

/// Whether there was anything to say again.
///
/// # Errors
/// When the database refuses.
pub async fn again(work: &mut Work<'_>, room: &str, n: i64, key: &str) -> Result<bool, Fault> {
    let by_key = store::carried_key(n, room, key);
    let content = match unsaved(work, key) {
        Some(content) => Some(content),
        None => store::last_said(work.tx, room, key).await?,
    };
    let Some(content) = content.and_then(|content| alone(&content)) else { return Ok(false) };
    work.say_content(&by_key, room, &content);
    store::carried(work.tx, key, &by_key).await?;
    Ok(true)
}

/// What was said under the key by an input of the same batch.
fn unsaved(work: &Work<'_>, key: &str) -> Option<String> {
    let mark = store::edit_mark(key);
    let says = |row: &&OutRow| row.dedupe_key == key || row.content.contains(&mark);
    work.effects.out.iter().rev().find(says).map(|row| row.content.clone())
}

/// A content as a message of its own, which calls nobody.
pub(super) fn alone(content: &str) -> Option<Value> {
    let mut content: Value = serde_json::from_str(content).ok()?;
    let mut said = match content.get_mut("m.new_content") {
        Some(new) => new.take(),
        None => content,
    };
    let fields = said.as_object_mut()?;
    fields.remove("m.relates_to");
    fields.remove(MARKER);
    // What was erased meanwhile has no words left.
    if !fields.contains_key("body") {
        return None;
    }
    fields.insert("m.mentions".to_owned(), json!({}));
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::{Message, edit_of};

    #[test]
    fn an_edit_or_an_answer_is_said_anew_and_calls_nobody() {
        let first = Message::text("S-1").content();
        let edit = edit_of(Message::text("S-1 again").content(), "$a");
        let mut thread = first.clone();
        thread["m.relates_to"] = json!({"rel_type": "m.thread", "event_id": "$a"});
        thread["m.mentions"] = json!({"user_ids": ["@a:x"]});
        for (content, body) in [(&first, "S-1"), (&edit, "S-1 again"), (&thread, "S-1")] {
            let said = alone(&content.to_string()).unwrap();
            assert_eq!(said["body"], body);
            assert_eq!(said["m.mentions"], json!({}));
            assert!(said.get("m.relates_to").is_none() && said.get("m.new_content").is_none());
        }
        assert_eq!(alone("{}"), None);
    }
}
