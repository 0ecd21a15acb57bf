//! How a message hangs on another: thread, reply, edit. The functions take a finished content,
//! for a queue that learns the other event's id later than the words were written.
use super::escape::json_string;
use super::message::Relation;
use serde_json::{Value, json};

/// An edit repeats its content as a fallback only up to this size: both must fit one event.
const FALLBACK_BYTES_MAX: usize = 24 * 1024;

impl Relation<'_> {
    pub(super) fn write(self, out: &mut String) {
        match self {
            Self::None => {}
            Self::Thread { root, reply_to } => {
                out.push_str(",\"m.relates_to\":{\"event_id\":");
                json_string(out, root);
                out.push_str(",\"is_falling_back\":");
                out.push_str(if root == reply_to { "true" } else { "false" });
                out.push_str(",\"m.in_reply_to\":{\"event_id\":");
                json_string(out, reply_to);
                out.push_str("},\"rel_type\":\"m.thread\"}");
            }
            Self::Reply { to } => {
                out.push_str(",\"m.relates_to\":{\"m.in_reply_to\":{\"event_id\":");
                json_string(out, to);
                out.push_str("}}");
            }
        }
    }
}

/// [`super::Message::thread_reply`] for a finished content.
#[must_use]
pub fn thread_reply(mut content: Value, root: &str, reply_to: &str) -> Value {
    content["m.relates_to"] = json!({
        "rel_type": "m.thread", "event_id": root, "is_falling_back": root == reply_to,
        "m.in_reply_to": { "event_id": reply_to },
    });
    content
}

/// [`super::Message::plain_reply`] for a finished content.
#[must_use]
pub fn plain_reply(mut content: Value, reply_to: &str) -> Value {
    content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": reply_to } });
    content
}

/// Replaces an earlier message: the new content, and the same as a fallback marked by `* ` for
/// those who do not know edits. An edit mentions nobody anew.
#[must_use]
pub fn edit_of(mut content: Value, event_id: &str) -> Value {
    if let Some(fields) = content.as_object_mut() {
        fields.remove("m.relates_to");
    }
    let mut edit = content.clone();
    let body = content["body"].as_str().unwrap_or_default();
    let html = content["formatted_body"].as_str().unwrap_or_default();
    if content.to_string().len() <= FALLBACK_BYTES_MAX {
        edit["body"] = format!("* {body}").into();
        edit["formatted_body"] = match html.strip_prefix("<p>") {
            Some(rest) => format!("<p>* {rest}").into(),
            None => format!("* {html}").into(),
        };
    } else {
        let title = body.lines().next().unwrap_or_default();
        edit = json!({ "msgtype": content["msgtype"], "body": format!("* {title}") });
    }
    edit["m.mentions"] = json!({});
    edit["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": event_id });
    edit["m.new_content"] = content;
    edit
}
