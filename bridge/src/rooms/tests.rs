//! Desired rooms against real ones.
use super::rules::{self, Child, Frame, Real, RoomKey, StateEvent};
use crate::program::{Limits, Program};
use schema::period::{Calendar, WeekStart};
use serde_json::json;
use std::collections::BTreeSet;

pub(crate) fn program() -> Program {
    Program {
        engine: schema::migrations::Engine::Sqlite,
        name: "Northwind partners".into(),
        currency: schema::money::Currency::parse("EUR").unwrap(),
        calendar: Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap(),
        timezone: "Europe/Berlin".into(),
        week_start: "monday".into(),
        started_on: jiff::civil::date(2020, 1, 1),
        prefix: "!".into(),
        alias_prefix: "partners".into(),
        server_name: "example.org".into(),
        bot: "@partners_bot:example.org".into(),
        ghost_prefix: "partners_".into(),
        owners: vec!["@boss:example.org".into()],
        room_version: "12".into(),
        two_person_over: None,
        payout_minimum: 0,
        first_sale_over: None,
        protect_days: 90,
        extracts: true,
        pinned: Vec::new(),
        limits: Limits::default(),
    }
}

fn states(key: &RoomKey, version: &str) -> Vec<StateEvent> {
    let program = program();
    let wish = rules::wish(key, None, &program);
    let about = rules::About::default();
    let frame =
        Frame { program: &program, space: Some("!space"), version, alias: true, about: &about };
    rules::own_states(&wish, frame)
}

fn real(states: &[StateEvent]) -> Real {
    states
        .iter()
        .map(|event| ((event.kind.to_owned(), event.key.clone()), event.content.clone()))
        .collect()
}

fn content<'a>(states: &'a [StateEvent], kind: &str) -> &'a serde_json::Value {
    &states.iter().find(|event| event.kind == kind).unwrap().content
}

#[test]
fn keys_have_one_text_form_and_one_alias_each() {
    let mut aliases = BTreeSet::new();
    let industry = RoomKey::Industry("dental".into());
    for key in RoomKey::FIXED.iter().chain([&industry]) {
        assert_eq!(RoomKey::parse(&key.to_string()).as_ref(), Some(key));
        if let Some(alias) = key.alias("partners") {
            assert!(aliases.insert(alias));
        }
    }
    let pair = RoomKey::Pair("01HZX".into());
    assert_eq!(pair.to_string(), "mentorship-01HZX");
    assert_eq!(RoomKey::parse("mentorship-01HZX"), Some(pair.clone()));
    assert_eq!((pair.alias("partners"), pair.role()), (None, None));
    assert_eq!(industry.alias("partners").as_deref(), Some("partners-industry-dental"));
    assert_eq!(RoomKey::parse("nonsense"), None);
}

#[test]
fn partner_rooms_open_to_the_space_and_others_by_invitation() {
    let general = states(&RoomKey::General, "12");
    let rule = content(&general, "m.room.join_rules");
    assert_eq!(rule["join_rule"], "restricted");
    assert_eq!(rule["allow"][0]["room_id"], "!space");
    let pair = RoomKey::Pair("01HZX".into());
    assert!(!pair.in_space() && !pair.is_named() && pair.is_for_partners());
    for key in [RoomKey::Space, RoomKey::Control, RoomKey::Canary, pair] {
        assert_eq!(
            content(&states(&key, "12"), "m.room.join_rules")["join_rule"],
            "invite",
            "{key}"
        );
    }
    assert_eq!(content(&general, "agency.siso.partners.room")["role"], "general");
    assert_eq!(content(&general, "m.space.parent")["via"], json!(["example.org"]));
    assert_eq!(
        content(&general, "m.room.canonical_alias")["alias"],
        "#partners-general:example.org"
    );
}

#[test]
fn the_bot_stands_in_the_power_levels_of_old_versions_only() {
    for (version, users) in [("11", json!({"@partners_bot:example.org": 100})), ("12", json!({}))] {
        assert_eq!(
            content(&states(&RoomKey::Wins, version), "m.room.power_levels")["users"],
            users
        );
    }
}

#[test]
fn a_room_as_it_should_be_has_no_drift() {
    for version in ["11", "12"] {
        let wanted = states(&RoomKey::Announcements, version);
        assert_eq!(rules::diff(&wanted, &real(&wanted)), []);
    }
}

