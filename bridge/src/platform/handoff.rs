//! Rows that were just committed, handed on in memory so that they need not be read again. The
//! database stays the truth: where anything is in doubt (a commit whose maker was cut off, more
//! rows than may be held) the taker is told from which number on to read it.
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A row with the number by which its table is read in order.
pub trait Numbered {
    fn number(&self) -> i64;
}

/// Between one or several makers of rows and the one loop that works on them.
#[derive(Debug)]
pub struct Handoff<T> {
    held: Mutex<Held<T>>,
    rows_max: usize,
    changed: Notify,
}

#[derive(Debug)]
struct Held<T> {
    rows: Vec<T>,
    /// Rows above this number may be committed without having been handed on.
    unread_after: Option<i64>,
    /// First numbers of what is promised and neither kept nor broken.
    open: Vec<i64>,
}

impl<T> Held<T> {
    fn close(&mut self, first: i64) {
        if let Some(at) = self.open.iter().position(|open| *open == first) {
            self.open.swap_remove(at);
        }
    }
}

impl<T: Numbered> Handoff<T> {
    /// At first everything is to be read.
    #[must_use]
    pub fn new(rows_max: usize) -> Self {
        let held = Held { rows: Vec::new(), unread_after: Some(0), open: Vec::new() };
        Self { held: Mutex::new(held), rows_max, changed: Notify::new() }
    }

    /// To be made before a commit of rows of this number and above; unless they are handed on
    /// afterwards, they are to be read.
    #[must_use]
    pub fn promise(&self, first: i64) -> Promise<'_, T> {
        self.held().open.push(first);
        Promise { handoff: self, first, kept: false }
    }

    /// Rows above this number are to be read.
    pub fn unread(&self, after: i64) {
        let mut held = self.held();
        held.unread_after = Some(held.unread_after.map_or(after, |known| known.min(after)));
        // What follows must not overtake what is to be read.
        held.rows.retain(|row| row.number() <= after);
        drop(held);
        self.wake();
    }

    /// What was handed on, and the number after which the table is to be read.
    #[must_use]
    pub fn take(&self) -> (Vec<T>, Option<i64>) {
        let mut held = self.held();
        (std::mem::take(&mut held.rows), held.unread_after.take())
    }

    /// Wakes the loop, for rows or for anything else that it looks after.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    pub async fn woken(&self) {
        self.changed.notified().await;
    }

    fn add(&self, promised: i64, mut rows: Vec<T>) {
        let mut held = self.held();
        held.close(promised);
        let Some(first) = rows.first().map(Numbered::number) else {
            drop(held);
            return self.wake();
        };
        let earlier = held.open.iter().copied().min().filter(|open| *open < first);
        if let Some(earlier) = earlier {
            // Others promised rows that come before these: all are read, in order, when those are there.
            let after = held.unread_after.map_or(earlier - 1, |known| known.min(earlier - 1));
            held.unread_after = Some(after);
            held.rows.retain(|row| row.number() <= after);
            return;
        }
        match held.unread_after {
            Some(known) => held.unread_after = Some(known.min(first - 1)),
            None if held.rows.len() + rows.len() > self.rows_max => {
                held.unread_after = Some(first - 1);
            }
            None => held.rows.append(&mut rows),
        }
        drop(held);
        self.wake();
    }

    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows are about to be committed.
pub struct Promise<'a, T: Numbered> {
    handoff: &'a Handoff<T>,
    first: i64,
    kept: bool,
}

impl<T: Numbered> Promise<'_, T> {
    /// All of them are committed.
    pub fn keep(mut self, rows: Vec<T>) {
        self.kept = true;
        self.handoff.add(self.first, rows);
    }

    /// Hands them on before they are committed; the promise comes back where they would have to be read,
    /// which they can be only afterwards.
    #[must_use]
    pub fn early(mut self, mut rows: Vec<T>) -> Option<Self> {
        let mut held = self.handoff.held();
        if held.unread_after.is_some() || held.rows.len() + rows.len() > self.handoff.rows_max {
            drop(held);
            return Some(self);
        }
        held.rows.append(&mut rows);
        held.close(self.first);
        drop(held);
        self.kept = true;
        self.handoff.wake();
        None
    }

    /// None of them will be.
    pub fn withdraw(mut self) {
        self.kept = true;
        self.handoff.add(self.first, Vec::new());
    }
}

impl<T: Numbered> Drop for Promise<'_, T> {
    fn drop(&mut self) {
        if !self.kept {
            self.handoff.held().close(self.first);
            self.handoff.unread(self.first - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Numbered for i64 {
        fn number(&self) -> i64 {
            *self
        }
    }

    #[test]
    fn at_first_all_is_read_then_rows_are_handed_on() {
        let handoff = Handoff::new(10);
        handoff.promise(5).keep(vec![5, 6]);
        assert_eq!(handoff.take(), (vec![], Some(0)));
        handoff.promise(7).keep(vec![7, 8]);
        assert_eq!(handoff.take(), (vec![7, 8], None));
    }

    #[test]
    fn a_broken_promise_is_read_and_nothing_overtakes_it() {
        let handoff = Handoff::new(10);
        let _ = handoff.take();
        handoff.promise(3).keep(vec![3]);
        drop(handoff.promise(4));
        handoff.promise(6).keep(vec![6]);
        assert_eq!(handoff.take(), (vec![3], Some(3)));
        handoff.promise(7).withdraw();
        assert_eq!(handoff.take(), (vec![], None));
    }

    #[test]
    fn what_comes_first_is_not_overtaken() {
        let handoff = Handoff::new(10);
        let _ = handoff.take();
        let earlier = handoff.promise(3);
        handoff.promise(4).keep(vec![4]);
        assert_eq!(handoff.take(), (vec![], Some(2)));
        earlier.keep(vec![3]);
        handoff.promise(5).keep(vec![5]);
        assert_eq!(handoff.take(), (vec![3, 5], None), "3 may have been met by the reading");
        let earlier = handoff.promise(6);
        handoff.promise(7).keep(vec![7]);
        earlier.withdraw();
        assert_eq!(handoff.take(), (vec![], Some(5)));
    }

    #[test]
    fn what_is_not_committed_is_not_left_to_be_read() {
        let handoff = Handoff::new(2);
        let _ = handoff.take();
        assert!(handoff.promise(1).early(vec![1]).is_none());
        assert_eq!(handoff.take(), (vec![1], None));
        drop(handoff.promise(2));
        let promise = handoff.promise(3).early(vec![3]).unwrap();
        // The table is read now, and does not have it yet.
        assert_eq!(handoff.take(), (vec![], Some(1)));
        promise.keep(vec![3]);
        assert_eq!(handoff.take(), (vec![3], None));
        assert!(handoff.promise(4).early(vec![4, 5, 6]).is_some());
    }

    #[test]
    fn more_than_may_be_held_is_read() {
        let handoff = Handoff::new(2);
        let _ = handoff.take();
        handoff.promise(1).keep(vec![1, 2]);
        handoff.promise(3).keep(vec![3]);
        handoff.promise(4).keep(vec![4]);
        assert_eq!(handoff.take(), (vec![1, 2], Some(2)));
    }
}
