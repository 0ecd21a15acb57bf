//! What goes to the appservice and when: Synapse's scheduler, transaction controller and recoverer,
//! and Conduit's sender, as decisions without I/O. `push.rs` carries them out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rand::Rng;

use super::room::Event;
use super::world::World;

/// One thing to push: an event by its place (read when it is sent, so that a redaction shows), or
/// raw JSON.
#[derive(Debug, Clone)]
pub enum Item {
    Event { room: String, id: String },
    Loose(Box<Event>),
    Raw(String),
}

#[derive(Debug, Clone)]
pub struct Txn {
    pub id: String,
    pub items: Vec<Item>,
}

/// What was pushed and what came of it.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub txn: String,
    pub events: Vec<String>,
    pub status: u16,
    pub accepted: bool,
}

pub enum Step {
    Idle,
    Wait(Duration),
    Send(Txn),
}

#[derive(Clone)]
pub struct Delivery {
    /// In memory only: a crash of Synapse forgets these.
    pub waiting: VecDeque<Item>,
    /// Written down, oldest first, until the appservice answered 2xx.
    pub stored: VecDeque<Txn>,
    pub sending: bool,
    /// Synapse's service state; with Conduit, the last push succeeded.
    pub up: bool,
    /// Retries are scheduled: Synapse starts them only with the first event after a restart.
    pub recovering: bool,
    pub tries: u32,
    /// Virtual seconds at which the next retry is due.
    pub due: f64,
    fresh: bool,
    next_id: u64,
    count: u32,
    late: Option<Txn>,
    pub done: Vec<Pushed>,
    started: Instant,
    skipped: f64,
}

impl Delivery {
    pub fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            stored: VecDeque::new(),
            sending: false,
            up: true,
            recovering: false,
            tries: 0,
            due: 0.0,
            fresh: false,
            next_id: 1,
            count: 0,
            late: None,
            done: Vec::new(),
            started: Instant::now(),
            skipped: 0.0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.stored.is_empty() && self.late.is_none() && !self.sending
    }

    /// A ping succeeded: a recoverer that exists retries at once.
    pub fn restore(&mut self) {
        if self.recovering {
            self.due = 0.0;
        }
    }

    pub fn advance(&mut self, seconds: f64) {
        self.skipped += seconds;
    }

    fn seconds(&self, rate: f64) -> f64 {
        if rate <= 0.0 {
            return self.skipped;
        }
        self.started.elapsed().as_secs_f64() * rate + self.skipped
    }

    /// Virtual seconds until a retry is due, where the clock is only turned by hand.
    pub fn due_in(&self) -> Option<f64> {
        (!self.up && self.recovering).then(|| (self.due - self.skipped).max(0.0))
    }

    /// The process of the homeserver ends: what was only in memory is gone (not with Conduit).
    pub fn crash(&mut self, conduit: bool, ids_repeat: bool) {
        self.sending = false;
        self.recovering = false;
        if conduit {
            return;
        }
        self.waiting.clear();
        if let Some(late) = self.late.take() {
            self.stored.push_back(late);
        }
        if ids_repeat {
            let last = self.stored.iter().filter_map(|txn| txn.id.parse::<u64>().ok()).max();
            self.next_id = last.unwrap_or(0) + 1;
        }
    }
}

impl World {
    /// Queues an event if the appservice is concerned: its sender, its target, or a member or an
    /// alias of the room is in the namespaces.
    pub fn enqueue(&mut self, event: &Event) {
        let target = event.state_key.as_deref().filter(|_| event.kind == "m.room.member");
        let concerned = self.is_ours(&event.sender)
            || target.is_some_and(|user| self.is_ours(user))
            || self.is_room_ours(&event.room);
        if !concerned || self.chance(self.quirks.drop_percent) {
            return;
        }
        let (room, id) = (event.room.clone(), event.id.clone());
        self.enqueue_item(Item::Event { room, id });
    }

    pub fn enqueue_item(&mut self, item: Item) {
        self.delivery.waiting.push_back(item);
        self.delivery.fresh = true;
    }

