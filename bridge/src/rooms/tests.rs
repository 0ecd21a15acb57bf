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
    let at = |updated_at: i64| Some(json!({"v": 1, "updated_at": updated_at}));
    assert_eq!(differs(at(1), at(2)), None, "made anew by a start, it is not sent again");
    assert_eq!(differs(Some(json!({})), None), None);
    assert_eq!(differs(Some(json!({"v": 1})), None).as_deref(), Some("state_differs"));
    let other = differs(Some(json!({"v": 1})), Some(json!({"v": 2})));
    assert_eq!(other.as_deref(), Some("state_differs"));
    assert_eq!(differs(None, Some(json!({"v": 1}))).as_deref(), Some("state_unknown"));
    assert_eq!(differs(None, Some(json!({}))), None);
}

#[test]
fn state_that_is_not_of_the_database_is_nobody_s_finding() {
    let real = json!({"v": 1});
    for (kind, found) in [
        ("agency.siso.partners.goal", Some("state_unknown")),
        ("agency.siso.partners.room", None),
        ("m.room.avatar", None),
    ] {
        let finding = rules::own_differs("Space", (kind, ""), None, Some(&real));
        assert_eq!(finding.map(|finding| finding.id).as_deref(), found, "{kind}");
    }
}

#[test]
fn a_closed_room_is_said_to_lead_to_no_more_than_a_room_s_id() {
    let longest = format!("!{}", "r".repeat(254));
    let too_long = format!("{longest}r");
    for (to, said) in [
        (Some("!next:example.org"), "the room !next:example.org"),
        (Some(longest.as_str()), format!("the room {longest}").as_str()),
        (Some(too_long.as_str()), "another room"),
        (Some("general"), "another room"),
        (Some("!a`b:example.org"), "another room"),
        (Some("!a b:example.org"), "another room"),
        (Some("!ä:example.org"), "another room"),
        (None, "another room"),
    ] {
        let sentence = rules::closed_for("General", to).sentence;
        let expected =
            format!("General was closed in favor of {said}; the program does not follow.");
        assert_eq!(sentence, expected);
    }
}

/// Every room that there can be: one of each kind.
fn every_key() -> Vec<RoomKey> {
    let many = [
        RoomKey::Industry("dental".into()),
        RoomKey::Pair("01HZX".into()),
        RoomKey::Organization("acme".into()),
    ];
    RoomKey::FIXED.into_iter().chain(many).collect()
}

#[test]
fn each_room_is_for_whom_it_was_made() {
    let which = |is: fn(&RoomKey) -> bool| {
        every_key().iter().filter(|key| is(key)).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(which(RoomKey::is_private), ["mentorship-01HZX", "organization:acme"]);
    assert_eq!(which(|key| !key.is_for_partners()), ["control", "canary"]);
    assert_eq!(
        which(|key| !key.is_named()),
        ["canary", "mentorship-01HZX", "organization:acme"],
        "the program's state names no secret"
    );
    assert_eq!(
        which(RoomKey::bot_only),
        ["space", "announcements", "leaderboard", "playbooks", "canary"]
    );
}

#[test]
fn a_room_of_an_industry_or_an_organization_says_which() {
    for key in every_key().iter().filter(|key| key.role().is_some()) {
        let states = states(key, "12");
        let room = content(&states, "agency.siso.partners.room");
        let said = (room["industry"].as_str(), room["organization"].as_str());
        let expected = match key.to_string().as_str() {
            "industry:dental" => (Some("dental"), None),
            "organization:acme" => (None, Some("acme")),
            _ => (None, None),
        };
        assert_eq!(said, expected, "{key}");
        assert_eq!((key.industry(), key.organization()), expected, "{key}");
    }
}

#[test]
fn names_and_topics_say_what_a_room_is_for() {
    let program = program();
    let wish = |key: &RoomKey, name, open| rules::wish(key, Some((name, open)), &program);
    assert_eq!(rules::wish(&RoomKey::Space, None, &program).name, "Northwind partners");
    let (dental, acme) = (RoomKey::Industry("dental".into()), RoomKey::Organization("acme".into()));
    for (key, name, open, topic) in [
        (
            &dental,
            "Dental",
            true,
            "Partners in Dental. Sales claimed here count for this industry.",
        ),
        (&dental, "Dental", false, "Dental is closed; the history stays readable."),
        (&acme, "Acme", false, "Acme has left the program."),
    ] {
        assert_eq!(wish(key, name, open).topic, topic);
    }
    let team = wish(&acme, "Acme", true);
    assert_eq!(team.name, "Acme · Northwind partners");
    assert!(team.topic.starts_with("Only for the people of Acme"), "{}", team.topic);
    let named = wish(&dental, "Pools `n` spas", true).topic;
    assert!(named.starts_with("Partners in Pools `n` spas."), "no command is in it: {named}");
}

#[test]
fn a_replaced_room_leads_to_the_next() {
    let content = rules::tombstone("General", "!next:example.org");
    assert_eq!(content["replacement_room"], "!next:example.org");
    assert_eq!(content["body"], "General goes on in a new room.");
}

#[test]
fn a_room_s_first_event_has_its_mark_and_tells_a_space() {
    let mark = |content: &serde_json::Value| content[rules::MADE].clone();
    let room = rules::create_content("01A", "general", false);
    assert_eq!((mark(&room), room.get("type")), (json!("01A:general"), None));
    let space = rules::create_content("01A", "space", true);
    assert_eq!((mark(&space), &space["type"]), (json!("01A:space"), &json!("m.space")));
}

#[test]
fn in_a_direct_chat_both_talk_and_nobody_asks_others_in() {
    for (version, users) in [("11", json!({"@bot:example.org": 100})), ("12", json!({}))] {
        let content = rules::direct_powers("@bot:example.org", version);
        assert_eq!((&content["events_default"], &content["users"]), (&json!(0), &users));
        let guarded = (&content["invite"], &content["events"]["m.room.encryption"]);
        assert_eq!(guarded, (&json!(100), &json!(100)), "{version}");
    }
}

#[test]
fn topics_name_commands_with_the_programs_prefix() {
    let mut program = program();
    program.prefix = "?".to_owned();
    let made = [RoomKey::Pair("01J".into()), RoomKey::Organization("acme".into())];
    for key in RoomKey::FIXED.into_iter().chain(made) {
        let topic = rules::wish(&key, None, &program).topic;
        assert!(!topic.contains(['!', '`']) && !topic.contains("win "), "{topic}");
    }
    assert!(rules::wish(&RoomKey::General, None, &program).topic.contains("?help shows"));
}
