//! What the loops tell each other in memory. Everything here can be lost: the rows say the same.
use super::alarms::{Alarm, Alarms};
use super::counters::{Counters, observe};
use super::db::damage_in;
use super::handoff::Handoff;
use super::inbox::store::Waiting;
use super::outbox::store::Owed;
pub use super::places::Places;
use super::refusal::Fault;
use super::turns::Turns;
use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use tokio::sync::{Mutex as Turn, MutexGuard as Held, Notify};

/// Something learned outside a transaction that the worker writes with its next commit.
#[derive(Debug, Clone)]
pub enum Mark {
    /// The homeserver took row `id`.
    Sent { id: i64, txn_id: String, event_id: String },
    /// Our own event came back from the room.
    Confirmed { txn_id: String, event_id: String },
    /// No clear answer for row `id`, first at this time.
    Unknown { id: i64, at: i64 },
    /// The homeserver will never take row `id`.
    Parked { id: i64, why: String },
    /// An edit went out as a message of its own, in the place of a refused one of this key.
    Stands { key: String, event_id: String },
    /// The server of an invited person does not answer at this time.
    Hindered { user: String, at: i64 },
    /// The bot is not in this room of ours.
    Lost { room_id: String, at: i64 },
}

/// Inputs that wait for the worker in memory, beyond which it reads them from their table.
const INPUTS_MAX: usize = 2_048;
/// Messages, likewise, for the sender: a claim owes four.
const OWED_MAX: usize = 6_000;
/// What readiness waits for when nothing can be written.
const UNWRITABLE: &str = "the database takes no writes";

#[derive(Debug)]
pub struct Signals {
    /// From those who accept inputs to the worker.
    pub inbox: Handoff<Waiting>,
    /// From the worker to the sender.
    pub outbox: Handoff<Owed>,
    /// Room state is wanted that may not have been before.
    pub states: Notify,
    /// Rooms or direct chats are wanted, or something in them must be mended.
    pub rooms: Notify,
    /// The same, for the chats with people of other servers.
    pub chats: Notify,
    pub gaps: Notify,
    /// A walk through some room's past is owed.
    pub walks_owed: AtomicBool,
    /// Looks at other homeservers are owed.
    pub checks: Notify,
    /// The homeserver has closed a connection that it meant to keep.
    pub hung_up: Notify,
    pub pending: AtomicUsize,
    pub outbox_pending: AtomicUsize,
    pub seq: AtomicI64,
    pub last_echo_at: AtomicI64,
    pub last_ping_at: AtomicI64,
    pub ready: AtomicBool,
    /// What is wrong with the link has changed.
    pub link_changed: Notify,
    /// The database's disk is nearly full: nothing more is taken in.
    pub disk_low: AtomicBool,
    /// Grows when a room becomes known or the homeserver is back, so that the sender tries again
    /// what waited for it.
    pub places_version: AtomicU64,
    /// Another hand than the worker's wrote jobs: it is to look for due ones.
    pub jobs_changed: AtomicBool,
    pub counters: Counters,
    /// What lasts and is wrong, as those note it who notice.
    pub noticed: Alarms,
    /// What the team was told of, or soon will be.
    pub raised: Alarms,
    /// How far the homeserver's clock is ahead of ours, as the last canary proved; 0 when it proved nothing.
    pub skew_ms: AtomicI64,
    /// The worker's batch in hand.
    pub turn: Turns,
    /// 1 while we work, 0 while another instance does, -1 while nobody can be told to.
    pub lease: AtomicI64,
    /// A state that is on its way to the homeserver: room, type and key.
    pub state_flying: Mutex<Option<[String; 3]>>,
    /// Free bytes on the database's disk; -1 where that is not ours to know.
    pub disk_free: AtomicI64,
    /// What the watch read last: quarantined inputs, owed messages, parked ones, rooms without us, and
    /// when the last backup was made (0 for none).
    pub counted: [AtomicI64; 5],
    /// The transaction id of the canary that is out, and when it was sent.
    canary: Mutex<Option<(String, i64)>>,
    /// After a restore: the doors are shut until the rooms are read back, and jobs wait until that is
    /// worked off.
    shut: AtomicBool,
    jobs_wait: AtomicBool,
    /// Marker → event of what the rooms hold already.
    found: RwLock<Option<HashMap<String, String>>>,
    places: RwLock<Places>,
    placing: Turn<()>,
    marks: Mutex<Vec<Mark>>,
    /// Why the link does not work now, if it does not.
    trouble: Mutex<Option<String>>,
    /// What is damaged in the database; nothing mends that while we run.
    damage: OnceLock<String>,
    damaged: Notify,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            inbox: Handoff::new(INPUTS_MAX),
            outbox: Handoff::new(OWED_MAX),
            states: Notify::new(),
            rooms: Notify::new(),
            chats: Notify::new(),
            gaps: Notify::new(),
            walks_owed: AtomicBool::new(true),
            checks: Notify::new(),
            hung_up: Notify::new(),
            pending: AtomicUsize::new(0),
            outbox_pending: AtomicUsize::new(0),
            seq: AtomicI64::new(0),
            last_echo_at: AtomicI64::new(0),
            last_ping_at: AtomicI64::new(0),
            disk_low: AtomicBool::default(),
            ready: AtomicBool::new(false),
            link_changed: Notify::new(),
            trouble: Mutex::default(),
            places_version: AtomicU64::new(0),
            jobs_changed: AtomicBool::new(false),
            counters: Counters::default(),
            noticed: Alarms::default(),
            raised: Alarms::default(),
            skew_ms: AtomicI64::new(0),
            turn: Turns::default(),
            lease: AtomicI64::new(1),
            state_flying: Mutex::default(),
            disk_free: AtomicI64::new(-1),
            counted: Default::default(),
            canary: Mutex::default(),
            shut: AtomicBool::new(false),
            jobs_wait: AtomicBool::new(false),
            found: RwLock::default(),
            places: RwLock::default(),
            placing: Turn::default(),
            marks: Mutex::default(),
            damage: OnceLock::new(),
            damaged: Notify::new(),
        }
    }
}

