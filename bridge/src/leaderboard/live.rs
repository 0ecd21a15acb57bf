//! Boards in memory, loaded when first asked for and kept in step by the worker. Dropped whole after
//! a rollback: the standings in the database are the truth.
use super::actions::Starts;
use super::rules::{Board, BoardKey, Memberships, Score, Spread};
use super::store;
use crate::platform::access::{PartnerRow, store as people};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;
use std::collections::HashMap;
use std::sync::Arc;

/// Boards held at once; a program with more industries reads the rarer ones again.
const BOARDS_MAX: usize = 256;
const PARTNERS_MAX: usize = 8_192;

/// A loaded board with the ranks that movement is measured against.
#[derive(Default)]
pub struct Loaded {
    pub board: Board,
    pub baseline: HashMap<PartnerId, u32>,
}

/// What `!me` shows beside the boards; remembered until one of the partner's sales moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub credited: i64,
    pub clients: i64,
    pub open_claims: i64,
    pub open_minor: i64,
    /// Revenue of the last months, oldest first.
    pub trend: Vec<(schema::period::Period, i64)>,
    pub spread: Option<Spread>,
}

#[derive(Default)]
pub struct Live {
    boards: HashMap<BoardKey, Loaded>,
    partners: HashMap<PartnerId, PartnerRow>,
    pub totals: HashMap<PartnerId, Totals>,
    ranked: Option<u32>,
    starts: Option<Starts>,
    memberships: Option<Arc<Memberships>>,
}

impl Live {
    /// # Errors
    /// When the database refuses.
    pub async fn board(&mut self, work: &mut Work<'_>, key: &BoardKey) -> Result<&Loaded, Fault> {
        if !self.boards.contains_key(key) {
            if self.boards.len() >= BOARDS_MAX {
                self.boards.clear();
            }
            let text = key.to_string();
            let mut loaded = Loaded::default();
            for id in store::hidden(work.tx).await? {
                loaded.board.set_hidden(id, true);
            }
            for (id, score) in store::board(work.tx, &text).await? {
                loaded.board.set(id, score);
            }
            loaded.baseline = store::baseline(work.tx, &text).await?.into_iter().collect();
            self.boards.insert(key.clone(), loaded);
        }
        self.boards.get(key).ok_or_else(|| Fault::Bug("a board that was just loaded".into()))
    }

    /// # Errors
    /// When the database refuses.
    pub async fn starts(&mut self, work: &mut Work<'_>) -> Result<&mut Starts, Fault> {
        let starts = match self.starts.take() {
            Some(starts) => starts,
            None => Starts::read(work.tx).await?,
        };
        Ok(self.starts.insert(starts))
    }

    /// # Errors
    /// When the database refuses.
    pub async fn memberships(&mut self, work: &mut Work<'_>) -> Result<Arc<Memberships>, Fault> {
        let memberships = match self.memberships.take() {
            Some(memberships) => memberships,
            None => Arc::new(super::actions::organizations::read(work.tx).await?),
        };
        Ok(self.memberships.insert(memberships).clone())
    }

    /// They are read again when they are next asked for; gives what was known.
    pub fn forget_memberships(&mut self) -> Option<Arc<Memberships>> {
        self.memberships.take()
    }

    pub fn set(&mut self, key: &BoardKey, id: PartnerId, score: Score) {
        if let Some(loaded) = self.boards.get_mut(key) {
            loaded.board.set(id, score);
        }
    }

    pub fn set_hidden(&mut self, id: PartnerId, hidden: bool) {
        for loaded in self.boards.values_mut() {
            loaded.board.set_hidden(id, hidden);
        }
    }

    /// Yesterday's ranks were written anew.
    pub fn drop_boards(&mut self) {
        self.boards.clear();
        self.totals.clear();
    }

    pub fn forget_people(&mut self) {
        self.partners.clear();
        self.ranked = None;
    }

    /// # Errors
    /// When the database refuses.
    pub async fn partner(
        &mut self,
        work: &mut Work<'_>,
        id: PartnerId,
    ) -> Result<PartnerRow, Fault> {
        if let Some(row) = self.partners.get(&id) {
            return Ok(row.clone());
        }
        let row = people::partner_by_id(work.tx, &id.to_string())
            .await?
            .ok_or_else(|| Fault::Data(format!("partner {id} stands on a board and has no row")))?;
        if self.partners.len() >= PARTNERS_MAX {
            self.partners.clear();
        }
        self.partners.insert(id, row.clone());
        Ok(row)
    }

    /// Approved partners who are ranked for others.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ranked(&mut self, work: &mut Work<'_>) -> Result<u32, Fault> {
        if let Some(ranked) = self.ranked {
            return Ok(ranked);
        }
        let ranked = u32::try_from(store::ranked(work.tx).await?).unwrap_or(u32::MAX);
        self.ranked = Some(ranked);
        Ok(ranked)
    }
}
