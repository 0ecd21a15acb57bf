//! The room that a row goes to. A key may have had other rooms before: what was owed then goes to that
//! room, what speaks of an event goes to where the event is, the rest to the room of today.
use super::carry;
use super::run::{ROOM_WAIT_MS, Sender};
use super::store::{self, Owed};
use crate::platform::homeserver::Homeserver;
use crate::platform::outbox::refs;
use crate::platform::refusal::Fault;
use crate::platform::signals::{Mark, Places};
use crate::platform::work::{MARKER, OutKind};
use serde::Deserialize;
use std::sync::Arc;

/// Where a row goes.
pub(super) struct Way {
    pub room_id: String,
    /// Its own room is out of reach: what it says is said anew.
    pub is_anew: bool,
}

impl<H: Homeserver> Sender<H> {
    /// Where a row goes now; nowhere while its room is not there, or the bot is out of it.
    pub(super) async fn way_of(&mut self, row: &Owed) -> Result<Option<Way>, Fault> {
        let Some(room_id) = self.room_of(row).await? else { return Ok(None) };
        if self.closed.contains(&room_id) {
            let now =
                self.app.signals.places(|places| places.successor(&room_id).map(str::to_owned));
            return Ok(now.map(|room_id| Way { room_id, is_anew: true }));
        }
        let is_open = self.app.signals.places(|places| places.open(&room_id).is_some());
        Ok(is_open.then_some(Way { room_id, is_anew: false }))
    }

    /// What is left of a row whose room was replaced while the bot was out of it: its words, as a message of their
    /// own in the room of today. A sign or a redaction has nothing there that it could be on.
    pub(super) fn anew(row: &Owed) -> Option<Arc<Owed>> {
        let has_words = matches!(row.kind, OutKind::Message | OutKind::File);
        let mut content = has_words.then(|| carry::alone(&row.content)).flatten()?;
        content[MARKER] = row.txn_id.clone().into();
        Some(Arc::new(Owed { content: content.to_string(), ..row.clone() }))
    }

    /// The bot is not in the room of a row: into one of today it is brought back, into one of old it is not.
    pub(super) fn lost(&mut self, row: &Owed, room_id: String, now: i64) {
        if self.app.signals.places(|places| places.is_current(&room_id)) {
            self.app.signals.mark(Mark::Lost { room_id, at: now });
            self.lanes.again(&row.lane(), now + ROOM_WAIT_MS);
        } else {
            self.closed.insert(room_id);
            self.lanes.again(&row.lane(), now);
        }
    }

    /// The room of a row is not there. One that the bot is out of is looked after by itself: to ask for it with each
    /// change of places would be to change them again.
    pub(super) fn wait_for_room(&mut self, row: &Owed, now: i64) {
        let is_known =
            |places: &Places| row.room.starts_with('!') || places.ids.contains_key(&row.room);
        if !self.app.signals.places(is_known) {
            self.app.signals.want_rooms();
        }
        self.lanes.again(&row.lane(), now + ROOM_WAIT_MS);
    }

    async fn room_of(&mut self, row: &Owed) -> Result<Option<String>, Fault> {
        if row.room.starts_with('!') {
            return Ok(Some(row.room.clone()));
        }
        let (now, meant, moved) = self.app.signals.places(|places| {
            let meant = places.room_for(&row.room, row.id).map(str::to_owned);
            (places.ids.get(&row.room).cloned(), meant, places.former.contains_key(&row.room))
        });
        if !moved || matches!(row.kind, OutKind::Invite | OutKind::Remove) {
            return Ok(now);
        }
        Ok(self.home(row).await?.or(meant))
    }

    /// Whether a row speaks of the very row that it names, not of where that was said again.
    pub(super) fn means_the_row(&self, row: &Owed) -> bool {
        row.kind == OutKind::Redact || self.is_former(row)
    }

    /// Whether a row was owed before its room was replaced.
    pub(super) fn is_former(&self, row: &Owed) -> bool {
        self.app.signals.places(|places| places.is_former(&row.room, row.id))
    }

    /// The room of the event that a row speaks of.
    async fn home(&mut self, row: &Owed) -> Result<Option<String>, Fault> {
        let mut reader = self.app.db.read().await?;
        let found = match row.target().or_else(|| refs::key(&row.content)) {
            Some(key) => store::home_of(&mut reader, &key, self.means_the_row(row)).await?,
            None => {
                let Some(event) = named(&row.content) else { return Ok(None) };
                match store::home_of_event(&mut reader, &event).await? {
                    Some(home) => Some(home),
                    None => return Ok(store::room_of_event(&mut reader, &event).await?),
                }
            }
        };
        let Some((room, id)) = found else { return Ok(None) };
        if room.starts_with('!') {
            return Ok(Some(room));
        }
        Ok(self.app.signals.places(|places| places.room_for(&room, id).map(str::to_owned)))
    }
}

/// The event that a content is related to.
fn named(content: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Content {
        #[serde(rename = "m.relates_to")]
        relates: Option<Relates>,
    }
    #[derive(Deserialize)]
    struct Relates {
        event_id: Option<String>,
        #[serde(rename = "m.in_reply_to")]
        reply: Option<Reply>,
    }
    #[derive(Deserialize)]
    struct Reply {
        event_id: Option<String>,
    }
    if !content.contains("\"m.relates_to\"") {
        return None;
    }
    let relates = serde_json::from_str::<Content>(content).ok()?.relates?;
    relates.event_id.or_else(|| relates.reply?.event_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_a_relation_is_named() {
        let thread = r#"{"m.relates_to":{"event_id":"$a","m.in_reply_to":{"event_id":"$b"}}}"#;
        assert_eq!(named(thread).as_deref(), Some("$a"));
        let reply = r#"{"m.relates_to":{"m.in_reply_to":{"event_id":"$b"}}}"#;
        assert_eq!(named(reply).as_deref(), Some("$b"));
        assert_eq!(named(r#"{"body":"\"m.relates_to\""}"#), None);
    }
}
