//! How fast one person may command: a small burst, then one every few seconds, told once a minute.
//! What they have had is in memory: a restart forgives, a turn of the worker that is undone and done again
//! does not.
use super::refusal::{Code, Refusal};
use super::work::Work;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

const PEOPLE_MAX: usize = 10_000;
const TELL_MS: i64 = 60_000;

#[derive(Default)]
pub struct Rates {
    buckets: Tally<String, Bucket>,
    /// When somebody's talk that looks like a bot's was answered, by person and room.
    loops: Tally<(String, String), VecDeque<i64>>,
}

impl Rates {
    /// The turn is done.
    pub fn keep(&mut self) {
        self.buckets.before.clear();
        self.loops.before.clear();
    }

    /// The turn is undone.
    pub fn undo(&mut self) {
        self.buckets.undo();
        self.loops.undo();
    }
}

/// What somebody has had, and what of it stood there before this turn.
struct Tally<K, V> {
    now: HashMap<K, V>,
    before: HashMap<K, Option<V>>,
}

impl<K, V> Default for Tally<K, V> {
    fn default() -> Self {
        Self { now: HashMap::new(), before: HashMap::new() }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Tally<K, V> {
    /// `keeps`: who stays where there are too many.
    fn of(&mut self, key: K, new: V, keeps: impl Fn(&V) -> bool) -> &mut V {
        if self.now.len() >= PEOPLE_MAX {
            self.now.retain(|_, value| keeps(value));
        }
        if !self.before.contains_key(&key) {
            self.before.insert(key.clone(), self.now.get(&key).cloned());
        }
        self.now.entry(key).or_insert(new)
    }

    fn undo(&mut self) {
        for (key, value) in self.before.drain() {
            match value {
                Some(value) => self.now.insert(key, value),
                None => self.now.remove(&key),
            };
        }
    }
}

#[derive(Clone)]
struct Bucket {
    left: i64,
    filled_at: i64,
    told_at: Option<i64>,
}

pub enum Slow {
    /// To be told now.
    Say(Refusal),
    /// Was told within the last minute.
    Silent,
}

/// Late commands that one person has at once: those of a week come together when a server is back.
const LATE_BURST: i64 = 500;
/// They come back within a day.
const LATE_EVERY_MS: i64 = 86_400_000 / LATE_BURST;

/// Whether the caller of this work must wait; takes one from their burst otherwise.
pub fn limited(work: &mut Work<'_>, now: i64) -> Option<Slow> {
    let burst = i64::from(work.program.limits.commands_burst);
    let every = work.program.limits.commands_every_ms.max(1);
    let actor = work.cause.actor.clone();
    limit(work, (actor, now), (burst, every))
}

/// The same for what was said long ago, one by one, and comes at once now.
pub fn limited_late(work: &mut Work<'_>) -> Option<Slow> {
    let burst = i64::from(work.program.limits.commands_burst).max(LATE_BURST);
    let (actor, now) = (format!("late {}", work.cause.actor), work.now);
    limit(work, (actor, now), (burst, LATE_EVERY_MS))
}

fn limit(
    work: &mut Work<'_>,
    (actor, now): (String, i64),
    (burst, every): (i64, i64),
) -> Option<Slow> {
    let new = Bucket { left: burst, filled_at: now, told_at: None };
    let keeps = |bucket: &Bucket| now - bucket.filled_at < burst.saturating_mul(every);
    let bucket = work.memory.rates.buckets.of(actor, new, keeps);
    let refill = (now - bucket.filled_at) / every;
    if refill > 0 {
        bucket.left = bucket.left.saturating_add(refill).min(burst);
        bucket.filled_at += refill.saturating_mul(every);
    }
    if bucket.left > 0 {
        bucket.left -= 1;
        return None;
    }
    if bucket.told_at.is_some_and(|at| now - at < TELL_MS) {
        return Some(Slow::Silent);
    }
    bucket.told_at = Some(now);
    let wait = (every + 999) / 1_000;
    Some(Slow::Say(Refusal::new(
        Code::Rate,
        format!(
            "Slow down, please: one command every {wait} seconds. This one was not run; send it again."
        ),
    )))
}

/// Two bots that answer each other would never end: whether this one has had its answers for now.
/// Counts the answer that is about to be given.
pub fn in_a_loop(work: &mut Work<'_>) -> bool {
    let (now, window) = (work.now, work.program.limits.loop_ms);
    let answers_max = work.program.limits.loop_answers_max;
    let key = (work.cause.actor.clone(), work.cause.room_id.clone().unwrap_or_default());
    let keeps = |times: &VecDeque<i64>| times.back().is_some_and(|at| now - at < window);
    let times = work.memory.rates.loops.of(key, VecDeque::new(), keeps);
    while times.front().is_some_and(|at| now - at >= window) {
        times.pop_front();
    }
    // It talks on: the pause begins anew with every word, so that a fast one stays unanswered.
    let silent = times.len() >= answers_max;
    if silent {
        times.pop_front();
    }
    times.push_back(now);
    silent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undone_turn_is_not_counted_and_forgives_nothing() {
        let mut tally: Tally<&str, i64> = Tally::default();
        *tally.of("ana", 0, |_| true) += 3;
        tally.before.clear();
        for _ in 0..2 {
            *tally.of("ana", 0, |_| true) += 1;
            *tally.of("ben", 0, |_| true) += 1;
        }
        assert_eq!((tally.now["ana"], tally.now["ben"]), (5, 2));
        tally.undo();
        assert_eq!((tally.now.get("ana"), tally.now.get("ben")), (Some(&3), None));
        tally.undo();
        assert_eq!(tally.now["ana"], 3, "what is kept stays");
    }

    #[test]
    fn who_has_had_little_gives_way_to_too_many() {
        let mut tally: Tally<usize, i64> = Tally::default();
        for person in 0..PEOPLE_MAX {
            *tally.of(person, 0, |_| true) += i64::from(person == 7);
        }
        tally.of(PEOPLE_MAX, 0, |had| *had > 0);
        assert_eq!(tally.now.len(), 2);
    }
}