impl Signals {
    /// Tells the worker of jobs that it did not write itself.
    pub fn wake_jobs(&self) {
        self.jobs_changed.store(true, Relaxed);
        self.inbox.wake();
    }

    /// Whether another instance works, and we only accept.
    #[must_use]
    pub fn stands_by(&self) -> bool {
        self.lease.load(Relaxed) != 1
    }

    /// Another instance has accepted something, or may have.
    pub fn wake_all(&self) {
        self.walks_owed.store(true, Relaxed);
        self.jobs_changed.store(true, Relaxed);
        self.states.notify_one();
        self.inbox.unread(0);
    }

    /// Forgets what was known of the work: another instance has done it, or will.
    pub fn forget_work(&self) {
        drop(self.take_marks());
        self.outbox.unread(0);
        self.set_trouble(None);
        for alarm in Alarm::ALL {
            self.noticed.set(alarm, false);
            self.raised.set(alarm, false);
        }
        self.wake_all();
    }

    /// Rooms or chats may have something new to do.
    pub fn want_rooms(&self) {
        self.rooms.notify_one();
        self.chats.notify_one();
    }

    /// To be written by the worker; the first one tells it that there are any.
    pub fn mark(&self, mark: Mark) {
        let mut marks = self.marks();
        marks.push(mark);
        let first = marks.len() == 1;
        drop(marks);
        if first {
            self.inbox.wake();
        }
    }

    /// Shuts the doors of the inbox, or opens them.
    pub fn set_shut(&self, shut: bool) {
        self.shut.store(shut, Relaxed);
    }

    #[must_use]
    pub fn is_shut(&self) -> bool {
        self.shut.load(Relaxed)
    }

