//! The state that each room should have, and what it is made with.
use super::key::RoomKey;
use super::power::powers;
use super::{Access, MADE, creator_is_endless, made_mark, server_acl};
use crate::platform::text::Line;
use crate::program::Program;
use schema::state::{RoomState, VERSION};
use serde_json::{Value, json};

/// A room as it should be, without what depends on other rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub key: RoomKey,
    pub name: String,
    pub topic: String,
    /// The whole alias; none for the bot's own room.
    pub alias: Option<String>,
    pub bot_only: bool,
    /// Whether the Space lists it.
    pub listed: bool,
}

/// One state event that should be in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateEvent {
    pub kind: &'static str,
    pub key: String,
    pub content: Value,
}

impl StateEvent {
    fn new(kind: &'static str, content: Value) -> Self {
        Self { kind, key: String::new(), content }
    }
}

/// What the state of a room depends on beside its wish.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub program: &'a Program,
    /// Room id of the Space, once it is made.
    pub space: Option<&'a str>,
    /// The version of the room itself.
    pub version: &'a str,
    /// Whether our alias is ours to use; a stranger may hold it.
    pub alias: bool,
    /// What else is known of the program's rooms.
    pub about: &'a About,
}

/// What the state of rooms depends on beside the program itself.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Spaces that were replaced: rooms name them no more.
    pub former_spaces: Vec<String>,
    /// Rooms that were replaced: the Space lists them no more.
    pub former_children: Vec<String>,
    /// The servers by which the Space is reached; empty is our own.
    pub space_via: Vec<String>,
    /// Whose servers may take part, once somebody has said so.
    pub access: Option<Access>,
}

/// A room of the Space's list.
#[derive(Debug, Clone)]
pub struct Child<'a> {
    pub key: &'a RoomKey,
    pub room_id: &'a str,
    pub listed: bool,
    /// The servers by which it is reached; empty is our own.
    pub via: &'a [String],
}

/// The wish for a key. `industry` is the name of the channel's industry (of a private room: of its
/// people or firm) and whether it is open.
#[must_use]
pub fn wish(key: &RoomKey, industry: Option<(&str, bool)>, program: &Program) -> Wish {
    let (name, open) = industry.unwrap_or((key.industry().unwrap_or_default(), true));
    let (title, topic) = words(key, name, open, &program.prefix);
    let name = match key {
        RoomKey::Space => program.name.clone(),
        _ => format!("{title} · {}", program.name),
    };
    let alias =
        key.alias(&program.alias_prefix).map(|local| format!("#{local}:{}", program.server_name));
    Wish {
        key: key.clone(),
        name,
        topic,
        alias,
        bot_only: key.bot_only() || !open,
        listed: key.in_space() && open,
    }
}

/// A title and a topic. In sentences of ours a command stands in backticks; names of people's making stay as they are.
fn words(key: &RoomKey, name: &str, open: bool, prefix: &str) -> (String, String) {
    let said = |sentence: &str| Line::new().sentence(sentence, prefix).into_plain();
    let named = |topic: String| (name.to_owned(), topic);
    let (title, topic) = match key {
        RoomKey::Space => ("", "The rooms of the partner program."),
        RoomKey::Announcements => {
            ("Announcements", "News of the program. Only the team's announcements appear here.")
        }
        RoomKey::General => ("General", "Talk among partners. `help` shows what you can do."),
        RoomKey::Wins => ("Wins", "Success stories. Congratulate in threads."),
        RoomKey::Leaderboard => (
            "Leaderboard",
            "Boards and results. `board` in General or in a direct chat shows more.",
        ),
        RoomKey::Playbooks => {
            ("Playbooks", "What has worked, approved by the team. `playbook search` finds more.")
        }
        RoomKey::Mentorship => ("Mentorship", "Find or offer a mentor: `mentor`."),
        RoomKey::Control => (
            "Control room",
            "The program's team: reviews, partners, rooms. `help` shows what you can do.",
        ),
        RoomKey::Canary => {
            ("Canary", "The bot checks here that its messages come back. Nothing to see.")
        }
        RoomKey::Pair(_) => {
            return named(said("For the two of you: `mentor goal`, `mentor log`, `mentor end`."));
        }
        RoomKey::Organization(_) if open => {
            let lists = said("`team list` names them.");
            return named(format!(
                "Only for the people of {name} and the program's managers. {lists}"
            ));
        }
        RoomKey::Organization(_) => {
            return named(format!("{name} has left the program."));
        }
        RoomKey::Industry(_) if open => {
            return named(format!(
                "Partners in {name}. Sales claimed here count for this industry."
            ));
        }
        RoomKey::Industry(_) => {
            return named(format!("{name} is closed; the history stays readable."));
        }
    };
    (title.to_owned(), said(topic))
}

