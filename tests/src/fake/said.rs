//! What the program said in all rooms by the end of a test: checked for mentions, and kept for the eye where a
//! folder is named (`tests/looks` does).

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::room::Event;
use super::world::World;
use crate::{Outcome, mentions};

/// The folder in which messages are kept.
const FOLDER: &str = "PARTNERSPACE_SAID";
/// What the program writes into everything that it sends.
const MARKER: &str = "agency.siso.partners.txn";
const CARD: &str = "agency.siso.partners.card";

/// # Errors
/// When a message mentions somebody who need not act; when the folder cannot be written.
pub fn end(world: &World) -> Outcome<()> {
    for event in said(world) {
        mentions::check(&event.content, &event.content[CARD])?;
    }
    match std::env::var_os(FOLDER) {
        Some(folder) => keep(world, Path::new(&folder)),
        None => Ok(()),
    }
}

/// The messages of the program that were not taken back.
fn said(world: &World) -> impl Iterator<Item = &Event> {
    let all = world.rooms.values().flat_map(|room| &room.timeline);
    all.filter(|event| {
        event.kind == "m.room.message"
            && world.is_ours(&event.sender)
            && event.content["msgtype"].is_string()
            && event.content.get(MARKER).is_some()
    })
}

/// A line of JSON for each message, with the line that it answers; pictures beside it.
fn keep(world: &World, folder: &Path) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    let mut lines = String::new();
    for event in said(world) {
        let shown = event.content.get("m.new_content").unwrap_or(&event.content);
        if let Some(file) = shown["url"].as_str().and_then(|url| world.media.get(url)) {
            let name = shown["url"].as_str().and_then(|url| url.rsplit('/').next());
            let name = name.unwrap_or_default();
            std::fs::write(folder.join(format!("{name}.png")), &file.bytes)?;
        }
        let role = role(world, &event.room);
        let line = json!({ "room": role, "content": shown, "to": asked(world, event) });
        let _ = writeln!(lines, "{line}");
    }
    let name = ulid::Ulid::new().to_string();
    Ok(std::fs::write(folder.join(format!("{name}.jsonl")), lines)?)
}

fn role(world: &World, room: &str) -> Value {
    let found = world.rooms.get(room).and_then(|room| room.get("agency.siso.partners.room", ""));
    found.map_or(Value::Null, |event| event.content["role"].clone())
}

/// What the message answers.
fn asked<'a>(world: &'a World, event: &'a Event) -> Option<&'a str> {
    let to = event.content["m.relates_to"]["m.in_reply_to"]["event_id"].as_str()?;
    Some(world.rooms.get(&event.room)?.event(to)?.body())
}
