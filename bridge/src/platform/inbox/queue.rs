//! The worker's rows in memory, in order: handed on by those who accepted them, or read.
use super::store::{self, Waiting};
use crate::platform::db::Conn;
use crate::platform::handoff::Handoff;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Unbounded};

/// Rows read at once, and held at most; the rest waits in the table.
const READ_MAX: usize = 512;
const HELD_MAX: usize = 4_096;

#[derive(Default)]
pub struct Queue {
    rows: BTreeMap<i64, Waiting>,
    /// Everything up to here was read or handed on once.
    read_to: i64,
    /// Rows above this number are to be read.
    unread_after: Option<i64>,
}

impl Queue {
    /// Takes over what was handed on.
    pub fn refill(&mut self, inbox: &Handoff<Waiting>) {
        if self.unread_after.is_some() || self.rows.len() >= HELD_MAX {
            return;
        }
        let (rows, unread_after) = inbox.take();
        self.unread_after = unread_after;
        for row in rows {
            // A reading may have met it already, and it may be done since: only the table knows.
            if row.seq <= self.read_to && !self.rows.contains_key(&row.seq) {
                self.doubt(row.seq - 1);
            } else {
                self.rows.insert(row.seq, row);
            }
        }
    }

    /// Whether any row may be there that can run.
    #[must_use]
    pub fn is_any(&self, held: &HashMap<String, i64>) -> bool {
        self.unread_after.is_some()
            || self.rows.values().any(|row| !held.contains_key(&row.room_id))
    }

    /// Reads what was not handed on, if anything.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(
        &mut self,
        tx: &mut Conn,
        inbox: &Handoff<Waiting>,
    ) -> Result<(), sqlx::Error> {
        let Some(after) = self.unread_after else { return Ok(()) };
        let limit = i64::try_from(READ_MAX).unwrap_or(i64::MAX);
        let rows = store::waiting(tx, after, limit).await?;
        self.unread_after = None;
        if rows.len() == READ_MAX {
            let last = rows.last().map_or(after, |row| row.seq);
            inbox.unread(last);
            // What is held above it must not overtake what is still to be read.
            self.rows.split_off(&(last + 1));
        }
        for row in rows {
            self.read_to = self.read_to.max(row.seq);
            self.rows.entry(row.seq).or_insert(row);
        }
        Ok(())
    }

    /// Whether all that waits in the table is here.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.unread_after.is_none()
    }

    /// What waits, oldest first.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &Waiting> {
        self.rows.values()
    }

    /// The oldest row above a number whose room is not held back.
    #[must_use]
    pub fn next(&self, after: i64, held: &HashMap<String, i64>) -> Option<&Waiting> {
        let mut later = self.rows.range((Excluded(after), Unbounded));
        later.find(|(_, row)| !held.contains_key(&row.room_id)).map(|(_, row)| row)
    }

    pub fn remove(&mut self, seq: i64) -> Option<Waiting> {
        self.rows.remove(&seq)
    }

    pub fn put_back(&mut self, row: Waiting) {
        self.rows.insert(row.seq, row);
    }

    /// Drops what is held after a fault; all of it is read again.
    pub fn forget(&mut self) {
        self.rows.clear();
        self.doubt(0);
    }

    fn doubt(&mut self, after: i64) {
        self.unread_after = Some(self.unread_after.map_or(after, |known| known.min(after)));
    }
}
