//! How fast one person may command: a small burst, then one every few seconds, told once a minute.
//! The buckets are in memory: a restart forgives.
use super::refusal::{Code, Refusal};
use super::work::Work;
use std::collections::{HashMap, VecDeque};

const PEOPLE_MAX: usize = 10_000;
const TELL_MS: i64 = 60_000;

#[derive(Default)]
struct Buckets(HashMap<String, Bucket>);

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
    let buckets = &mut work.memory.cache::<Buckets>().0;
    if buckets.len() >= PEOPLE_MAX {
        buckets.retain(|_, bucket| now - bucket.filled_at < burst.saturating_mul(every));
    }
    let bucket =
        buckets.entry(actor).or_insert(Bucket { left: burst, filled_at: now, told_at: None });
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

/// Answers to talk that looks like a bot's, by person and room.
#[derive(Default)]
struct Loops(HashMap<(String, String), VecDeque<i64>>);

/// Two bots that answer each other would never end: whether this one has had its answers for now.
/// Counts the answer that is about to be given. In memory: a restart forgives.
pub fn in_a_loop(work: &mut Work<'_>) -> bool {
    let (now, window) = (work.now, work.program.limits.loop_ms);
    let answers_max = work.program.limits.loop_answers_max;
    let key = (work.cause.actor.clone(), work.cause.room_id.clone().unwrap_or_default());
    let loops = &mut work.memory.cache::<Loops>().0;
    if loops.len() >= PEOPLE_MAX {
        loops.retain(|_, times| times.back().is_some_and(|at| now - at < window));
    }
    let times = loops.entry(key).or_default();
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
