//! The text that a save is about, and whose words it is: what stands below the command, or the
//! message or thread that it answers.
use crate::platform::inbox::{Event, QUOTED_MAX, Relation};
use serde_json::Value;

/// Between two messages of a thread. One that ends with a line break goes on in the next: so a long
/// text comes back as it was before it was cut.
const BETWEEN: &str = "\n\n";

/// A text and the people whose words it holds, in the order in which they first speak.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    pub text: String,
    pub authors: Vec<String>,
    /// Messages that were joined.
    pub messages: usize,
    /// Whether the thread goes on after what was read.
    pub is_cut: bool,
}

/// Below the command: the speaker's own words.
#[must_use]
pub fn below(text: &str, speaker: &str) -> Source {
    let (text, authors) = (text.to_owned(), vec![speaker.to_owned()]);
    Source { text, authors, messages: 1, is_cut: false }
}

/// Messages that were quoted, without those of the bot, and without commands about playbooks (the
/// one that is being run among them).
#[must_use]
pub fn quoted(events: &[Event], bot: &str, prefix: &str, command: &str) -> Source {
    let mut source = Source { is_cut: events.len() >= QUOTED_MAX, ..Source::default() };
    for event in events {
        if event.sender == bot || event.event_id == command {
            continue;
        }
        let Some(text) = said(event).filter(|text| !is_command(text, prefix)) else { continue };
        if source.messages > 0 && !source.text.ends_with('\n') {
            source.text.push_str(BETWEEN);
        }
        source.text.push_str(&text);
        source.messages += 1;
        if !source.authors.contains(&event.sender) {
            source.authors.push(event.sender.clone());
        }
    }
    source
}

/// The words of a message as people see them.
fn said(event: &Event) -> Option<String> {
    if event.kind != "m.room.message" || event.state_key.is_some() {
        return None;
    }
    let (first, now) = (event.content(), event.content_now());
    let kind = now.get("msgtype").and_then(Value::as_str);
    if !matches!(kind, Some("m.text" | "m.emote")) {
        return None;
    }
    // An edit is shown at its original: of itself it is none of the thread's messages.
    if matches!(Relation::of(&first), Relation::Replaces(_)) {
        return None;
    }
    let body = now.get("body").and_then(Value::as_str)?;
    let replies = !matches!(Relation::of(&first), Relation::None);
    let body = if replies { below_fallback(body) } else { body };
    (!body.trim().is_empty()).then(|| body.to_owned())
}

/// The body below the quote of what it answers, which older clients put before it.
fn below_fallback(body: &str) -> &str {
    if !(body.starts_with("> <@") || body.starts_with("> * <@")) {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    rest.strip_prefix('\n').unwrap_or(rest)
}

fn is_command(text: &str, prefix: &str) -> bool {
    let rest = text.trim_start().strip_prefix(prefix);
    rest.and_then(|rest| rest.get(..8)).is_some_and(|word| word.eq_ignore_ascii_case("playbook"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(id: &str, sender: &str, content: &Value) -> Event {
        let raw = json!({"event_id": id, "room_id": "!r", "sender": sender,
                         "type": "m.room.message", "content": content});
        Event::parse(raw.to_string().as_bytes()).unwrap()
    }

    fn text(body: &str) -> Value {
        json!({"msgtype": "m.text", "body": body})
    }

    #[test]
    fn a_thread_is_joined_in_order_and_its_authors_are_named() {
        let events = [
            event("$1", "@ana:x", &text("Step one")),
            event("$2", "@bot:x", &text("noise of the bot")),
            event("$3", "@ben:x", &text("Step two, which goes\n")),
            event("$4", "@ana:x", &text("on here")),
            event("$5", "@ana:x", &json!({"msgtype": "m.image", "body": "a.png"})),
            event("$6", "@ben:x", &text("!playbook save x \"X\"")),
            event("$7", "@ana:x", &json!({})),
        ];
        let source = quoted(&events, "@bot:x", "!", "$9");
        assert_eq!(source.text, "Step one\n\nStep two, which goes\non here");
        assert_eq!(source.authors, ["@ana:x", "@ben:x"]);
        assert_eq!((source.messages, source.is_cut), (3, false));
    }

    #[test]
    fn the_quote_of_a_reply_is_no_part_of_it() {
        let mut content = text("> <@ben:x> what\n> else\n\n> my own quote\nyes");
        content["m.relates_to"] = json!({"m.in_reply_to": {"event_id": "$0"}});
        let source = quoted(&[event("$1", "@ana:x", &content)], "@bot:x", "!", "$9");
        assert_eq!(source.text, "> my own quote\nyes");
        let plain = event("$1", "@ana:x", &text("> <@ben:x> stays\n\nhere"));
        assert_eq!(quoted(&[plain], "@bot:x", "!", "$9").text, "> <@ben:x> stays\n\nhere");
    }

    #[test]
    fn an_edit_is_what_counts() {
        let raw = json!({"event_id": "$1", "room_id": "!r", "sender": "@ana:x",
            "type": "m.room.message", "content": {"msgtype": "m.text", "body": "old"},
            "unsigned": {"m.relations": {"m.replace": {"sender": "@ana:x", "content": {
                "body": "* new", "m.new_content": {"msgtype": "m.text", "body": "new"}}}}}});
        let event = Event::parse(raw.to_string().as_bytes()).unwrap();
        assert_eq!(quoted(&[event], "@bot:x", "!", "$9").text, "new");
    }

    #[test]
    fn what_stands_below_the_command_is_the_speaker_s() {
        let (text, authors) = ("Step one".to_owned(), vec!["@ana:x".to_owned()]);
        let own = Source { text, authors, messages: 1, is_cut: false };
        assert_eq!(below("Step one", "@ana:x"), own);
    }

    #[test]
    fn a_thread_that_fills_what_is_read_may_go_on() {
        let thread = |length: usize| -> Vec<Event> {
            (0..length).map(|n| event(&format!("${n}"), "@ana:x", &text("a step"))).collect()
        };
        for (length, is_cut) in [(QUOTED_MAX - 1, false), (QUOTED_MAX, true)] {
            let source = quoted(&thread(length), "@bot:x", "!", "$c");
            assert_eq!((source.messages, source.is_cut), (length, is_cut));
        }
    }

    #[test]
    fn only_messages_are_read() {
        let mut other = event("$1", "@ana:x", &text("of another kind"));
        other.kind = "org.example.note".to_owned();
        let mut state = event("$2", "@ana:x", &text("of the room's state"));
        state.state_key = Some(String::new());
        let source = quoted(&[other, state], "@bot:x", "!", "$9");
        assert_eq!(source, Source::default());
    }
}
