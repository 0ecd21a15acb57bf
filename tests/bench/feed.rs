//! What is pushed: the load itself, closed loop or open loop, and what was seen of its answers.

use std::collections::HashMap;
use std::time::Instant;

use partnerspace_tests::fake::World;

use crate::stub::{Queued, Stub, answered, decode};

/// A partner and the direct chat in which they talk to the bot.
#[derive(Debug, Clone)]
pub struct Speaker {
    pub user: String,
    pub room: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Me,
    Sale,
    Chatter,
    /// The owner approves the sales, in the order of their numbers: `number - less` is the next one.
    Approve {
        less: u64,
    },
    /// Every tenth is `!me`, the rest is chatter.
    Mixed,
}

#[derive(Debug, Clone)]
pub struct Load {
    pub kind: Kind,
    pub events: u64,
    pub per_txn: usize,
    /// Events per second, or None for a closed loop.
    pub rate: Option<f64>,
    /// A closed loop waits while so many commands are unanswered.
    pub window: u64,
    /// Percent of transactions pushed twice, and of events pushed again later.
    pub redeliver: u8,
}

pub enum Feed {
    Idle,
    Running { load: Load, started: Instant, made: u64 },
}

#[derive(Clone, Copy, Default)]
struct Slot {
    sent_us: u64,
    due_us: u64,
    replies: u8,
    wants: bool,
}

/// Times and counts of one scenario.
pub struct Stats {
    pub speakers: Vec<Speaker>,
    pub chat: String,
    epoch: Instant,
    serial: u64,
    first: u64,
    slots: Vec<Slot>,
    last_of: Vec<u64>,
    by_path: HashMap<Box<[u8]>, Option<usize>>,
    pub acks_us: Vec<u32>,
    pub replies_us: Vec<u32>,
    pub waits_us: Vec<u32>,
    pub wanted: u64,
    pub answered: u64,
    pub doubled: u64,
    pub disordered: u64,
    pub acked: u64,
    pub transactions: u64,
    /// Sends that answer no command of the load: review cards, boards, notices.
    pub others: u64,
    pub last: Instant,
}

impl Default for Stats {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            speakers: Vec::new(),
            chat: String::new(),
            epoch: now,
            serial: 0,
            first: 0,
            slots: Vec::new(),
            last_of: Vec::new(),
            by_path: HashMap::new(),
            acks_us: Vec::new(),
            replies_us: Vec::new(),
            waits_us: Vec::new(),
            wanted: 0,
            answered: 0,
            doubled: 0,
            disordered: 0,
            acked: 0,
            transactions: 0,
            others: 0,
            last: now,
        }
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn short(us: u64) -> u32 {
    u32::try_from(us).unwrap_or(u32::MAX)
}

impl Stats {
    /// Forgets the scenario before; numbers go on, so that late answers are not mistaken.
    pub fn reset(&mut self) {
        let fresh = Self {
            speakers: std::mem::take(&mut self.speakers),
            chat: std::mem::take(&mut self.chat),
            serial: self.serial,
            first: self.serial,
            ..Self::default()
        };
        *self = fresh;
        self.last_of = vec![0; self.speakers.len()];
    }

    /// How many events were made so far.
    pub const fn made(&self) -> u64 {
        self.serial
    }

    pub fn outstanding(&self) -> u64 {
        self.wanted - self.answered
    }

    /// A send of the program has arrived.
    pub fn heard(&mut self, room: &[u8], body: &[u8]) {
        self.last = Instant::now();
        let now = micros(self.epoch);
        let Some(number) = answered(body).map(u64::from).filter(|n| *n >= self.first) else {
            self.others += 1;
            return;
        };
        let speaker = self.speaker_of(room);
        let count = self.speakers.len() as u64;
        let own = speaker.filter(|at| *at as u64 == number % count.max(1));
        let index = usize::try_from(number - self.first).unwrap_or(usize::MAX);
        let (Some(at), Some(slot)) = (own, self.slots.get_mut(index)) else {
            self.others += 1;
            return;
        };
        slot.replies = slot.replies.saturating_add(1);
        if slot.replies > 1 {
            self.doubled += 1;
            return;
        }
        self.answered += 1;
        self.replies_us.push(short(now - slot.sent_us));
        self.waits_us.push(short(now - slot.due_us));
        if number < self.last_of[at] {
            self.disordered += 1;
        }
        self.last_of[at] = number;
    }

