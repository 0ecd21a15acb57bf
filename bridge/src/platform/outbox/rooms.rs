//! The room that a row goes to. A key may have had other rooms before: what was owed then goes to that
//! room, what speaks of an event goes to where the event is, the rest to the room of today.
use super::run::Sender;
use super::store::{self, Owed};
use crate::platform::homeserver::Homeserver;
use crate::platform::outbox::refs;
use crate::platform::refusal::Fault;
use crate::platform::work::OutKind;
use serde::Deserialize;

impl<H: Homeserver> Sender<H> {
    pub(super) async fn room_of(&mut self, row: &Owed) -> Result<Option<String>, Fault> {
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
