//! What canonical JSON and the size limit refuse.

use serde_json::Value;

use super::answer::{Refused, bad_json};
use super::room::{Event, Room};

const INTEGER_MAX: i64 = (1 << 53) - 1;
const EVENT_BYTES_MAX: usize = 65_536;
/// Hashes, signatures and references that a real event carries beside what we keep of it.
const ENVELOPE_BYTES: usize = 400;

/// Integers within ±(2^53−1) and no floats.
pub fn canonical(value: &Value) -> Result<(), Refused> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(int) if (-INTEGER_MAX..=INTEGER_MAX).contains(&int) => Ok(()),
            Some(_) => Err(bad_json("JSON integer out of range")),
            None => Err(bad_json("Bad JSON value: float")),
        },
        Value::Array(items) => items.iter().try_for_each(canonical),
        Value::Object(fields) => fields.values().try_for_each(canonical),
        _ => Ok(()),
    }
}

pub fn size(event: &Event) -> Result<(), Refused> {
    let too_large = |what: &str| Refused::new(413, "M_TOO_LARGE", format!("{what} too large"));
    if event.content.to_string().len() + ENVELOPE_BYTES > EVENT_BYTES_MAX {
        return Err(too_large("event"));
    }
    if event.kind.len() > 255 {
        return Err(too_large("'type'"));
    }
    if event.state_key.as_ref().is_some_and(|key| key.len() > 255) {
        return Err(too_large("'state_key'"));
    }
    Ok(())
}

/// What Synapse refuses of relations: a thread on an event that is itself a relation, and the same
/// reaction twice.
pub fn relation(room: &Room, event: &Event) -> Result<(), Refused> {
    let Some((how, target)) = event.relation() else { return Ok(()) };
    let refused = |code, text: &str| Err(Refused::new(400, code, text));
    let related = |other: &Event| other.content["m.relates_to"]["rel_type"].is_string();
    if how == "m.thread" && room.event(target).is_some_and(related) {
        return refused("M_UNKNOWN", "Cannot start threads from an event with a relation");
    }
    let same = |other: &Event| {
        other.kind == event.kind
            && other.sender == event.sender
            && other.redacted_by.is_none()
            && other.content["m.relates_to"] == event.content["m.relates_to"]
    };
    if how == "m.annotation" && room.timeline.iter().any(same) {
        return refused("M_DUPLICATE_ANNOTATION", "Can't send same reaction twice");
    }
    Ok(())
}
