//! What is wrong with a room, as findings for people. `judge` mends nothing and needs all of a
//! room's state; the keeper, which mends, uses single findings.
use super::diff::{Real, diff};
use super::states::{StateEvent, Wish};
use crate::platform::work::lasting;
use schema::card::{Finding, Severity};
use serde_json::Value;

/// The finding of a room that the bot is out of.
pub const NOT_JOINED: &str = "not_joined";
const REPAIR: &str = "Run `room repair` in the control room.";
const OWN: &str = "agency.siso.partners.";
/// Our one own type that has no row: it is part of the room's wish.
const ROLE: &str = "agency.siso.partners.room";

/// A room as it is known to us.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    pub wish: &'a Wish,
    /// The version that it was made with.
    pub version: &'a str,
    pub bot: &'a str,
}

/// Everything in a room that differs from what it should be.
#[must_use]
pub fn judge(room: Room<'_>, desired: &[StateEvent], real: &Real) -> Vec<Finding> {
    let name = &room.wish.name;
    if text(real, "m.room.member", room.bot, "membership") != Some("join") {
        return vec![not_joined(name)];
    }
    let mut found = Vec::new();
    let version = text(real, "m.room.create", "", "room_version").unwrap_or("1");
    if version != room.version {
        let sentence = format!("{name} has version {version}, the database says {}.", room.version);
        let mend = "Restore the database that belongs to this homeserver.";
        found.push(error("room_version", sentence, mend));
    }
    if real.contains_key(&("m.room.encryption".to_owned(), String::new())) {
        found.push(encrypted(name));
    }
    if real.contains_key(&("m.room.tombstone".to_owned(), String::new())) {
        found.push(closed(name));
    }
    found
        .extend(diff(desired, real).iter().map(|drift| differs(name, &drift.event, drift.changed)));
    found
}

fn text<'a>(real: &'a Real, kind: &str, key: &str, field: &str) -> Option<&'a str> {
    real.get(&(kind.to_owned(), key.to_owned()))?.get(field)?.as_str()
}

fn differs(name: &str, event: &StateEvent, changed: bool) -> Finding {
    let how = if changed { "different from the wish" } else { "missing" };
    match event.kind {
        "m.room.power_levels" => {
            error("room_power", format!("The power levels of {name} are {how}."), REPAIR)
        }
        "m.room.join_rules" => {
            error("room_join_rule", format!("The join rule of {name} is {how}."), REPAIR)
        }
        kind => warning("room_state", format!("{kind} of {name} is {how}."), REPAIR),
    }
}

/// A state of our own types against what the database says that it sent. `wanted` is `None` for
/// what the database has no row for.
#[must_use]
pub fn own_differs(
    name: &str,
    (kind, key): (&str, &str),
    wanted: Option<&Value>,
    real: Option<&Value>,
) -> Option<Finding> {
    let empty = |content: &Value| content.as_object().is_some_and(serde_json::Map::is_empty);
    let which = if key.is_empty() { kind.to_owned() } else { format!("{kind} {key}") };
    match (wanted, real) {
        (Some(wanted), Some(real)) if lasting(wanted) == lasting(real) => None,
        (Some(wanted), None) if empty(wanted) => None,
        (Some(_), _) => {
            let sentence = format!("{which} of {name} is not what the database says.");
            Some(error("state_differs", sentence, REPAIR))
        }
        (None, Some(real)) if kind.starts_with(OWN) && kind != ROLE && !empty(real) => {
            let sentence = format!("{name} has {which}, which the database does not know.");
            let mend = "See who wrote it, and restore the database if it was this program.";
            Some(warning("state_unknown", sentence, mend))
        }
        (None, _) => None,
    }
}

#[must_use]
pub fn parked(name: &str, kind: &str, why: &str) -> Finding {
    error("state_parked", format!("The homeserver refused {kind} of {name}: {why}."), REPAIR)
}

/// The bot is out of a room in which nobody else has any power.
#[must_use]
pub fn not_joined(name: &str) -> Finding {
    let sentence = format!(
        "The bot is no longer in {name}; it tries to come back, and what it has to say there waits."
    );
    let mend = "Invite the bot into the room again, if anybody may; else `room upgrade` and the room's name makes a \
                new room of ours and asks everybody over.";
    error(NOT_JOINED, sentence, mend)
}

#[must_use]
pub fn encrypted(name: &str) -> Finding {
    let mend = "Set encryption_enabled_by_default_for_room_type to off for this homeserver, or \
                use direct chats.";
    let sentence = format!("{name} is encrypted; the bot cannot read commands there.");
    error("encrypted", sentence, mend)
}

/// Somebody replaced the room.
#[must_use]
pub fn closed(name: &str) -> Finding {
    closed_for(name, None)
}

/// The same with the room that it is to lead to, where that is one.
#[must_use]
pub fn closed_for(name: &str, to: Option<&str>) -> Finding {
    let fits = |to: &&str| to.len() <= 255 && ruma::RoomId::parse(*to).is_ok();
    let to = to.filter(fits).filter(|to| to.chars().all(|ch| ch.is_ascii_graphic() && ch != '`'));
    let to = to.map_or_else(|| "another room".to_owned(), |to| format!("the room {to}"));
    let sentence = format!("{name} was closed in favor of {to}; the program does not follow.");
    let mend = "Tell people to stay where the bot is; `room upgrade` and the room's name makes a \
                new room of ours and asks everybody over.";
    error("tombstone", sentence, mend)
}

#[must_use]
pub fn alias_taken(alias: &str) -> Finding {
    let mend = "Remove that alias, or choose another program.alias_prefix; then `room repair`.";
    warning("alias_taken", format!("The alias {alias} leads to another room than ours."), mend)
}

fn error(id: &str, sentence: String, mend: &str) -> Finding {
    Finding { id: id.to_owned(), severity: Severity::Error, sentence, mend: Some(mend.to_owned()) }
}

fn warning(id: &str, sentence: String, mend: &str) -> Finding {
    Finding { severity: Severity::Warning, ..error(id, sentence, mend) }
}
