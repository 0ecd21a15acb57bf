//! From the homeserver's batch to rows, in one commit. Only then may it be told 200. Echoes of our
//! own events and plain talk need no commit: losing them costs nothing.
use super::filter::{Filter, Peek, Verdict, has_lone_surrogate};
use super::store::{self, Conflict, NewRow};
use crate::platform::db::sql::chunks;
use crate::platform::db::{Conn, Db, Engine};
use crate::platform::gaps::Walks;
use crate::platform::lease;
use crate::platform::points::{Point, reach};
use crate::platform::signals::{Mark, Places, Signals};
use crate::platform::work::Effects;
use crate::program::Program;
use crate::rooms::actions::alert_job;
use schema::card::{Finding, Severity};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

/// How often conflicts are told to the team.
const TELL_MS: i64 = 3_600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Pushed in a transaction.
    Txn,
    /// Found in the room by the gap filler.
    Gap,
    /// Read back after a restore: it was pushed once, to a database that is no more.
    Restored,
}

impl Source {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Txn => "txn",
            Self::Gap => store::GAP,
            Self::Restored => "restored",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Too much waits already, or the disk is nearly full; the homeserver keeps its queue and tries
    /// again.
    #[error("the inbox takes nothing now")]
    Busy,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

#[derive(Clone)]
pub struct Inbox {
    db: Db,
    filter: Arc<Filter>,
    signals: Arc<Signals>,
    inbox_max: usize,
    /// Rooms in which something came late, to be walked through.
    walks: Walks,
    /// When a conflict was last told to the team.
    told_at: Arc<AtomicI64>,
}

impl Inbox {
    #[must_use]
    pub fn new(db: Db, program: &Program, signals: Arc<Signals>) -> Self {
        let filter = Arc::new(Filter::new(&program.bot, &program.prefix));
        Self {
            db,
            filter,
            signals,
            inbox_max: program.limits.inbox_max,
            walks: Walks::new(program),
            told_at: Arc::default(),
        }
    }

    /// Keeps what matters of a batch; gives the number of rows that are new.
    ///
    /// # Errors
    /// `Busy` above the limit, and when the database is gone; then nothing is kept.
    pub async fn accept(
        &self,
        events: &[&RawValue],
        source: Source,
        now: i64,
    ) -> Result<usize, AcceptError> {
        let taken = self.take(events, source, now).await;
        if let Err(AcceptError::Db(error)) = &taken {
            self.signals.written(false);
            self.signals.refused(error);
        }
        taken
    }

    async fn take(
        &self,
        events: &[&RawValue],
        source: Source,
        now: i64,
    ) -> Result<usize, AcceptError> {
        if self.signals.pending.load(Relaxed) > self.inbox_max
            || self.signals.disk_low.load(Relaxed)
            || self.signals.is_shut()
            || self.signals.damage().is_some()
        {
            return Err(AcceptError::Busy);
        }
        self.signals.counters.events.inc_by(events.len() as u64);
        let rows = self.signals.places(|places| self.sift(events, places, source, now));
        let walks_owed = self.walks.owe(&self.db, now).await?;
        if walks_owed {
            self.signals.walks_owed.store(true, Relaxed);
        }
        if rows.len() < events.len() {
            reach(Point::Echoed).await?;
        }
        let kept = if rows.is_empty() { 0 } else { self.enter(rows, now).await? };
        if (walks_owed || kept > 0) && self.signals.stands_by() {
            lease::store::tell(&mut *self.db.write().await?).await?;
        }
        Ok(kept)
    }

    /// Makes rows of the inbox, and hands them on.
    async fn enter(&self, mut rows: Vec<NewRow>, now: i64) -> Result<usize, AcceptError> {
        let between = self.number(&mut rows).await?;
        let first = rows.first().map_or(0, |row| row.seq);
        let promise = self.signals.inbox.promise(first);
        let kept = self.keep(&rows).await?;
        reach(Point::Committed).await?;
        if kept < rows.len() {
            self.compare(&rows, now).await?;
        }
        self.signals.counters.kept.inc_by(kept as u64);
        let malformed = rows.iter().filter(|row| row.malformed).count();
        self.signals.pending.fetch_add(kept.saturating_sub(malformed), Relaxed);
        match kept {
            // Others have accepted something in between, which comes first.
            _ if between.is_some() => {
                promise.withdraw();
                self.signals.inbox.unread(between.unwrap_or(0));
            }
            // Another instance may have accepted them, and died before it said so.
            _ if kept < rows.len() && self.db.engine() == Engine::Postgres => {
                promise.withdraw();
                self.signals.inbox.unread(0);
            }
            0 => promise.withdraw(),
            // Some were known: which, only the table can tell.
            _ if kept < rows.len() => drop(promise),
            _ => promise
                .keep(rows.into_iter().filter(|row| !row.malformed).map(Into::into).collect()),
        }
        Ok(kept)
    }

    /// Keeps what was read back after a restore, each with the time at which it was said. Nothing else
    /// comes in meanwhile.
    ///
    /// # Errors
    /// When the database is gone; then nothing is kept.
    pub async fn accept_said(&self, events: &[(&RawValue, i64)]) -> Result<usize, sqlx::Error> {
        let mut rows: Vec<NewRow> = events
            .iter()
            .filter_map(|(raw, at)| {
                let peek = serde_json::from_str::<Peek<'_>>(raw.get()).ok()?;
                Some(Self::row(&peek, raw.get(), Source::Restored, *at))
            })
            .collect();
        self.number(&mut rows).await?;
        let kept = self.keep(&rows).await?;
        self.signals.pending.fetch_add(kept, Relaxed);
        self.signals.inbox.unread(0);
        Ok(kept)
    }