    /// What the rooms hold already, while a restore is caught up with; from then on jobs wait.
    pub fn set_found(&self, found: Option<HashMap<String, String>>) {
        self.jobs_wait.store(found.is_some(), Relaxed);
        *self.found.write().unwrap_or_else(PoisonError::into_inner) = found;
        self.wake_jobs();
    }

    #[must_use]
    pub fn is_catching_up(&self) -> bool {
        self.found.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The event that a row of this transaction id became before the restore.
    #[must_use]
    pub fn found(&self, txn_id: &str) -> Option<String> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.as_ref().and_then(|found| found.get(txn_id).cloned())
    }

    pub fn release_jobs(&self) {
        if self.jobs_wait.swap(false, Relaxed) {
            self.wake_jobs();
        }
    }

    #[must_use]
    pub fn jobs_wait(&self) -> bool {
        self.jobs_wait.load(Relaxed)
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
    pub fn marks_waiting(&self) -> usize {
        self.marks().len()
    }

    pub fn places<T>(&self, read: impl FnOnce(&Places) -> T) -> T {
        read(&self.places.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The turn of whoever reads where the rooms are and then sets it.
    pub async fn placing(&self) -> Held<'_, ()> {
        self.placing.lock().await
    }

    pub fn set_places(&self, places: Places) {
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = places;
        self.retry_sends();
    }

    /// What the sender holds back for later may work now.
    pub fn retry_sends(&self) {
        self.places_version.fetch_add(1, std::sync::atomic::Ordering::Release);
        self.outbox.wake();
        self.states.notify_one();
    }

    /// Why we are of no use now, if we are not: the link, or the database.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let link = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        link.or_else(|| self.noticed.is(Alarm::Database).then(|| UNWRITABLE.to_owned()))
    }

    /// Whether the database took what was last written.
    pub fn written(&self, took: bool) {
        if self.noticed.set(Alarm::Database, !took) {
            self.link_changed.notify_one();
        }
    }

    /// The database did not do what was asked.
    pub fn failed(&self, fault: &Fault) {
        self.written(false);
        self.met(fault);
    }

    /// Something failed; where it says that the database is damaged, that is noted.
    pub fn met(&self, fault: &Fault) {
        if let Fault::Db(error) = fault {
            self.refused(error);
        }
    }

    pub fn refused(&self, error: &sqlx::Error) {
        if let Some(what) = damage_in(error) {
            self.set_damage(what);
        }
    }

    /// The database is not what was written: the first that is found is what is told.
    pub fn set_damage(&self, what: String) {
        if self.damage.set(what).is_ok() {
            self.damaged.notify_one();
        }
    }

    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Waits until the database is damaged; one may wait.
    pub async fn damaged(&self) {
        while self.damage().is_none() {
            self.damaged.notified().await;
        }
    }

    /// A canary goes out.
    pub fn canary_sent(&self, txn_id: &str, now: i64) {
        *self.canary() = Some((txn_id.to_owned(), now));
    }

    /// An event of ours came back, said by the homeserver's clock at this time. It was made between the
    /// sending of the canary and now: outside of that, one of the two clocks is wrong.
    pub fn came_back(&self, txn_id: &str, said_at: i64, now: i64) {
        let mut canary = self.canary();
        let Some((_, sent_at)) = canary.take_if(|(txn, _)| txn == txn_id) else { return };
        drop(canary);
        observe(&self.counters.echo_lag, now - sent_at);
        let skew = if said_at < sent_at { said_at - sent_at } else { (said_at - now).max(0) };
        self.skew_ms.store(if said_at > 0 { skew } else { 0 }, Relaxed);
    }

    fn canary(&self) -> MutexGuard<'_, Option<(String, i64)>> {
        self.canary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes why the link does not work, or (`None`) that it does.
    pub fn set_trouble(&self, trouble: Option<String>) {
        let mut held = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != trouble {
            *held = trouble;
            self.link_changed.notify_one();
        }
    }

    fn marks(&self) -> MutexGuard<'_, Vec<Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
