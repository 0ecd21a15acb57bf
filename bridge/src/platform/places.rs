//! Where our rooms are, for those who work outside a transaction.
use std::collections::{HashMap, HashSet};

/// Rooms by what they are to the program.
#[derive(Debug, Default, Clone)]
pub struct Places {
    /// Key of a kept room or `direct:@user` → room id.
    pub ids: HashMap<String, String>,
    /// Room ids of direct chats: every message there is for us.
    pub direct: HashSet<String>,
    /// Room ids of all rooms that we keep.
    pub kept: HashSet<String>,
    /// Of these, those that the bot is out of: what goes there waits until it is back.
    pub lost: HashSet<String>,
    pub control: Option<String>,
    /// Key → the rooms that it had before, oldest first, each with the last row meant for it.
    pub former: HashMap<String, Vec<(i64, String)>>,
    /// Control rooms that were replaced: answers there still count.
    pub former_control: HashSet<String>,
}

impl Places {
    /// Whether a room is one of today's that we keep.
    #[must_use]
    pub fn is_current(&self, room_id: &str) -> bool {
        let mut former = self.former.values().flatten();
        self.kept.contains(room_id) && former.all(|(_, former)| former != room_id)
    }

    /// The room of today in the place of one of old, where the bot is in it.
    #[must_use]
    pub fn successor(&self, room_id: &str) -> Option<&str> {
        let had = |rooms: &[(i64, String)]| rooms.iter().any(|(_, former)| former == room_id);
        let (key, _) = self.former.iter().find(|(_, rooms)| had(rooms))?;
        self.open(key)
    }

    /// Whether a room is one that we keep, or kept.
    #[must_use]
    pub fn is_ours(&self, room_id: &str) -> bool {
        self.kept.contains(room_id)
            || self.former.values().flatten().any(|(_, former)| former == room_id)
    }

    /// The room of a key, or of an id, where the bot is in it.
    #[must_use]
    pub fn open<'a>(&'a self, room: &'a str) -> Option<&'a str> {
        let id =
            if room.starts_with('!') { Some(room) } else { self.ids.get(room).map(String::as_str) };
        id.filter(|id| !self.lost.contains(*id))
    }

    /// The room for which a row of the outbox was meant.
    #[must_use]
    pub fn room_for(&self, key: &str, row: i64) -> Option<&str> {
        let former = self.former.get(key).into_iter().flatten().find(|(last, _)| row <= *last);
        former.map(|(_, room)| room).or_else(|| self.ids.get(key)).map(String::as_str)
    }

    /// Whether a row was owed before its room was replaced.
    #[must_use]
    pub fn is_former(&self, key: &str, row: i64) -> bool {
        self.former.get(key).into_iter().flatten().any(|(last, _)| row <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_the_bot_is_out_of_is_not_open() {
        let mut places = Places::default();
        places.ids.insert("general".into(), "!b:x".into());
        places.kept.extend(["!a:x".to_owned(), "!b:x".to_owned()]);
        places.former.insert("general".into(), vec![(7, "!a:x".into())]);
        assert_eq!(places.open("general"), Some("!b:x"));
        assert_eq!((places.is_current("!a:x"), places.is_current("!b:x")), (false, true));
        assert_eq!((places.is_ours("!a:x"), places.is_ours("!c:x")), (true, false));
        assert_eq!((places.successor("!a:x"), places.successor("!b:x")), (Some("!b:x"), None));
        places.lost.insert("!b:x".into());
        assert_eq!((places.open("general"), places.open("!b:x")), (None, None));
        assert_eq!(places.successor("!a:x"), None);
        assert_eq!((places.open("!a:x"), places.open("wins")), (Some("!a:x"), None));
    }
}
