//! Sending: messages, state, redactions, and the memory of transaction ids.

use serde_json::{Value, json};

use super::answer::{Answer, Refused};
use super::http::Call;
use super::world::{Caller, Draft, World};

pub fn route(w: &mut World, c: &Caller, call: &Call, rest: &[&str]) -> Option<Answer> {
    Some(match (call.method.as_str(), rest) {
        ("PUT", ["rooms", room, "send", kind, txn]) => {
            let draft = Draft {
                sender: c.user.clone(),
                kind: (*kind).to_owned(),
                content: call.body.clone(),
                txn: Some((*txn).to_owned()),
                ..Draft::default()
            };
            once(w, c, call, room, txn, draft)
        }
        ("PUT", ["rooms", room, "redact", target, txn]) => {
            let mut content = call.body.clone();
            content["redacts"] = json!(target);
            let draft = Draft {
                sender: c.user.clone(),
                kind: "m.room.redaction".into(),
                content,
                redacts: Some((*target).to_owned()),
                txn: Some((*txn).to_owned()),
                ..Draft::default()
            };
            once(w, c, call, room, txn, draft)
        }
        ("PUT", ["rooms", room, "state", kind, key @ ..]) => {
            let key = key.first().copied().unwrap_or_default();
            state(w, c, room, kind, key, &call.body)
        }
        ("PUT", ["rooms", _, "typing", _])
        | ("POST", ["rooms", _, "receipt" | "read_markers", ..]) => Ok(json!({})),
        _ => return None,
    })
}

/// The same transaction id gives the same answer: by path and token from memory, by user and device
/// from the database. Conduit's key leaves the room out, and is written where there is no device, too.
fn once(w: &mut World, c: &Caller, call: &Call, room: &str, txn: &str, draft: Draft) -> Answer {
    let who = if c.appservice && !w.quirks.conduit {
        w.registration.id.clone()
    } else {
        format!("{} {}", c.user, c.device.as_deref().unwrap_or_default())
    };
    let path = if w.quirks.conduit { txn.to_owned() } else { call.path.clone() };
    let memory = (who, path);
    if let Some(answer) = w.memory.get(&memory) {
        return answer.clone();
    }
    let device = c.device.clone().or_else(|| w.quirks.conduit.then(String::new));
    let kept = device.map(|device| {
        (
            c.user.clone(),
            device,
            if w.quirks.conduit { txn.into() } else { format!("{room} {txn}") },
        )
    });
    if let Some(id) = kept.as_ref().and_then(|key| w.sent.get(key)) {
        return Ok(json!({"event_id": id}));
    }
    let answer = w.append(room, draft).map(|id| json!({"event_id": id}));
    if let Ok(body) = &answer {
        if let (Some(key), Some(id)) = (kept, body["event_id"].as_str()) {
            w.sent.insert(key, id.to_owned());
        }
        w.memory.insert(memory, answer.clone());
    }
    answer
}

fn state(w: &mut World, c: &Caller, room: &str, kind: &str, key: &str, body: &Value) -> Answer {
    if kind == "m.room.member" {
        if body["membership"] == "join" && key == c.user {
            w.inside(room, key)?;
        }
        let id = w.set_membership(room, &c.user, key, body.clone())?;
        return Ok(json!({"event_id": id}));
    }
    if kind == "m.room.canonical_alias" {
        aliases_exist(w, room, body)?;
    }
    let id = w.set_state(room, &c.user, kind, key, body.clone())?;
    Ok(json!({"event_id": id}))
}

/// A canonical alias must point to this room already.
fn aliases_exist(w: &World, room: &str, body: &Value) -> Result<(), Refused> {
    let more = body["alt_aliases"].as_array().into_iter().flatten();
    for alias in std::iter::once(&body["alias"]).chain(more).filter_map(Value::as_str) {
        if w.aliases.get(alias).is_none_or(|(id, _)| id != room) {
            let text = format!("Room alias {alias} does not point to the room");
            return Err(Refused::new(400, "M_BAD_ALIAS", text));
        }
    }
    Ok(())
}
