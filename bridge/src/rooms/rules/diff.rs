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
    /// Whether somebody gave it another content; not where it has none, or only names servers that
    /// were the right ones before.
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
                _ => {
                    let changed = held.is_some_and(|held| !differs_in_servers(event, held));
                    Some(Drift { event: event.clone(), changed })
                }
            }
        })
        .collect()
}

/// Whether only the servers are other ones by which a room is reached: they follow our people.
fn differs_in_servers(event: &StateEvent, held: &Value) -> bool {
    let bare = |content: &Value| {
        let mut content = content.clone();
        let via = content.as_object_mut().and_then(|fields| fields.remove("via"));
        via.map(|_| content)
    };
    bare(held).is_some_and(|held| bare(&event.content) == Some(held))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(event: &StateEvent, held: Value) -> Option<bool> {
        let real = Real::from([((event.kind.to_owned(), event.key.clone()), held)]);
        diff(std::slice::from_ref(event), &real).first().map(|drift| drift.changed)
    }

    #[test]
    fn levels_that_mean_the_same_are_no_drift() {
        let content = json!({
            "ban": 100, "users": { "@bot:a.org": 100 }, "users_default": 0, "events": {},
        });
        let event = StateEvent { kind: "m.room.power_levels", key: String::new(), content };
        let ban = |level: i64, ana: i64| json!({ "ban": level, "users": { "@bot:a.org": 100, "@ana:a.org": ana } });
        assert_eq!(changed(&event, ban(100, 0)), None);
        assert_eq!(changed(&event, ban(100, 1)), Some(true));
        assert_eq!(changed(&event, ban(50, 0)), Some(true));
    }

    #[test]
    fn what_others_add_counts_in_our_own_state_only() {
        let content = json!({ "topic": "Wins" });
        for (kind, drift) in [("m.room.topic", None), ("agency.siso.partners.room", Some(true))] {
            let event = StateEvent { kind, key: String::new(), content: content.clone() };
            assert_eq!(changed(&event, content.clone()), None, "{kind}");
            assert_eq!(changed(&event, json!({ "topic": "Wins", "more": 1 })), drift, "{kind}");
        }
    }

    #[test]
    fn other_servers_are_no_change_by_another() {
        let wanted = json!({ "via": ["a.org", "b.org"], "order": "1" });
        let event = StateEvent { kind: "m.space.child", key: "!r".to_owned(), content: wanted };
        let found = |held: Value| changed(&event, held);
        assert_eq!(found(json!({ "via": ["a.org", "b.org"], "order": "1" })), None);
        assert_eq!(found(json!({ "via": ["a.org"], "order": "1" })), Some(false));
        assert_eq!(found(json!({ "via": ["a.org"], "order": "2" })), Some(true));
        assert_eq!(found(json!({})), Some(true));
    }
}
