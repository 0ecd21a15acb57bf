//! The worker. It takes the oldest waiting inputs, runs them one after another in one transaction
//! and commits once. When one of them fails on our side the whole batch is rolled back and each is
//! run in a transaction of its own, so that only the failing one is held back: the same guarantee as
//! a savepoint for each, without two statements more for each.
mod alone;
mod aside;
mod backlog;
mod news;
mod rest;

use super::event::Event;
use super::proof::{Need, Proof, prove};
use super::queue::Queue;
use super::store::Waiting;
use crate::platform::App;
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::jobs;
use crate::platform::outbox::marks::Marks;
use crate::platform::points::{Point, reach};
use crate::platform::refusal::Fault;
use crate::platform::work::{Cause, Done, Effects, Memory, Work};
use crate::root;
use aside::Turn;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering::Relaxed;
use tracing::Instrument as _;

/// How long marks may wait for company, and how many may.
const MARKS_MS_MAX: i64 = 200;
const MARKS_MAX: usize = 2_048;
const PLACES_RETRY_MS: u64 = 500;

pub struct Worker<H> {
    pub(crate) app: App<H>,
    pub(crate) memory: Memory,
    pub(crate) effects: Effects,
    queue: Queue,
    proofs: HashMap<i64, Proof>,
    proving: FuturesUnordered<BoxFuture<'static, (Waiting, Proof)>>,
    /// Rooms whose oldest input cannot run yet, and until when.
    held: HashMap<String, i64>,
    next_job_at: i64,
    marks: Marks,
    /// Since when marks wait.
    marks_since: Option<i64>,
    /// Rows of this batch whose answer stands in a later one's.
    older: backlog::Older,
    not_aside_until: i64,
}

/// Works until the future is dropped.
///
/// # Errors
/// When the counters cannot be read at the start.
pub async fn run<H: Homeserver>(app: App<H>) -> Result<(), Fault> {
    let mut worker = Worker::new(app).await?;
    while let Err(fault) = worker.start().await {
        worker.trouble(&fault).await;
    }
    let signals = worker.app.signals.clone();
    loop {
        let turn = signals.turn.begin(worker.app.clock.now());
        let done = worker.turn().await;
        drop(turn);
        match done {
            Ok(true) => {}
            Ok(false) => worker.rest().await,
            Err(fault) => worker.trouble(&fault).await,
        }
    }
}

impl<H: Homeserver> Worker<H> {
    /// # Errors
    /// When the counters cannot be read.
    pub async fn new(app: App<H>) -> Result<Self, Fault> {
        let mut reader = app.db.read().await?;
        let memory = Memory::of(&mut reader, app.clock.now()).await?;
        drop(reader);
        Ok(Self {
            app,
            memory,
            effects: Effects::default(),
            queue: Queue::default(),
            proofs: HashMap::new(),
            proving: FuturesUnordered::new(),
            held: HashMap::new(),
            next_job_at: 0,
            marks: Marks::default(),
            marks_since: None,
            older: backlog::Older::new(),
            not_aside_until: 0,
        })
    }

