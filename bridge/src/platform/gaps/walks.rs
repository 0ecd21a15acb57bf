//! Walks that are owed because something came late. A server that was cut off for long brings the newest
//! of what was said there; what was said before may never be pushed to us, and stands in the room's past,
//! where no ordinary walk goes. So the room is walked through as far back as commands still count.
use super::store;
use crate::platform::db::Db;
use crate::platform::inbox::Peek;
use crate::platform::inbox::late::LATE_MS_MIN;
use crate::platform::signals::Places;
use crate::program::{Program, server_of};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const DAY_MS: i64 = 86_400_000;
/// A room is not walked through so far more often than this.
const AGAIN_MS: i64 = 1_800_000;
const ROOMS_MAX: usize = 10_000;

#[derive(Debug, Default)]
struct Seen {
    /// When each room's last walk was or is due.
    due: HashMap<String, i64>,
    /// Not written yet.
    new: Vec<(String, i64)>,
}

/// What came late, until it is written that walks are owed.
#[derive(Debug, Clone)]
pub struct Walks {
    server_name: String,
    back_ms: i64,
    seen: Arc<Mutex<Seen>>,
}

impl Walks {
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let days = program.limits.late_days_max.saturating_add(1);
        Self {
            server_name: program.server_name.clone(),
            back_ms: days.saturating_mul(DAY_MS),
            seen: Arc::default(),
        }
    }

    /// Looks at something that was pushed: whether others of its server and room may be missing.
    pub fn look(&self, peek: &Peek<'_>, places: &Places, now: i64) {
        let is_local = server_of(&peek.sender) == Some(&self.server_name);
        if is_local || peek.lag(now, true) < LATE_MS_MIN {
            return;
        }
        let room: &str = &peek.room_id;
        if !places.kept.contains(room) && !places.direct.contains(room) {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.due.get(room).copied();
        if last.is_some_and(|due| due > now) {
            return;
        }
        let due = last.map_or(now, |last| now.max(last + AGAIN_MS));
        if seen.due.len() >= ROOMS_MAX {
            seen.due.retain(|_, due| *due + AGAIN_MS > now);
        }
        seen.due.insert(room.to_owned(), due);
        seen.new.push((room.to_owned(), due));
    }

    /// Writes that walks are owed; whether any is new.
    ///
    /// # Errors
    /// When the database refuses; then they are written with the next ones.
    pub async fn owe(&self, db: &Db, now: i64) -> Result<bool, sqlx::Error> {
        let new = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut seen.new)
        };
        if new.is_empty() {
            return Ok(false);
        }
        if let Err(error) = self.write(db, &new, now).await {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).new.extend(new);
            return Err(error);
        }
        Ok(true)
    }

    async fn write(&self, db: &Db, new: &[(String, i64)], now: i64) -> Result<(), sqlx::Error> {
        let mut tx = db.begin().await?;
        for (room, due) in new {
            let owed = store::Walk { to: now - self.back_ms, at: *due };
            store::owe(&mut tx, room, owed, now).await?;
        }
        tx.commit().await
    }
}
