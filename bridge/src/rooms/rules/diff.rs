//! What a real room lacks of what it should be.
use super::power::real_powers;
use super::states::StateEvent;
use serde_json::Value;
use std::collections::HashMap;

/// A room's real state contents by type and key.
pub type Real = HashMap<(String, String), Value>;

/// A state event that must be sent to mend a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub event: StateEvent,
    /// Whether the room had another content, rather than none.
    pub changed: bool,
}

#[must_use]
pub fn diff(desired: &[StateEvent], real: &Real) -> Vec<Drift> {
    desired
        .iter()
        .filter_map(|event| {
            let held = real.get(&(event.kind.to_owned(), event.key.clone()));
            let empty = event.content.as_object().is_some_and(serde_json::Map::is_empty);
            match held {
                Some(content) if says(event, content) => None,
                None if empty => None,
                _ => Some(Drift { event: event.clone(), changed: held.is_some() }),
            }
        })
        .collect()
}

/// Whether the content says what it should; keys that others understand may stand beside ours.
fn says(event: &StateEvent, held: &Value) -> bool {
    match event.kind {
        "m.room.power_levels" => real_powers(&event.content) == real_powers(held),
        "m.space.child" | "m.room.join_rules" => *held == event.content,
        kind if kind.starts_with("agency.siso.partners.") => *held == event.content,
        _ => event
            .content
            .as_object()
            .is_some_and(|wanted| wanted.iter().all(|(name, value)| held.get(name) == Some(value))),
    }
}
