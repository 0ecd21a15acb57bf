//! The worker's memory of who is joined where and what each room is: thousands of lookups a second
//! without a statement. Only what is certain is kept; anything else is asked of the database, and
//! what that does not know of the homeserver.
use super::store;
use crate::platform::access::Place;
use crate::platform::db::Conn;
use crate::platform::work::Memory;
use std::collections::{HashMap, HashSet};

/// Memberships remembered; a larger program asks the database for the rest.
const JOINED_MAX: usize = 200_000;
const PLACES_MAX: usize = 20_000;

/// Who is joined. Names are numbered once, so that a membership costs eight bytes.
#[derive(Default)]
pub struct Joined {
    names: HashMap<String, u32>,
    pairs: HashSet<(u32, u32)>,
    loaded: bool,
}

impl Joined {
    #[must_use]
    pub fn has(&self, room_id: &str, user: &str) -> bool {
        match (self.names.get(room_id), self.names.get(user)) {
            (Some(room), Some(user)) => self.pairs.contains(&(*room, *user)),
            _ => false,
        }
    }

    pub fn add(&mut self, room_id: &str, user: &str) {
        if self.pairs.len() >= JOINED_MAX {
            self.pairs.clear();
            self.names.clear();
        }
        let pair = (self.number(room_id), self.number(user));
        self.pairs.insert(pair);
    }

    pub fn remove(&mut self, room_id: &str, user: &str) {
        if let (Some(room), Some(user)) = (self.names.get(room_id), self.names.get(user)) {
            self.pairs.remove(&(*room, *user));
        }
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.insert(name.to_owned(), number);
        number
    }
}

/// What each room is; a room that is none of ours is not remembered, it may become one.
#[derive(Default)]
pub struct Known {
    places: HashMap<String, Place>,
    loaded: bool,
}

impl Known {
    #[must_use]
    pub fn get(&self, room_id: &str) -> Option<&Place> {
        self.places.get(room_id)
    }

    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// All kept rooms, once.
    pub fn load(&mut self, places: impl Iterator<Item = (String, Place)>) {
        self.places.extend(places);
        self.loaded = true;
    }

    pub fn add(&mut self, room_id: &str, place: Place) {
        if self.places.len() >= PLACES_MAX {
            self.places.retain(|_, place| !place.is_direct());
        }
        self.places.insert(room_id.to_owned(), place);
    }

    pub fn remove(&mut self, room_id: &str) {
        self.places.remove(room_id);
    }
}

/// Reads the memberships once; does nothing when they are there.
///
/// # Errors
/// When the database refuses.
pub async fn warm(tx: &mut Conn, memory: &mut Memory) -> Result<(), sqlx::Error> {
    if memory.cache::<Joined>().loaded {
        return Ok(());
    }
    let limit = i64::try_from(JOINED_MAX).unwrap_or(i64::MAX);
    let rows = store::members::joined(tx, limit).await?;
    let joined = memory.cache::<Joined>();
    for (room, user) in &rows {
        joined.add(room, user);
    }
    joined.loaded = true;
    Ok(())
}

/// Whether memory alone is certain that the person is joined.
#[must_use]
pub fn certain(memory: &mut Memory, room_id: &str, user: &str) -> bool {
    memory.cache::<Joined>().has(room_id, user)
}

/// Drops both memories: rows were changed by another hand than the worker's.
pub fn forget(memory: &mut Memory) {
    *memory.cache::<Joined>() = Joined::default();
    *memory.cache::<Known>() = Known::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_known_until_it_ends() {
        let mut joined = Joined::default();
        joined.add("!a", "@u:x");
        assert!(joined.has("!a", "@u:x"));
        assert!(!joined.has("!b", "@u:x"));
        assert!(!joined.has("@u:x", "!a"));
        joined.remove("!a", "@u:x");
        assert!(!joined.has("!a", "@u:x"));
    }
}