    /// Gives the rows their numbers. Where several instances accept, the database does, in one order over all
    /// of them; where others have been given some since our last, the number after which theirs may be.
    async fn number(&self, rows: &mut [NewRow]) -> Result<Option<i64>, sqlx::Error> {
        let many = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if self.db.engine() == Engine::Sqlite {
            let last = self.signals.seq.fetch_add(many, Relaxed);
            for (row, seq) in rows.iter_mut().zip(last + 1..) {
                row.seq = seq;
            }
            return Ok(None);
        }
        let numbers = store::numbers(&mut *self.db.write().await?, many).await?;
        for (row, seq) in rows.iter_mut().zip(&numbers) {
            row.seq = *seq;
        }
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(None) };
        let known = self.signals.seq.fetch_max(*last, Relaxed);
        let is_ours = known + 1 == *first && known + many == *last;
        Ok((!is_ours).then_some(known.min(first - 1)))
    }

    /// In one commit; a single statement needs no transaction around it, and answers sooner.
    async fn keep(&self, rows: &[NewRow]) -> Result<usize, sqlx::Error> {
        if chunks(rows).count() == 1 {
            reach(Point::InboxRows).await?;
            return store::insert(&mut *self.db.write().await?, rows).await;
        }
        let mut tx = self.db.begin().await?;
        if self.db.engine() == Engine::Postgres {
            store::hurry(&mut tx).await?;
        }
        let kept = store::insert(&mut tx, rows).await?;
        reach(Point::InboxRows).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Some rows were known already: whether by the same content.
    async fn compare(&self, rows: &[NewRow], now: i64) -> Result<(), sqlx::Error> {
        let mut tx = self.db.begin().await?;
        let conflicts = store::conflicts(&mut tx, rows).await?;
        let told = self.tell_conflicts(&mut tx, &conflicts, now).await?;
        tx.commit().await?;
        if told {
            self.signals.wake_jobs();
        }
        Ok(())
    }

    /// The same id with other content is the homeserver's fault or a forgery: the team hears of it,
    /// once an hour at most. Whether it is told now.
    async fn tell_conflicts(
        &self,
        tx: &mut Conn,
        conflicts: &[Conflict],
        now: i64,
    ) -> Result<bool, sqlx::Error> {
        let Some(first) = conflicts.first() else { return Ok(false) };
        self.signals.counters.conflicts.inc_by(conflicts.len() as u64);
        tracing::error!(
            conflicts = conflicts.len(),
            event = first.event_id,
            "the same event id came with other content; the first is kept"
        );
        if now - self.told_at.load(Relaxed) < TELL_MS {
            return Ok(false);
        }
        self.told_at.store(now, Relaxed);
        let finding = Finding {
            id: "inbox.conflict".to_owned(),
            severity: Severity::Error,
            sentence: format!(
                "The homeserver sent {} twice with different contents; the first one counts.",
                first.event_id
            ),
            mend: Some("Ask the server's administrator; the log names every such event.".into()),
        };
        let jobs = vec![alert_job(&finding, Some(&first.room_id), now)];
        Effects { jobs, ..Effects::default() }.flush(tx).await?;
        Ok(true)
    }

    fn sift(&self, events: &[&RawValue], places: &Places, source: Source, now: i64) -> Vec<NewRow> {
        let mut rows = Vec::new();
        for raw in events {
            let text = raw.get();
            match serde_json::from_str::<Peek<'_>>(text) {
                Ok(peek) => {
                    if source == Source::Txn {
                        self.walks.look(&peek, places, now);
                    }
                    match self.verdict(&peek, places) {
                        Verdict::Skip => {}
                        Verdict::Echo { txn_id } => self.echo(txn_id, &peek, now),
                        Verdict::Keep if !has_lone_surrogate(text) => {
                            rows.push(Self::row(&peek, text, source, now));
                        }
                        Verdict::Keep | Verdict::Broken => {
                            rows.push(self.malformed(text, source, now));
                        }
                    }
                }
                Err(_) => rows.push(self.malformed(text, source, now)),
            }
        }
        rows
    }

    /// Whoever stands by may not know of a chat yet: there, every message is for us.
    fn verdict(&self, peek: &Peek<'_>, places: &Places) -> Verdict {
        let room: &str = &peek.room_id;
        let is_known = places.kept.contains(room) || places.direct.contains(room);
        self.filter.verdict_in(peek, places, !is_known && self.signals.stands_by())
    }

    fn echo(&self, txn_id: String, peek: &Peek<'_>, now: i64) {
        self.signals.last_echo_at.store(now, Relaxed);
        self.signals.came_back(&txn_id, peek.said_at(), now);
        self.signals.mark(Mark::Confirmed { txn_id, event_id: peek.event_id.clone().into_owned() });
    }

    fn row(peek: &Peek<'_>, text: &str, source: Source, now: i64) -> NewRow {
        tracing::debug!(event = &*peek.event_id, source = source.as_str(), "came in");
        NewRow {
            seq: 0,
            event_id: peek.event_id.clone().into_owned(),
            room_id: peek.room_id.clone().into_owned(),
            sender: peek.sender.clone().into_owned(),
            raw: text.as_bytes().to_vec(),
            source: source.as_str(),
            received_at: now,
            malformed: false,
        }
    }

    /// What is no event is kept under its hash, for the team to look at.
    fn malformed(&self, text: &str, source: Source, now: i64) -> NewRow {
        self.signals.counters.malformed.inc();
        let digest = Sha256::digest(text.as_bytes());
        NewRow {
            seq: 0,
            event_id: format!("sha256:{digest:x}"),
            room_id: String::new(),
            sender: String::new(),
            raw: text.as_bytes().to_vec(),
            source: source.as_str(),
            received_at: now,
            malformed: true,
        }
    }
}
