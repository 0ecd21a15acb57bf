//! Rows whose room is not there yet (a direct chat that cannot be opened) wait in the database, not
//! in memory: however many they are, they take nothing from the rooms that are.
use std::collections::HashMap;

/// By room, the number of its first row that was passed over.
#[derive(Debug, Default)]
pub struct Unplaced(HashMap<String, i64>);

impl Unplaced {
    /// Whether rows of the room were passed over, so that its later ones must be as well.
    #[must_use]
    pub fn has(&self, room: &str) -> bool {
        !self.0.is_empty() && self.0.contains_key(room)
    }

    /// Passes a row over; whether it is the first of its room.
    pub fn pass(&mut self, room: String, id: i64) -> bool {
        let before = self.0.len();
        self.0.entry(room).or_insert(id);
        self.0.len() > before
    }

    /// Rooms that are there by now, with their first row.
    #[must_use]
    pub fn found(&self, is_there: impl Fn(&str) -> bool) -> Vec<(String, i64)> {
        let found = self.0.iter().filter(|(room, _)| is_there(room));
        found.map(|(room, id)| (room.clone(), *id)).collect()
    }

    /// The rows of a room were read, all or up to the one before `next`.
    pub fn read(&mut self, room: &str, next: Option<i64>) {
        match next {
            Some(next) => drop(self.0.insert(room.to_owned(), next)),
            None => drop(self.0.remove(room)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_remembered_until_all_were_read() {
        let mut unplaced = Unplaced::default();
        assert!(unplaced.pass("direct:@a:x".into(), 3));
        assert!(!unplaced.pass("direct:@a:x".into(), 5));
        assert!(unplaced.has("direct:@a:x") && !unplaced.has("control"));
        assert_eq!(unplaced.found(|_| true), [("direct:@a:x".to_owned(), 3)]);
        assert_eq!(unplaced.found(|_| false), []);
        unplaced.read("direct:@a:x", Some(9));
        assert_eq!(unplaced.found(|_| true), [("direct:@a:x".to_owned(), 9)]);
        unplaced.read("direct:@a:x", None);
        assert_eq!(unplaced.found(|_| true), []);
    }
}
