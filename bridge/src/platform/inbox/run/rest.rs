//! The worker has nothing to do: it waits for inputs, for what is due, and for what it asked of the homeserver.
use super::{MARKS_MS_MAX, Worker};
use crate::platform::homeserver::Homeserver;
use crate::platform::inbox::proof::Proof;
use crate::platform::inbox::store::Waiting;
use crate::platform::signals::Mark;
use futures_util::stream::StreamExt;

/// Longest sleep without any wake-up.
const IDLE_MS_MAX: i64 = 60_000;
const PROOF_RETRY_MS: i64 = 1_000;
const LOST_RETRY_MS: i64 = 5_000;

impl<H: Homeserver> Worker<H> {
    /// Waits for something to do.
    pub(super) async fn rest(&mut self) {
        let now = self.app.clock.now();
        let held = self.held.values().copied().min().unwrap_or(i64::MAX);
        let marks = self.marks_since.map_or(i64::MAX, |since| since + MARKS_MS_MAX);
        let until = held.min(marks).min(self.next_job_at).min(now.saturating_add(IDLE_MS_MAX));
        let pause = u64::try_from(until.saturating_sub(now)).unwrap_or(0).max(1);
        let signals = self.app.signals.clone();
        let sleep = self.app.clock.sleep(pause);
        tokio::select! {
            biased;
            Some((row, proof)) = self.proving.next(), if !self.proving.is_empty() => {
                self.proven(&row, proof);
            }
            () = signals.inbox.woken() => {}
            () = sleep => {}
        }
    }

    fn proven(&mut self, row: &Waiting, proof: Proof) {
        let now = self.app.clock.now();
        match proof {
            Proof::Open => drop(self.held.insert(row.room_id.clone(), now + PROOF_RETRY_MS)),
            Proof::Lost => {
                let room_id = row.room_id.clone();
                self.app.signals.mark(Mark::Lost { room_id: room_id.clone(), at: now });
                self.held.insert(room_id, now + LOST_RETRY_MS);
            }
            proof => {
                self.held.remove(&row.room_id);
                self.proofs.insert(row.seq, proof);
            }
        }
    }
}
