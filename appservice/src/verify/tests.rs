//! What comes in as a file, and whose words count.
use super::events::read;
use super::{Trust, judge};
use serde_json::{Value, json};

const BOT: &str = "@bot:example.org";

fn create(sender: &str) -> Value {
    json!({"type": "m.room.create", "state_key": "", "sender": sender, "content": {}})
}

#[test]
fn files_have_several_forms() {
    let event = create(BOT);
    for text in [
        json!([event]),
        json!({"messages": [event], "room_name": "R"}),
        json!({"chunk": [event], "end": "t"}),
        json!({"state": [event], "chunk": []}),
    ] {
        assert_eq!(read(&text.to_string()).unwrap().len(), 1, "{text}");
    }
    for bad in ["", "{}", "7", "[7]", "{\"messages\": {}}", "[{\"type\": \"x\"}]"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_edit_stands_for_what_it_edits() {
    let card = |n: i64| json!({"agency.siso.partners.card": {"kind": "board", "n": n}});
    let mut edit = card(1);
    edit["m.new_content"] = card(2);
    edit["m.relates_to"] = json!({"rel_type": "m.replace", "event_id": "$a"});
    let event =
        |content: Value| json!({"type": "m.room.message", "sender": BOT, "content": content});
    let mut first = event(card(0));
    first["unsigned"]["m.relations"]["m.replace"] = event(edit);
    let events = read(&json!([first]).to_string()).unwrap();
    let numbers: Vec<i64> =
        events.iter().filter_map(|event| event.card("board")?["n"].as_i64()).collect();
    assert_eq!(numbers, [2, 0]);
    assert!(events.iter().all(|event| !event.is_answer()));
}

#[test]
fn who_made_the_rooms_counts() {
    let events = |senders: &[&str]| {
        let list: Vec<Value> = senders.iter().map(|sender| create(sender)).collect();
        read(&Value::from(list).to_string()).unwrap()
    };
    let one = judge(&events(&[BOT, BOT]), None);
    assert_eq!(one.trust, Some(Trust::Creator(BOT.to_owned())));
    let two = judge(&events(&[BOT, "@eve:example.org"]), None);
    assert!(two.trust.is_none() && two.code() == 2, "{two}");
    let named = judge(&events(&[BOT, "@eve:example.org"]), Some(BOT));
    assert_eq!(named.trust, Some(Trust::Named(BOT.to_owned())));
    assert_eq!(named.code(), 2, "{named}");
}