    /// The JSON of the next waiting event, for a homeserver that pushes by itself (`bench`).
    pub fn next_waiting(&mut self, now: i64) -> Option<String> {
        while let Some(item) = self.delivery.waiting.pop_front() {
            let found = match item {
                Item::Event { room, id } => {
                    let event = self.rooms.get(&room).and_then(|room| room.event(&id));
                    event.map(|event| event.json(now).to_string())
                }
                Item::Loose(event) => Some(event.json(now).to_string()),
                Item::Raw(raw) => Some(raw),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Every invitation that waits for an answer: room and user.
    pub fn open_invites(&self) -> Vec<(String, String)> {
        let invites = self.rooms.values().flat_map(|room| {
            let invited = room.members("invite").filter_map(|event| event.state_key.clone());
            invited.map(|user| (room.id.clone(), user))
        });
        invites.collect()
    }

    fn is_room_ours(&self, room: &str) -> bool {
        let aliased = self
            .aliases
            .iter()
            .any(|(alias, (id, _))| id == room && self.registration.owns_alias(alias));
        aliased
            || self.rooms.get(room).is_some_and(|room| {
                let mut members = room.members("join");
                members.any(|event| self.is_ours(event.state_key.as_deref().unwrap_or_default()))
            })
    }

    /// Decides the next push. The caller sends it and reports by `pushed`.
    pub fn step(&mut self) -> Step {
        if self.quirks.hold || self.delivery.sending {
            return Step::Idle;
        }
        if self.quirks.conduit { self.step_conduit() } else { self.step_synapse() }
    }

    fn step_synapse(&mut self) -> Step {
        while !self.delivery.waiting.is_empty() {
            let txn = self.take_batch();
            if self.delivery.up {
                if self.holds_back(&txn) {
                    continue;
                }
                self.delivery.stored.push_back(txn.clone());
                self.delivery.sending = true;
                return Step::Send(txn);
            }
            self.delivery.stored.push_back(txn);
            if !self.delivery.recovering {
                self.delivery.recovering = true;
                self.back_off();
            }
        }
        if self.delivery.up {
            return self.delivery.late.take().map_or(Step::Idle, |txn| self.start(txn));
        }
        if !self.delivery.recovering || self.quirks.stuck {
            return Step::Idle;
        }
        let left = self.delivery.due - self.delivery.seconds(self.quirks.clock_rate);
        if left > 0.0 {
            return self.wait(left);
        }
        let Some(txn) = self.delivery.stored.front().cloned() else {
            (self.delivery.up, self.delivery.recovering, self.delivery.tries) = (true, false, 0);
            return self.step_synapse();
        };
        self.delivery.sending = true;
        Step::Send(txn)
    }

    fn start(&mut self, txn: Txn) -> Step {
        self.delivery.stored.push_back(txn.clone());
        self.delivery.sending = true;
        Step::Send(txn)
    }

    /// Every n-th transaction waits for a newer one to pass it.
    fn holds_back(&mut self, txn: &Txn) -> bool {
        self.delivery.count += 1;
        let every = self.quirks.late_every;
        let late = every > 0
            && self.delivery.count.is_multiple_of(every)
            && self.delivery.late.is_none()
            && !self.delivery.waiting.is_empty();
        if late {
            self.delivery.late = Some(txn.clone());
        }
        late
    }

    fn step_conduit(&mut self) -> Step {
        if !self.delivery.up {
            let tries = f64::from(self.delivery.tries);
            let due = self.delivery.due + 30.0 * tries * tries;
            if !self.delivery.fresh || self.delivery.seconds(self.quirks.clock_rate) < due {
                return Step::Idle;
            }
        }
        self.delivery.fresh = false;
        if let Some(txn) = self.delivery.stored.front().cloned() {
            self.delivery.sending = true;
            return Step::Send(txn);
        }
        if self.delivery.waiting.is_empty() {
            return Step::Idle;
        }
        let txn = self.take_batch();
        self.start(txn)
    }

    fn take_batch(&mut self) -> Txn {
        let max = self.quirks.batch_max.min(self.delivery.waiting.len());
        let mut items: Vec<Item> = self.delivery.waiting.drain(..max).collect();
        if self.chance(self.quirks.replay_percent)
            && let Some(item) = self.old_event()
        {
            items.push(item);
        }
        let id = if self.quirks.conduit { self.id(22) } else { self.delivery.next_id.to_string() };
        self.delivery.next_id += 1;
        Txn { id, items }
    }

    /// An event that was delivered before, to be delivered again.
    fn old_event(&mut self) -> Option<Item> {
        let done: Vec<&String> = self.delivery.done.iter().flat_map(|d| &d.events).collect();
        let id = done.get(self.rng.random_range(0..done.len().max(1)))?.to_string();
        let room = self.rooms.values().find(|room| room.index.contains_key(&id))?.id.clone();
        Some(Item::Event { room, id })
    }

    fn wait(&self, seconds: f64) -> Step {
        let rate = self.quirks.clock_rate;
        if rate <= 0.0 { Step::Idle } else { Step::Wait(Duration::from_secs_f64(seconds / rate)) }
    }

    fn back_off(&mut self) {
        self.delivery.tries = (self.delivery.tries + 1).min(9);
        let wait = f64::from(1_u32 << self.delivery.tries);
        self.delivery.due = self.delivery.seconds(self.quirks.clock_rate) + wait;
    }

    /// The outcome of a push. Returns true if the same transaction is to be pushed once more.
    pub fn pushed(&mut self, txn: &Txn, pushed: Pushed) -> bool {
        let accepted = pushed.accepted;
        self.delivery.done.push(pushed);
        self.touched = Instant::now();
        self.delivery.sending = false;
        if !accepted {
            self.failed();
            return false;
        }
        self.delivery.stored.retain(|other| other.id != txn.id);
        if self.delivery.up {
            self.delivery.tries = 0;
        } else if self.quirks.conduit {
            (self.delivery.up, self.delivery.tries) = (true, 0);
        } else {
            (self.delivery.tries, self.delivery.due) = (1, 0.0);
        }
        self.chance(self.quirks.repeat_percent)
    }

    fn failed(&mut self) {
        self.delivery.up = false;
        if self.quirks.conduit {
            self.delivery.tries += 1;
            self.delivery.due = self.delivery.seconds(self.quirks.clock_rate);
            self.delivery.fresh = false;
            return;
        }
        self.delivery.recovering = true;
        self.back_off();
    }
}
