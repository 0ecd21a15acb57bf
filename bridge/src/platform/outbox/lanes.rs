//! Rows in memory, by lane (a room, or half of a room's reactions): one at a time and in order within a
//! lane, lanes side by side.
use super::store::Owed;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

#[derive(Default)]
struct Lane {
    rows: VecDeque<Arc<Owed>>,
    busy: bool,
    tries: u32,
}

#[derive(Default)]
pub struct Lanes {
    lanes: HashMap<String, Lane>,
    ready: VecDeque<String>,
    /// In order, so that those that are woken together go the same way each time.
    waiting: BTreeMap<String, Wait>,
    rows: usize,
}

/// Until when a lane waits, and whether it may be woken before.
#[derive(Debug, Clone, Copy)]
struct Wait {
    at: i64,
    firm: bool,
}

impl Lanes {
    /// Rows held, those on their way included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Rows of lanes that do not wait.
    #[must_use]
    pub fn movable(&self) -> usize {
        let waiting = self.waiting.keys().filter_map(|lane| self.lanes.get(lane));
        self.rows - waiting.map(|lane| lane.rows.len()).sum::<usize>()
    }

    pub fn push(&mut self, row: Owed) {
        self.rows += 1;
        let room = row.lane();
        let lane = self.lanes.entry(room.clone()).or_default();
        let idle = lane.rows.is_empty() && !lane.busy;
        lane.rows.push_back(Arc::new(row));
        if idle && !self.waiting.contains_key(&room) {
            self.ready.push_back(room);
        }
    }

    /// The next row that may go; its lane is busy until `done` or `again`.
    pub fn take(&mut self) -> Option<(Arc<Owed>, u32)> {
        while let Some(room) = self.ready.pop_front() {
            let Some(lane) = self.lanes.get_mut(&room) else { continue };
            if lane.busy {
                continue;
            }
            if let Some(row) = lane.rows.front() {
                lane.busy = true;
                return Some((row.clone(), lane.tries));
            }
        }
        None
    }

    /// How often the lane's first row was tried.
    #[must_use]
    pub fn tries(&self, room: &str) -> u32 {
        self.lanes.get(room).map_or(0, |lane| lane.tries)
    }

    /// The lane's first row is settled.
    pub fn done(&mut self, room: &str) {
        let Some(lane) = self.lanes.get_mut(room) else { return };
        lane.busy = false;
        lane.tries = 0;
        lane.rows.pop_front();
        self.rows -= 1;
        if lane.rows.is_empty() {
            self.lanes.remove(room);
        } else {
            self.ready.push_back(room.to_owned());
        }
    }

    /// The lane's first row is to be tried again at the given time.
    pub fn again(&mut self, room: &str, at: i64) {
        self.wait(room, Wait { at, firm: false });
    }

    /// As `again`, and not before, whatever happens meanwhile.
    pub fn hold(&mut self, room: &str, at: i64) {
        self.wait(room, Wait { at, firm: true });
    }

    fn wait(&mut self, room: &str, wait: Wait) {
        let Some(lane) = self.lanes.get_mut(room) else { return };
        lane.busy = false;
        lane.tries = lane.tries.saturating_add(1);
        self.waiting.insert(room.to_owned(), wait);
    }

    /// Wakes the lanes whose time has come; gives the time of the next one.
    pub fn wake(&mut self, now: i64) -> Option<i64> {
        let due: Vec<String> = self
            .waiting
            .iter()
            .filter(|(_, wait)| wait.at <= now)
            .map(|(room, _)| room.clone())
            .collect();
        for room in due {
            self.waiting.remove(&room);
            self.ready.push_back(room);
        }
        self.waiting.values().map(|wait| wait.at).min()
    }

    /// Lets a lane try at once: what it waited for is there.
    pub fn wake_lane(&mut self, lane: &str) {
        if self.waiting.get(lane).is_some_and(|wait| !wait.firm) {
            self.waiting.remove(lane);
            self.ready.push_back(lane.to_owned());
        }
    }

    /// Lets every waiting lane try at once: a room became known, or the homeserver is back.
    pub fn wake_all(&mut self) {
        for (room, _) in self.waiting.extract_if(.., |_, wait| !wait.firm) {
            self.ready.push_back(room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::work::OutKind;

    fn row(id: i64, room: &str) -> Owed {
        Owed {
            id,
            txn_id: id.to_string(),
            dedupe_key: id.to_string(),
            room: room.to_owned(),
            kind: OutKind::Message,
            event_type: "".into(),
            subject: None,
            content: String::new(),
            cause: String::new(),
            made_at: 0,
            unknown_at: None,
        }
    }

    #[test]
    fn a_room_sends_one_at_a_time_and_rooms_side_by_side() {
        let mut lanes = Lanes::default();
        for (id, room) in [(1, "a"), (2, "a"), (3, "b")] {
            lanes.push(row(id, room));
        }
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(1));
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(3));
        assert!(lanes.take().is_none());
        lanes.done("a");
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(2));
    }

    #[test]
    fn a_waiting_room_keeps_its_order() {
        let mut lanes = Lanes::default();
        lanes.push(row(1, "a"));
        lanes.push(row(2, "a"));
        assert!(lanes.take().is_some());
        lanes.again("a", 50);
        assert!(lanes.take().is_none());
        assert_eq!(lanes.wake(49), Some(50));
        assert_eq!(lanes.wake(50), None);
        assert_eq!(lanes.take().map(|(row, tries)| (row.id, tries)), Some((1, 1)));
        lanes.push(row(3, "a"));
        assert!(lanes.take().is_none());
        lanes.done("a");
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(2));
    }

    #[test]
    fn what_waits_does_not_count_as_movable() {
        let mut lanes = Lanes::default();
        for (id, room) in [(1, "a"), (2, "a"), (3, "b")] {
            lanes.push(row(id, room));
        }
        assert!(lanes.take().is_some());
        lanes.again("a", 50);
        assert_eq!((lanes.len(), lanes.movable()), (3, 1));
        lanes.wake(50);
        assert_eq!((lanes.len(), lanes.movable()), (3, 3));
    }

    #[test]
    fn a_firm_wait_is_not_woken() {
        let mut lanes = Lanes::default();
        for (id, room) in [(1, "a"), (2, "b")] {
            lanes.push(row(id, room));
            assert!(lanes.take().is_some());
        }
        lanes.hold("a", 90_000);
        lanes.again("b", 90_000);
        lanes.wake_all();
        lanes.wake_lane("a");
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(2));
        assert!(lanes.take().is_none());
        assert_eq!(lanes.wake(90_000), None);
        assert_eq!(lanes.take().map(|(row, _)| row.id), Some(1));
    }
}
