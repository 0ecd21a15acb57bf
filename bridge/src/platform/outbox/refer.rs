//! What a row refers to: the event of an earlier one, which may be on its way, or never come.
use super::deliver::Outcome;
use super::refs;
use super::run::Sender;
use super::store::{self, Owed, Target};
use crate::platform::homeserver::Homeserver;
use crate::platform::refusal::Fault;
use crate::platform::work::OutKind;
use std::sync::Arc;

const REF_WAIT_MS: i64 = 200;
/// A row may be handed on shortly before the commit of the one that it refers to.
const ABSENT_TRIES_MAX: u32 = 5;

impl<H: Homeserver> Sender<H> {
    /// The row with the event that it refers to; `None` when that is waited for or will never be.
    pub(super) async fn filled(
        &mut self,
        mut row: Arc<Owed>,
        tries: u32,
        now: i64,
    ) -> Result<Option<Arc<Owed>>, Fault> {
        // It names the event in its content, or is to take it back.
        let Some(key) = row.target().or_else(|| refs::key(&row.content)) else {
            return Ok(Some(row));
        };
        let target = self.target(&row, &key).await?;
        let waits = match target {
            Target::Waiting => true,
            Target::Absent => tries < ABSENT_TRIES_MAX,
            Target::Sent(_) | Target::Refused => false,
        };
        if waits {
            self.awaited.insert(key, row.lane());
            self.lanes.again(&row.lane(), now + (REF_WAIT_MS << tries.min(8)));
            return Ok(None);
        }
        self.in_hand.filled(&row, &key);
        let Target::Sent(event) = target else { return Ok(self.orphan(row, key)) };
        Arc::make_mut(&mut row).name(&key, &event);
        Ok(Some(row))
    }

    /// What it refers to will never be: an edit says it anew and stands for it from now on, there is
    /// nothing to take back, anything else is parked.
    fn orphan(&mut self, mut row: Arc<Owed>, key: String) -> Option<Arc<Owed>> {
        if row.kind == OutKind::Redact {
            self.landed(&row, Outcome::Sent(format!("done:{}", row.txn_id)));
            return None;
        }
        let Some(content) = refs::alone(&row.content) else {
            self.landed(&row, Outcome::Parked(refs::GONE.to_owned()));
            return None;
        };
        Arc::make_mut(&mut row).content = content;
        self.standing.insert(row.id, key);
        Some(row)
    }

    /// Takes a row into its lane.
    pub(super) fn hold(&mut self, row: Owed) {
        self.in_hand.take(&row, self.is_former(&row));
        self.lanes.push(row);
    }

    async fn target(&mut self, row: &Owed, key: &str) -> Result<Target, Fault> {
        if self.means_the_row(row) {
            let mut reader = self.app.db.read().await?;
            return Ok(store::event_of_row(&mut reader, key).await?);
        }
        if let Some(target) = self.recent.get(key) {
            return Ok(target.clone());
        }
        if let Some(target) = self.in_hand.target(key) {
            return Ok(target);
        }
        let mut reader = self.app.db.read().await?;
        Ok(store::event_of(&mut reader, key).await?)
    }

    /// A message that was said again is known by its first key; what then still went to the room before
    /// is not what the key means any more.
    pub(super) fn noted(&mut self, row: &Owed, target: Target) {
        self.in_hand.end(row);
        if !self.is_former(row) {
            self.settled(store::original(&row.dedupe_key), target);
        }
    }

    /// What others that refer to a row are to know of it.
    pub(super) fn settled(&mut self, key: &str, target: Target) {
        if let Some(lane) = self.awaited.remove(key) {
            self.lanes.wake_lane(&lane);
        }
        self.in_hand.met(key, &target);
        self.recent.insert(key.to_owned(), target);
    }
}