/// Everything that should be in a room, beside the Space's list.
#[must_use]
pub fn own_states(wish: &Wish, frame: Frame<'_>) -> Vec<StateEvent> {
    let endless = creator_is_endless(frame.version);
    let mut states = vec![
        StateEvent::new("m.room.name", json!({ "name": wish.name })),
        StateEvent::new("m.room.topic", json!({ "topic": wish.topic })),
        StateEvent::new("m.room.join_rules", join_rule(&wish.key, frame.space)),
        StateEvent::new("m.room.history_visibility", json!({ "history_visibility": "shared" })),
        StateEvent::new("m.room.guest_access", json!({ "guest_access": "forbidden" })),
        StateEvent::new("m.room.power_levels", powers(&frame.program.bot, wish.bot_only, endless)),
    ];
    if let Some(alias) = wish.alias.as_deref().filter(|_| frame.alias) {
        states.push(StateEvent::new("m.room.canonical_alias", json!({ "alias": alias })));
    }
    if let Some(access) = &frame.about.access {
        let acl = server_acl(&frame.program.server_name, access);
        states.push(StateEvent::new("m.room.server_acl", acl));
    }
    let Some(space) = frame.space else { return states };
    if wish.key.in_space() {
        let via = servers(&frame.about.space_via, &frame.program.server_name);
        let content = json!({ "via": via, "canonical": true });
        states.push(StateEvent { kind: "m.space.parent", key: space.to_owned(), content });
        let former = frame.about.former_spaces.iter();
        states.extend(former.map(|space| emptied("m.space.parent", space)));
    }
    if let Some(role) = wish.key.role() {
        let room = RoomState {
            v: VERSION,
            program: space.to_owned(),
            role,
            industry: wish.key.industry().map(str::to_owned),
            organization: wish.key.organization().map(str::to_owned),
        };
        if let Ok(content) = serde_json::to_value(&room) {
            states.push(StateEvent::new("agency.siso.partners.room", content));
        }
    }
    states
}

fn join_rule(key: &RoomKey, space: Option<&str>) -> Value {
    match space {
        Some(space) if key.is_open() => json!({
            "join_rule": "restricted",
            "allow": [{ "type": "m.room_membership", "room_id": space }],
        }),
        _ => json!({ "join_rule": "invite" }),
    }
}

/// A line of the Space's list; an unlisted room has an empty one.
#[must_use]
pub fn child(child: &Child<'_>, server_name: &str) -> StateEvent {
    let content = if child.listed {
        let suggested = matches!(
            child.key,
            RoomKey::Announcements | RoomKey::General | RoomKey::Wins | RoomKey::Leaderboard
        );
        let via = servers(child.via, server_name);
        json!({ "via": via, "order": child.key.order(), "suggested": suggested })
    } else {
        json!({})
    };
    StateEvent { kind: "m.space.child", key: child.room_id.to_owned(), content }
}

fn servers(via: &[String], own: &str) -> Vec<String> {
    if via.is_empty() { vec![own.to_owned()] } else { via.to_vec() }
}

/// A line that leads nowhere any more.
#[must_use]
pub fn emptied(kind: &'static str, key: &str) -> StateEvent {
    StateEvent { kind, key: key.to_owned(), content: json!({}) }
}

/// Closes a room in favor of another one.
#[must_use]
pub fn tombstone(name: &str, new_room: &str) -> Value {
    json!({ "body": format!("{name} goes on in a new room."), "replacement_room": new_room })
}

/// What goes into the room's first event.
#[must_use]
pub fn create_content(install: &str, key: &str, space: bool) -> Value {
    let mut content = json!({ MADE: made_mark(install, key) });
    if space {
        content["type"] = "m.space".into();
    }
    content
}

/// Power levels of a direct chat that we open: both talk, nobody adds people or encryption.
#[must_use]
pub fn direct_powers(bot: &str, version: &str) -> Value {
    powers(bot, false, creator_is_endless(version))
}