    /// Owes what every start owes; the keys are the same each time.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn start(&mut self) -> Result<(), Fault> {
        let app = self.app.clone();
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let cause =
            Cause { id: "start".to_owned(), actor: app.program.bot.clone(), ..Cause::default() };
        let mut work = self.work(&mut tx, &app, cause, now);
        root::start(&mut work).await?;
        self.commit(Turn::Had(tx), &[]).await
    }

    /// One batch; whether anything was done.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn turn(&mut self) -> Result<bool, Fault> {
        let now = self.app.clock.now();
        self.held.retain(|_, until| *until > now);
        if self.app.signals.jobs_changed.swap(false, Relaxed) {
            self.next_job_at = 0;
        }
        let jobs_due = now >= self.next_job_at && !self.app.signals.jobs_wait();
        self.queue.refill(&self.app.signals.inbox);
        let marks_due = self.marks_due(now);
        if !jobs_due && !marks_due && !self.queue.is_any(&self.held) {
            return Ok(false);
        }
        let is_free = !jobs_due && self.is_light(now);
        let aside = if is_free { self.app.db.aside().await? } else { None };
        let is_aside = aside.is_some();
        let mut tx = match aside {
            Some(tx) => tx,
            None => self.app.db.begin().await?,
        };
        self.queue.read(&mut tx, &self.app.signals.inbox).await?;
        let ready = self.ready(&mut tx, now).await?;
        self.older = self.older(&mut tx, &ready, now).await?;
        let jobs = if jobs_due { jobs::due(&mut tx, now).await? } else { Vec::new() };
        // An answer to a message of ours must find the event that it became.
        let marks = if marks_due || !jobs.is_empty() || ready.iter().any(is_answer) {
            self.marks_since = None;
            self.app.signals.take_marks()
        } else {
            Vec::new()
        };
        if ready.is_empty() && jobs.is_empty() && marks.is_empty() {
            if jobs_due {
                self.next_job_at = jobs::next_at(&mut tx).await?.unwrap_or(i64::MAX);
            }
            return Ok(false);
        }
        if is_aside {
            let Some(turn) = self.aside(tx, &ready, &marks, now).await? else { return Ok(true) };
            tx = turn;
        }
        if let Err(fault) = self.batch(tx, &ready, &jobs, &marks, now).await {
            tracing::warn!(%fault, "a batch failed; its inputs are run one by one");
            self.app.signals.met(&fault);
            self.app.signals.restore_marks(marks);
            self.undo();
            self.one_by_one(ready, &jobs, now).await?;
        }
        Ok(true)
    }

    /// Whether marks have waited long enough, or too many do.
    fn marks_due(&mut self, now: i64) -> bool {
        let waiting = self.app.signals.marks_waiting();
        if waiting == 0 {
            return false;
        }
        let since = *self.marks_since.get_or_insert(now);
        waiting >= MARKS_MAX || now >= since + MARKS_MS_MAX
    }

    async fn batch(
        &mut self,
        mut tx: Tx,
        ready: &[Waiting],
        jobs: &[jobs::Job],
        marks: &[crate::platform::signals::Mark],
        now: i64,
    ) -> Result<(), Fault> {
        let told = self.marks.write(&mut tx, marks, now).await?;
        if ready.iter().any(is_answer) {
            self.marks.meet(&mut tx, now).await?;
        }
        if !ready.is_empty() {
            reach(Point::Taken).await?;
        }
        for row in ready {
            let outcome = self.guarded(&mut tx, row, now).await?;
            self.effects.done.push(Done { seq: row.seq, at: now, outcome });
        }
        for job in jobs {
            self.guarded_job(&mut tx, job, now).await?;
        }
        self.tell_news(&mut tx, &told, marks, now).await?;
        self.commit(Turn::Had(tx), ready).await
    }

    /// Writes what is owed, and hands it on: in the transaction in which the facts were made, if it could write.
    async fn commit(&mut self, turn: Turn<'_>, ready: &[Waiting]) -> Result<(), Fault> {
        let signals = self.app.signals.clone();
        let first = self.effects.out.first().map(|row| row.id);
        let mut promise = first.map(|first| signals.outbox.promise(first));
        let there = self.there_already();
        if self.effects.are_answers() && there.is_empty() {
            // What they say was committed before. A kill before the commit leaves the question open,
            // and it is answered again under the same transaction id.
            let rows = self.effects.out.iter().cloned().map(Into::into).collect();
            promise = promise.and_then(|promise| promise.early(rows));
        }
        reach(Point::Facts).await?;
        let mut tx = match turn {
            Turn::Had(tx) => tx,
            Turn::Due(marks) => self.turn_with(marks).await?,
        };
        let all_new = self.effects.flush(&mut tx).await? && there.is_empty();
        news::write_there(&mut tx, &there, self.app.clock.now()).await?;
        reach(Point::Owed).await?;
        tx.commit().await?;
        reach(Point::CommitUnanswered).await?;
        self.app.db.wrote(self.effects.out.len());
        if self.effects.places_changed {
            self.placed().await;
        }
        if let Some(promise) = promise
            && all_new
        {
            promise.keep(self.effects.out.drain(..).map(Into::into).collect());
        }
        let now = self.app.clock.now();
        for row in ready {
            self.proofs.remove(&row.seq);
        }
        for (row, done) in ready.iter().zip(&self.effects.done) {
            signals.counters.ended(done.outcome, row.received_at, now);
        }
        signals.pending.fetch_sub(ready.len().min(signals.pending.load(Relaxed)), Relaxed);
        if let Some(at) = self.effects.jobs.iter().map(|job| job.run_at).min() {
            self.next_job_at = self.next_job_at.min(at);
        }
        if self.effects.states_wanted || !self.effects.states.is_empty() {
            signals.states.notify_one();
        }
        if self.effects.rooms_wanted {
            signals.want_rooms();
        }
        if self.effects.checks_wanted {
            signals.checks.notify_one();
        }
        if self.effects.inputs_wanted {
            signals.inbox.unread(0);
        }
        self.effects.clear();
        self.memory.rates.keep();
        Ok(())
    }

    /// Tells the sender where rooms are now, before it sees any row that follows the change.
    async fn placed(&mut self) {
        while let Err(fault) = crate::rooms::actions::show_places(&self.app).await {
            tracing::error!(%fault, "where the rooms are could not be read");
            self.app.clock.sleep(PLACES_RETRY_MS).await;
        }
    }

    fn work<'a>(&'a mut self, tx: &'a mut Tx, app: &'a App<H>, cause: Cause, now: i64) -> Work<'a> {
        let place = (&*app.program, &*app.install);
        Work::new(tx, now, place, &mut self.memory, &mut self.effects, cause)
    }

    async fn guarded(
        &mut self,
        tx: &mut Tx,
        row: &Waiting,
        now: i64,
    ) -> Result<&'static str, Fault> {
        if let Some(Proof::Bad(why)) = self.proofs.get(&row.seq) {
            self.app.signals.counters.ignored.inc();
            tracing::debug!(event = row.event_id, why, "ignored");
            return Ok(why);
        }
        if self.older.contains(&row.seq) {
            return Ok("coalesced");
        }
        let Ok(event) = Event::parse(&row.raw) else { return Ok("unreadable") };
        let found = match self.proofs.remove(&row.seq) {
            Some(Proof::Good(found)) => Some(found),
            _ => None,
        };
        let app = self.app.clone();
        let mut work = self.work(tx, &app, cause_of(row), row.received_at);
        work.backlog = app.signals.pending.load(Relaxed);
        work.said_at = Some(event.ts()).filter(|at| *at > 0);
        let input = root::Input {
            event: &event,
            late: row.late,
            foreign: !app.program.is_local(&row.sender),
            found: found.as_ref(),
            at: now,
            received_at: row.received_at,
        };
        let done = AssertUnwindSafe(root::handle(&mut work, &input))
            .catch_unwind()
            .instrument(tracing::info_span!("input", event = row.event_id, seq = row.seq))
            .await
            .unwrap_or_else(|panic| Err(Fault::Bug(news::panic_text(&*panic))));
        tracing::debug!(event = row.event_id, seq = row.seq, outcome = done.as_ref().ok(), "ran");
        // Kept until the commit: a batch that fails is run again.
        self.proofs.extend(found.map(|found| (row.seq, Proof::Good(found))));
        done
    }

    async fn guarded_job(&mut self, tx: &mut Tx, job: &jobs::Job, now: i64) -> Result<(), Fault> {
        let app = self.app.clone();
        let cause = Cause {
            id: format!("{}@{}", job.key, job.run_at),
            actor: app.program.bot.clone(),
            ..Cause::default()
        };
        jobs::finish(tx, job).await?;
        self.effects.is_ours = true;
        let mut work = self.work(tx, &app, cause, now);
        AssertUnwindSafe(root::run_job(&mut work, job))
            .catch_unwind()
            .await
            .unwrap_or_else(|panic| Err(Fault::Bug(news::panic_text(&*panic))))?;
        Ok(reach(Point::Job).await?)
    }

    /// Takes those that may run now, in order; a room whose oldest input must wait holds back its
    /// others.
    async fn ready(&mut self, tx: &mut Tx, now: i64) -> Result<Vec<Waiting>, Fault> {
        let app = self.app.clone();
        let mut ready = Vec::new();
        let mut passed = 0;
        // What is done again after a restore keeps its order over all rooms: numbers depend on it.
        let in_order = app.signals.is_catching_up();
        let max = app.program.limits.inbox_batch_max;
        while ready.len() < max && (!in_order || self.held.is_empty()) {
            let Some(row) = self.queue.next(passed, &self.held) else { break };
            // What it answers may be owed by this very batch, and has its event only with the commit.
            if in_order && !ready.is_empty() && is_answer(row) {
                break;
            }
            passed = row.seq;
            if row.next_at > now {
                self.held.insert(row.room_id.clone(), row.next_at);
                continue;
            }
            let Some(row) = self.queue.remove(passed) else { break };
            let need = match self.proofs.get(&row.seq) {
                Some(Proof::Good(_) | Proof::Bad(_)) => Need::default(),
                Some(Proof::Open | Proof::Lost) | None => {
                    let mut work = self.work(tx, &app, Cause::default(), now);
                    root::need(&mut work, &row).await?
                }
            };
            if need.any() {
                self.held.insert(row.room_id.clone(), i64::MAX);
                let returns = app.signals.places(|places| places.is_current(&row.room_id));
                let bot = returns.then(|| app.program.bot.clone());
                self.proving.push(prove(app.homeserver.clone(), row.clone(), need, bot).boxed());
                self.queue.put_back(row);
            } else {
                ready.push(row);
            }
        }
        Ok(ready)
    }
}

/// Whether an input may refer to a message of ours: anything but a message that names no other.
fn is_answer(row: &Waiting) -> bool {
    let has = |word: &[u8]| row.raw.windows(word.len()).any(|part| part == word);
    has(b"\"m.relates_to\"") || !has(b"\"m.room.message\"")
}

fn cause_of(row: &Waiting) -> Cause {
    Cause {
        id: row.event_id.clone(),
        actor: row.sender.clone(),
        room_id: Some(row.room_id.clone()),
        thread: None,
        reply_to: Some(row.event_id.clone()),
    }
}
