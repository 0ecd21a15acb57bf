//! While very much waits, older questions of a batch share the answer of the newest.
use super::{Proof, Waiting, Worker};
use crate::platform::db::Tx;
use crate::platform::homeserver::Homeserver;
use crate::platform::refusal::Fault;
use crate::platform::work::Cause;
use crate::root;
use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;

/// Sequence numbers.
pub(super) type Older = HashSet<i64>;

impl<H: Homeserver> Worker<H> {
    /// Which of them need no answer of their own while very much waits.
    pub(super) async fn older(
        &mut self,
        tx: &mut Tx,
        ready: &[Waiting],
        now: i64,
    ) -> Result<HashSet<i64>, Fault> {
        let app = self.app.clone();
        if app.signals.pending.load(Relaxed) <= app.program.limits.inbox_coalesce {
            return Ok(HashSet::new());
        }
        let bad = |row: &&Waiting| matches!(self.proofs.get(&row.seq), Some(Proof::Bad(_)));
        let rows: Vec<&Waiting> = ready.iter().filter(|row| !bad(row)).collect();
        let mut work = self.work(tx, &app, Cause::default(), now);
        root::older(&mut work, &rows).await
    }
}