#[test]
fn what_differs_or_lacks_is_drift_and_more_keys_are_not() {
    let wanted = states(&RoomKey::General, "12");
    let mut held = real(&wanted);
    held.insert(("m.room.name".into(), String::new()), json!({"name": "Hacked"}));
    held.insert(
        ("m.room.topic".into(), String::new()),
        json!({"topic": content(&wanted, "m.room.topic")["topic"], "m.topic": {}}),
    );
    held.insert(
        ("m.room.power_levels".into(), String::new()),
        json!({"users": {"@e:x": "50"}, "events": []}),
    );
    held.remove(&("m.room.join_rules".to_owned(), String::new()));
    let drifts = rules::diff(&wanted, &held);
    let kinds: Vec<_> = drifts.iter().map(|drift| (drift.event.kind, drift.changed)).collect();
    assert_eq!(
        kinds,
        [("m.room.name", true), ("m.room.join_rules", false), ("m.room.power_levels", true)]
    );
}

#[test]
fn a_closed_channel_leaves_the_list_and_is_for_reading() {
    let program = program();
    let key = RoomKey::Industry("dental".into());
    let open = rules::wish(&key, Some(("Dental practices", true)), &program);
    let closed = rules::wish(&key, Some(("Dental practices", false)), &program);
    assert_eq!(open.name, "Dental practices · Northwind partners");
    assert!(open.listed && !open.bot_only && !closed.listed && closed.bot_only);
    let child =
        |listed| rules::child(&Child { key: &key, room_id: "!d", listed, via: &[] }, "example.org");
    assert_eq!(child(true).content["order"], "20-dental");
    assert_eq!(rules::diff(&[child(false)], &Real::new()), [], "an unlisted room needs no line");
    assert_eq!(rules::diff(&[child(false)], &real(&[child(true)])).len(), 1);
}

#[test]
fn aliases_of_strangers_are_left_alone() {
    let program = program();
    let wish = rules::wish(&RoomKey::General, None, &program);
    let about = rules::About::default();
    let frame =
        Frame { program: &program, space: None, version: "12", alias: false, about: &about };
    assert!(
        rules::own_states(&wish, frame).iter().all(|event| event.kind != "m.room.canonical_alias")
    );
}

#[test]
fn a_room_is_judged_by_all_that_its_state_says() {
    let program = program();
    let wish = rules::wish(&RoomKey::General, None, &program);
    let wanted = states(&RoomKey::General, "12");
    let mut held = real(&wanted);
    let room = rules::Room { wish: &wish, version: "12", bot: &program.bot };
    let ids = |held: &Real| -> Vec<String> {
        rules::judge(room, &wanted, held).into_iter().map(|finding| finding.id).collect()
    };
    assert_eq!(ids(&held), ["not_joined"]);
    held.insert(("m.room.member".into(), program.bot.clone()), json!({"membership": "join"}));
    held.insert(("m.room.create".into(), String::new()), json!({"room_version": "12"}));
    assert!(ids(&held).is_empty());
    held.insert(("m.room.create".into(), String::new()), json!({}));
    held.insert(("m.room.encryption".into(), String::new()), json!({"algorithm": "x"}));
    held.insert(("m.room.join_rules".into(), String::new()), json!({"join_rule": "public"}));
    held.remove(&("m.room.power_levels".to_owned(), String::new()));
    assert_eq!(ids(&held), ["room_version", "encrypted", "room_join_rule", "room_power"]);
}

#[test]
fn own_state_is_what_the_database_says_or_a_finding() {
    let kind = "agency.siso.partners.leaderboard";
    let differs = |wanted: Option<serde_json::Value>, real: Option<serde_json::Value>| {
        rules::own_differs("Space", (kind, "k"), wanted.as_ref(), real.as_ref()).map(|f| f.id)
    };
    assert_eq!(differs(Some(json!({"v": 1})), Some(json!({"v": 1}))), None);
    assert_eq!(differs(Some(json!({})), None), None);
    assert_eq!(differs(Some(json!({"v": 1})), None).as_deref(), Some("state_differs"));
    assert_eq!(differs(None, Some(json!({"v": 1}))).as_deref(), Some("state_unknown"));
    assert_eq!(differs(None, Some(json!({}))), None);
}

#[test]
fn topics_name_commands_with_the_programs_prefix() {
    let mut program = program();
    program.prefix = "?".to_owned();
    for key in RoomKey::FIXED {
        let topic = rules::wish(&key, None, &program).topic;
        assert!(!topic.contains(['!', '`']) && !topic.contains("win "), "{topic}");
    }
    assert!(rules::wish(&RoomKey::General, None, &program).topic.contains("?help shows"));
}