    fn speaker_of(&mut self, room: &[u8]) -> Option<usize> {
        if let Some(known) = self.by_path.get(room) {
            return *known;
        }
        let id = decode(room);
        let at = self.speakers.iter().position(|speaker| speaker.room == id);
        self.by_path.insert(room.into(), at);
        at
    }

    /// The command leaves in a transaction now.
    pub fn leaves(&mut self, number: u32) {
        let Some(index) = u64::from(number).checked_sub(self.first) else { return };
        let now = micros(self.epoch);
        if let Some(slot) = usize::try_from(index).ok().and_then(|at| self.slots.get_mut(at))
            && slot.sent_us == 0
        {
            slot.sent_us = now;
        }
    }

    pub fn acknowledged(&mut self, events: u64, took_us: u64) {
        self.acks_us.push(short(took_us));
        self.acked += events;
        self.transactions += 1;
        self.last = Instant::now();
    }

    /// Makes the next event of the load.
    fn make(&mut self, kind: Kind, now_ms: i64) -> Queued {
        let number = self.serial;
        self.serial += 1;
        let at = usize::try_from(number % self.speakers.len().max(1) as u64).unwrap_or(0);
        let speaker = &self.speakers[at];
        let tenth = number.is_multiple_of(10);
        let (room, body, wants) = match kind {
            Kind::Me => (&speaker.room, "!me".to_owned(), true),
            Kind::Sale => {
                let cents = number % 100;
                let body =
                    format!("!sale add {}.{cents:02} EUR Client {number}", 100 + number % 9000);
                (&speaker.room, body, true)
            }
            Kind::Approve { less } => {
                (&speaker.room, format!("!sale approve S-{}", number - less), true)
            }
            Kind::Mixed if tenth => (&speaker.room, "!me".to_owned(), true),
            _ => (&self.chat, format!("good morning, number {number} speaking"), false),
        };
        let user = &speaker.user;
        let json = format!(
            r#"{{"type":"m.room.message","room_id":"{room}","sender":"{user}","content":{{"msgtype":"m.text","body":"{body}","m.mentions":{{}}}},"event_id":"$BE{number:012}BBBBBBBBBBBBBBBBBBBBBBBBBBBBB","origin_server_ts":{now_ms},"unsigned":{{"age":3}},"user_id":"{user}","age":3}}"#
        );
        self.wanted += u64::from(wants);
        let due_us = micros(self.epoch);
        self.slots.push(Slot { sent_us: 0, due_us, replies: 0, wants });
        let command = wants.then(|| u32::try_from(number).unwrap_or(u32::MAX));
        Queued { json, command }
    }

    /// Commands that were never answered.
    pub fn lost(&self) -> u64 {
        self.slots.iter().filter(|slot| slot.wants && slot.replies == 0).count() as u64
    }
}

impl Stub {
    /// Tops the queue up as the load says.
    pub fn fill(&mut self) {
        let Feed::Running { load, started, made } = &mut self.feed else { return };
        let now = now_ms(&self.world);
        let due = load.rate.map(|rate| (started.elapsed().as_secs_f64() * rate) as u64);
        while *made < load.events {
            let go = match due {
                Some(due) => *made < due,
                None => self.queue.len() < load.per_txn && self.stats.outstanding() < load.window,
            };
            if !go {
                return;
            }
            *made += 1;
            let next = self.stats.make(load.kind, now);
            self.queue.push_back(next);
        }
    }

    pub fn take(&mut self) -> Vec<Queued> {
        let max = match &self.feed {
            Feed::Running { load, .. } => load.per_txn,
            Feed::Idle => 100,
        };
        let max = max.min(self.queue.len());
        self.queue.drain(..max).collect()
    }

    /// All events were made and pushed; answers may be on their way.
    pub fn all_pushed(&self) -> bool {
        match &self.feed {
            Feed::Idle => true,
            Feed::Running { load, made, .. } => *made >= load.events && self.queue.is_empty(),
        }
    }

    pub fn is_open_loop(&self) -> bool {
        matches!(&self.feed, Feed::Running { load, made, .. } if load.rate.is_some() && *made < load.events)
    }
}

fn now_ms(world: &World) -> i64 {
    world.now()
}
