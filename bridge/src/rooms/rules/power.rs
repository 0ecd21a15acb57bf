//! Power levels. Authority is the database, so that nobody but the bot has any power in a room;
//! members may write, react and take back their own words.
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const BOT: i64 = 100;
const CLOSED: i64 = 50;

/// State that the server's defaults name; overriding `events` drops those, so all stand here.
const GUARDED: &[&str] = &[
    "m.room.avatar",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.guest_access",
    "m.room.history_visibility",
    "m.room.join_rules",
    "m.room.name",
    "m.room.pinned_events",
    "m.room.power_levels",
    "m.room.server_acl",
    "m.room.tombstone",
    "m.room.topic",
    "m.space.child",
    "m.space.parent",
    "im.vector.modular.widgets",
];

/// What members may always send.
const FREE: &[&str] = &["m.reaction", "m.room.redaction"];

/// The whole content of a room's `m.room.power_levels`. `endless`: the creator needs no entry and
/// must not have one (room version 12).
#[must_use]
pub fn powers(bot: &str, bot_only: bool, endless: bool) -> Value {
    let mut events = Map::new();
    for kind in GUARDED {
        events.insert((*kind).to_owned(), BOT.into());
    }
    for kind in FREE {
        events.insert((*kind).to_owned(), 0.into());
    }
    let users = if endless { json!({}) } else { json!({ bot: BOT }) };
    json!({
        "ban": BOT, "kick": BOT, "invite": BOT, "redact": BOT,
        "events": events, "events_default": if bot_only { CLOSED } else { 0 },
        "state_default": BOT, "users": users, "users_default": 0,
        "notifications": { "room": CLOSED },
    })
}

/// The power levels of a room that was replaced: nobody writes any more. Signs are still pressed there,
/// on what waits for an answer, and everybody may take back their own words.
#[must_use]
pub fn closed_powers(bot: &str, endless: bool) -> Value {
    let mut content = powers(bot, true, endless);
    content["events_default"] = BOT.into();
    content
}

/// Power levels as they count: absent keys have the spec's defaults, what is no integer has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Powers {
    numbers: BTreeMap<&'static str, Option<i64>>,
    events: BTreeMap<String, Option<i64>>,
    users: BTreeMap<String, Option<i64>>,
    room: Option<i64>,
}

const DEFAULTS: &[(&str, i64)] = &[
    ("ban", 50),
    ("kick", 50),
    ("invite", 0),
    ("redact", 50),
    ("events_default", 0),
    ("state_default", 50),
    ("users_default", 0),
];

/// Reads any content without trust.
#[must_use]
pub fn real_powers(content: &Value) -> Powers {
    let numbers = DEFAULTS
        .iter()
        .map(|(name, default)| (*name, content.get(name).map_or(Some(*default), Value::as_i64)))
        .collect();
    let room = content
        .get("notifications")
        .and_then(|map| map.get("room"))
        .map_or(Some(50), Value::as_i64);
    let mut users = levels(content.get("users"));
    users.retain(|_, level| *level != Some(0));
    Powers { numbers, events: levels(content.get("events")), users, room }
}

fn levels(map: Option<&Value>) -> BTreeMap<String, Option<i64>> {
    let entries = map.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, level)| (name.clone(), level.as_i64())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_creator_of_a_new_version_is_not_listed() {
        assert_eq!(powers("@bot:x", true, true)["users"], json!({}));
        assert_eq!(powers("@bot:x", true, false)["users"], json!({"@bot:x": 100}));
    }

    #[test]
    fn in_a_closed_room_members_only_react_and_take_back() {
        let content = closed_powers("@bot:x", false);
        assert_eq!(
            (&content["events_default"], &content["users"]["@bot:x"]),
            (&100.into(), &100.into())
        );
        assert_eq!(
            (&content["events"]["m.reaction"], &content["events"]["m.room.redaction"]),
            (&0.into(), &0.into())
        );
        assert_eq!(closed_powers("@bot:x", true)["users"], json!({}));
    }

    #[test]
    fn members_react_where_only_the_bot_speaks() {
        let content = powers("@bot:x", true, true);
        assert_eq!(content["events_default"], 50);
        assert_eq!(content["events"]["m.reaction"], 0);
        assert_eq!(content["events"]["m.room.encryption"], 100);
        assert_eq!(content["invite"], 100);
    }

    #[test]
    fn absurd_levels_are_a_difference_and_no_panic() {
        let want = real_powers(&powers("@bot:x", false, true));
        for content in [
            json!({}),
            json!({"users": {"@e:x": 9_007_199_254_740_993_u64}}),
            json!({"users": {"@e:x": "50"}, "ban": "50"}),
            json!({"users": [], "events": [], "ban": []}),
            json!({"users": {"@e:x": 18_446_744_073_709_551_615_u64}}),
            json!([]),
            json!(null),
        ] {
            assert_ne!(real_powers(&content), want, "{content}");
        }
        assert_eq!(real_powers(&powers("@bot:x", false, true)), want);
    }

    #[test]
    fn each_level_of_an_event_or_a_person_is_seen() {
        let real = json!({"users": {"@a:x": 50, "@b:x": 0}, "events": {"m.room.name": 100}});
        let powers = real_powers(&real);
        assert_eq!(powers.users, BTreeMap::from([("@a:x".to_owned(), Some(50))]));
        assert_eq!(powers.events, BTreeMap::from([("m.room.name".to_owned(), Some(100))]));
        assert_ne!(powers, real_powers(&json!({"users": {"@a:x": 50}})));
    }

    #[test]
    fn absent_keys_mean_the_defaults() {
        let full = json!({"ban": 50, "kick": 50, "invite": 0, "redact": 50, "events_default": 0,
            "state_default": 50, "users_default": 0, "users": {"@a:x": 0}, "events": {}});
        assert_eq!(real_powers(&full), real_powers(&json!({})));
    }
}
