//! A message that is pinned in a room and kept up to date: sent and pinned the first time, edited in
//! place afterwards, at most once in a while and only when what it shows has changed.
mod store;

pub use store::{Pin, drop_pin, pins, set_pin};

use super::refusal::Fault;
use super::text::Message;
use super::work::{Work, event_ref};
use serde_json::json;

const PINNED: &str = "m.room.pinned_events";

/// The time before which a room's pin is left as it is, when that is still to come.
///
/// # Errors
/// When the database refuses.
pub async fn resting(work: &mut Work<'_>, room: &str, slot: &str) -> Result<Option<i64>, Fault> {
    let every = work.program.limits.pin_every_ms;
    let pins = pins(work.tx, room).await?;
    let until = pins.iter().find(|pin| pin.slot == slot).map(|pin| pin.shown_at + every);
    Ok(until.filter(|until| work.now < *until))
}

/// What a pin shall show: the message, what is compared to tell whether anything changed, and
/// whether there is nothing in it yet, so that the first news may follow at once.
#[derive(Debug)]
pub struct Shown {
    pub message: Message,
    pub hash: String,
    pub is_empty: bool,
}

/// # Errors
/// When the database refuses.
pub async fn show(work: &mut Work<'_>, room: &str, slot: &str, shown: &Shown) -> Result<(), Fault> {
    let hash = shown.hash.clone();
    let old = pins(work.tx, room).await?.into_iter().find(|pin| pin.slot == slot);
    match old {
        Some(pin) if pin.hash == hash => {}
        Some(pin) => {
            work.edit(room, &pin.dedupe_key, &shown.message);
            set_pin(work.tx, room, &Pin { hash, shown_at: work.now, ..pin }).await?;
        }
        None => {
            let key = work.send_as(&format!("pin:{room}:{slot}"), room, &shown.message);
            let rest = if shown.is_empty { work.program.limits.pin_every_ms } else { 0 };
            let shown_at = work.now - rest;
            let pin = Pin { slot: slot.to_owned(), dedupe_key: key, hash, shown_at };
            set_pin(work.tx, room, &pin).await?;
            say_pinned(work, room).await?;
        }
    }
    Ok(())
}

/// Shows a pin for the last time and lets it go: the message stays in the room, as it reads then.
///
/// # Errors
/// When the database refuses.
pub async fn retire(
    work: &mut Work<'_>,
    room: &str,
    slot: &str,
    last: &Shown,
) -> Result<(), Fault> {
    let old = pins(work.tx, room).await?.into_iter().find(|pin| pin.slot == slot);
    let Some(pin) = old else { return Ok(()) };
    if pin.hash != last.hash {
        work.edit(room, &pin.dedupe_key, &last.message);
    }
    drop_pin(work.tx, room, slot).await?;
    say_pinned(work, room).await
}

/// Which messages of a room are pinned.
async fn say_pinned(work: &mut Work<'_>, room: &str) -> Result<(), Fault> {
    let pins = pins(work.tx, room).await?;
    let events: Vec<String> = pins.iter().map(|pin| event_ref(&pin.dedupe_key)).collect();
    work.state(room, PINNED, "", &json!({ "pinned": events }));
    Ok(())
}
