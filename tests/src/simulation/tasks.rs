//! Runs futures one at a time and in the same order each time. A database answers from a thread of its
//! own, when it likes: so while its one connection is in use, nobody but its user is run.
use crate::Outcome;
use anyhow::bail;
use bridge::platform::db::Db;
use futures_util::future::LocalBoxFuture;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

/// Longer than any statement takes: somebody keeps the connection and waits for something else.
const STUCK: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Program,
    Homeserver,
}

#[derive(Default)]
struct Queue(Mutex<VecDeque<usize>>);

impl Queue {
    fn push(&self, id: usize) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !ids.contains(&id) {
            ids.push_back(id);
        }
    }

    fn pop(&self) -> Option<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn take(&self, id: usize) -> bool {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = ids.iter().position(|each| *each == id);
        at.is_some_and(|at| ids.remove(at).is_some())
    }
}

struct Bell {
    id: usize,
    queue: Arc<Queue>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.queue.push(self.id);
    }
}

struct Task {
    side: Side,
    future: LocalBoxFuture<'static, ()>,
    waker: Waker,
}

/// What a point may do to the program.
#[derive(Default)]
pub struct Fate {
    /// It has died.
    pub dead: AtomicBool,
    /// So many futures wait at a point with the connection in hand.
    pub stalled: AtomicUsize,
    /// Somebody has: others may wait for the connection by now, and the order is theirs.
    pub has_stalled: AtomicBool,
}

#[derive(Default)]
pub struct Tasks {
    tasks: BTreeMap<usize, Task>,
    next: usize,
    queue: Arc<Queue>,
    pub fate: Arc<Fate>,
    pub db: Option<Db>,
    pub polls: u64,
}

impl Tasks {
    pub fn add(&mut self, side: Side, future: LocalBoxFuture<'static, ()>) {
        self.next += 1;
        let bell = Bell { id: self.next, queue: self.queue.clone() };
        let task = Task { side, future, waker: Waker::from(Arc::new(bell)) };
        self.tasks.insert(self.next, task);
        self.queue.push(self.next);
    }

    /// Drops all futures of one side, wherever they are.
    pub fn drop_all(&mut self, side: Side) {
        self.tasks.retain(|_, task| task.side != side);
    }

    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.fate.dead.load(Acquire)
    }

    /// Runs until everybody waits for the time to go on, or the program has died.
    pub async fn settle(&mut self) -> Outcome<()> {
        loop {
            while let Some(id) = self.queue.pop() {
                self.poll(id);
                self.finish(id).await?;
                if self.is_dead() {
                    return Ok(());
                }
            }
            if !self.is_busy() {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    /// Runs one task alone until it lets go of the connection.
    async fn finish(&mut self, id: usize) -> Outcome<()> {
        let since = stopwatch();
        let mut turns = 0_u32;
        while self.is_busy() && !self.is_dead() {
            if self.queue.take(id) {
                self.poll(id);
                continue;
            }
            if self.fate.has_stalled.load(Relaxed)
                && let Some(other) = self.queue.pop()
            {
                self.poll(other);
            }
            tokio::task::yield_now().await;
            turns += 1;
            if turns.is_multiple_of(8) {
                std::thread::yield_now();
            }
            if turns.is_multiple_of(4_096) && since.elapsed() > STUCK {
                bail!("task {id} keeps the database's connection and waits for something else");
            }
        }
        Ok(())
    }

    fn is_busy(&self) -> bool {
        self.fate.stalled.load(Relaxed) == 0 && self.db.as_ref().is_some_and(Db::is_busy)
    }

    fn poll(&mut self, id: usize) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        self.polls += 1;
        let done = task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready();
        if done {
            self.tasks.remove(&id);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only to fail where nothing would ever go on")]
fn stopwatch() -> Instant {
    Instant::now()
}
