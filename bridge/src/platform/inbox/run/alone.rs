//! After a fault: the inputs of a batch one by one, so that only the failing one is held back, and in
//! the end set aside.
use super::{Turn, Worker, cause_of};
use crate::platform::homeserver::Homeserver;
use crate::platform::inbox::store::{self, Waiting};
use crate::platform::jobs;
use crate::platform::points::{Point, reach};
use crate::platform::refusal::Fault;
use crate::platform::work::Done;
use crate::root;

const ATTEMPT_MS: i64 = 500;

impl<H: Homeserver> Worker<H> {
    /// Forgets what a turn that did not come to its end has taught, and owes.
    pub(super) fn undo(&mut self) {
        self.effects.clear();
        self.memory.forget();
    }

    /// After a fault: each input and job alone, so that the others go on.
    pub(super) async fn one_by_one(
        &mut self,
        ready: Vec<Waiting>,
        jobs: &[jobs::Job],
        now: i64,
    ) -> Result<(), Fault> {
        for row in ready {
            if self.held.contains_key(&row.room_id) {
                self.queue.put_back(row);
            } else if let Err(fault) = self.alone(&row, now).await {
                self.undo();
                self.failed(row, &fault, now).await?;
            }
        }
        for job in jobs {
            // Its turn of the writer has ended by then, which the failure needs.
            if let Err(fault) = self.job_alone(job, now).await {
                self.undo();
                let mut tx = self.app.db.begin().await?;
                tracing::error!(%fault, job = job.key, attempts = job.attempts + 1, "a job failed");
                jobs::failed(&mut tx, job, now).await?;
                tx.commit().await?;
                self.next_job_at = 0;
            }
        }
        Ok(())
    }

    async fn job_alone(&mut self, job: &jobs::Job, now: i64) -> Result<(), Fault> {
        let mut tx = self.app.db.begin().await?;
        if !jobs::still_waits(&mut tx, job).await? {
            drop(tx);
            self.caught_up().await;
            return Ok(());
        }
        self.guarded_job(&mut tx, job, now).await?;
        self.commit(Turn::Had(tx), &[]).await
    }

    /// The database is away, or refused what was no input's fault.
    pub(super) async fn trouble(&mut self, fault: &Fault) {
        self.app.signals.failed(fault);
        tracing::error!(%fault, "the database did not take a batch; trying again");
        self.undo();
        self.queue.forget();
        self.app.clock.sleep(1_000).await;
    }

    async fn alone(&mut self, row: &Waiting, now: i64) -> Result<(), Fault> {
        let mut tx = self.app.db.begin().await?;
        if !store::still_waits(&mut tx, row.seq).await? {
            drop(tx);
            self.proofs.remove(&row.seq);
            self.caught_up().await;
            return Ok(());
        }
        let outcome = self.guarded(&mut tx, row, now).await?;
        self.effects.done.push(Done { seq: row.seq, at: now, outcome });
        self.commit(Turn::Had(tx), std::slice::from_ref(row)).await
    }

    /// A commit came through although its answer did not (a database that is restarted does that): what
    /// it brought is not done again, and the other loops are told to look at whatever it may have been.
    async fn caught_up(&mut self) {
        tracing::info!("a commit without an answer had come through");
        let signals = self.app.signals.clone();
        self.placed().await;
        self.next_job_at = 0;
        signals.states.notify_one();
        signals.checks.notify_one();
        signals.want_rooms();
        signals.inbox.unread(0);
    }

    /// Counts a failed try; the last one ends in quarantine, told to the person and the team.
    async fn failed(&mut self, mut row: Waiting, fault: &Fault, now: i64) -> Result<(), Fault> {
        let attempts = row.attempts + 1;
        self.app.signals.counters.faults.inc();
        let mut tx = self.app.db.begin().await?;
        if attempts >= self.app.program.limits.attempts_max {
            tracing::error!(event = row.event_id, reference = row.seq, %fault, "quarantined");
            let cause = cause_of(&row);
            let app = self.app.clone();
            let mut work = self.work(&mut tx, &app, cause, now);
            root::tell_poison(&mut work, &row).await?;
            store::finish(&mut tx, row.seq, "poison", now).await?;
            self.commit(Turn::Had(tx), std::slice::from_ref(&row)).await?;
            let counters = &self.app.signals.counters;
            counters.quarantined.inc();
            counters.ended("poison", row.received_at, now);
            self.held.remove(&row.room_id);
        } else {
            tracing::warn!(event = row.event_id, attempts, %fault, "an input failed; it will be tried again");
            let wait = ATTEMPT_MS << attempts.min(6);
            store::failed(&mut tx, row.seq, attempts, now + wait).await?;
            reach(Point::Attempts).await?;
            tx.commit().await?;
            self.held.insert(row.room_id.clone(), now + wait);
            (row.attempts, row.next_at) = (attempts, now + wait);
            self.queue.put_back(row);
        }
        Ok(())
    }
}
