//! What the loops tell each other in memory. Everything here can be lost: the rows say the same.
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::Notify;

/// Something learned outside a transaction that the worker writes with its next commit.
#[derive(Debug, Clone)]
pub enum Mark {
    /// The homeserver took row `id`.
    Sent { id: i64, event_id: String },
    /// Our own event came back from the room.
    Confirmed { txn_id: String, event_id: String },
    /// No clear answer for row `id`, first at this time.
    Unknown { id: i64, at: i64 },
    /// The homeserver will never take row `id`.
    Parked { id: i64, why: String },
}

#[derive(Debug, Default)]
pub struct Counters {
    pub events: AtomicU64,
    pub kept: AtomicU64,
    pub conflicts: AtomicU64,
    pub malformed: AtomicU64,
    pub commands: AtomicU64,
    pub ignored: AtomicU64,
    pub faults: AtomicU64,
    pub sent: AtomicU64,
    pub parked: AtomicU64,
    pub retried: AtomicU64,
}

/// Where our rooms are, for those who work outside a transaction.
#[derive(Debug, Default, Clone)]
pub struct Places {
    /// Key of a kept room or `direct:@user` → room id.
    pub ids: HashMap<String, String>,
    /// Room ids of direct chats: every message there is for us.
    pub direct: HashSet<String>,
    /// Room ids of all rooms that we keep.
    pub kept: HashSet<String>,
    pub control: Option<String>,
}

#[derive(Debug, Default)]
pub struct Signals {
    pub inbox: Notify,
    pub outbox: Notify,
    /// Rooms or direct chats are wanted, or something in them must be mended.
    pub rooms: Notify,
    pub gaps: Notify,
    pub pending: AtomicUsize,
    pub outbox_pending: AtomicUsize,
    pub seq: AtomicI64,
    pub last_echo_at: AtomicI64,
    pub last_ping_at: AtomicI64,
    pub ready: AtomicBool,
    /// The database's disk is nearly full: nothing more is taken in.
    pub disk_low: AtomicBool,
    /// Grows when a room becomes known, so that the sender tries again what waited for it.
    pub places_version: AtomicU64,
    /// Another hand than the worker's wrote jobs: it is to look for due ones.
    pub jobs_changed: AtomicBool,
    pub counters: Counters,
    places: RwLock<Places>,
    marks: Mutex<Vec<Mark>>,
}

impl Signals {
    /// Tells the worker of jobs that it did not write itself.
    pub fn wake_jobs(&self) {
        self.jobs_changed.store(true, Relaxed);
        self.inbox.notify_one();
    }

    pub fn mark(&self, mark: Mark) {
        self.marks().push(mark);
    }

    #[must_use]
    pub fn take_marks(&self) -> Vec<Mark> {
        std::mem::take(&mut *self.marks())
    }

    /// Puts back what could not be written.
    pub fn restore_marks(&self, mut marks: Vec<Mark>) {
        let mut held = self.marks();
        marks.append(&mut held);
        *held = marks;
    }

    #[must_use]
    pub fn has_marks(&self) -> bool {
        !self.marks().is_empty()
    }

    pub fn places<T>(&self, read: impl FnOnce(&Places) -> T) -> T {
        read(&self.places.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set_places(&self, places: Places) {
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = places;
        self.places_version.fetch_add(1, std::sync::atomic::Ordering::Release);
        self.outbox.notify_one();
    }

    fn marks(&self) -> MutexGuard<'_, Vec<Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
