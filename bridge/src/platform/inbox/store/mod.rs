//! Rows of the inbox.
mod checked;
mod quarantine;

pub use checked::check;
pub use quarantine::{Poison, drop_poison, poison, retry};

use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use crate::platform::handoff::Numbered;
use sqlx::Row as _;

/// The source of what the gap filler found.
pub const GAP: &str = "gap";

#[derive(Debug, Clone)]
pub struct NewRow {
    pub seq: i64,
    pub event_id: String,
    pub room_id: String,
    pub sender: String,
    pub raw: Vec<u8>,
    pub source: &'static str,
    pub received_at: i64,
    /// Not an event: kept for the team, never worked on.
    pub malformed: bool,
}

impl NewRow {
    fn checksum(&self) -> i64 {
        let texts = [&self.event_id, &self.room_id, &self.sender, self.source];
        checked::checksum_of(texts, &self.raw, self.received_at)
    }
}

/// A row that waits to be worked on.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    pub seq: i64,
    pub event_id: String,
    pub room_id: String,
    pub sender: String,
    pub raw: Vec<u8>,
    pub late: bool,
    pub received_at: i64,
    pub attempts: i64,
    pub next_at: i64,
}

impl Numbered for Waiting {
    fn number(&self) -> i64 {
        self.seq
    }
}

impl From<NewRow> for Waiting {
    fn from(row: NewRow) -> Self {
        Self {
            seq: row.seq,
            event_id: row.event_id,
            room_id: row.room_id,
            sender: row.sender,
            raw: row.raw,
            late: row.source == GAP,
            received_at: row.received_at,
            attempts: 0,
            next_at: 0,
        }
    }
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, rows: &[NewRow]) -> Result<usize, sqlx::Error> {
    let mut kept = 0;
    for chunk in chunks(rows) {
        let text = values(
            tx,
            "insert into inbox (seq, event_id, room_id, sender, raw, source, received_at, done_at, outcome, checksum) \
             {values} on conflict (event_id) do nothing",
            chunk.len(),
            10,
        );
        let mut query = sqlx::query(text);
        for row in chunk {
            query = query
                .bind(row.seq)
                .bind(&row.event_id)
                .bind(&row.room_id)
                .bind(&row.sender)
                .bind(row.raw.as_slice())
                .bind(row.source)
                .bind(row.received_at)
                .bind(row.malformed.then_some(row.received_at))
                .bind(row.malformed.then_some("poison"))
                .bind(row.checksum());
        }
        kept += usize::try_from(query.execute(&mut *tx).await?.rows_affected()).unwrap_or(0);
    }
    Ok(kept)
}

/// The next numbers of the inbox, in order, where several instances may accept (PostgreSQL).
///
/// # Errors
/// When the database refuses.
pub async fn numbers(connection: &mut Conn, many: i64) -> Result<Vec<i64>, sqlx::Error> {
    let rows = sqlx::query("select nextval('inbox_seq') from generate_series(1, $1)")
        .bind(many)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// A process that stands still in this transaction loses it: another instance may wait for the same events.
///
/// # Errors
/// When the database refuses.
pub async fn hurry(tx: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("set local idle_in_transaction_session_timeout = '8s'").execute(tx).await?;
    Ok(())
}

/// Lets the numbers begin above those that a restore has brought.
///
/// # Errors
/// When the database refuses.
pub async fn numbers_on(tx: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select setval('inbox_seq', (select max(seq) from inbox)) from inbox_seq \
         where (select coalesce(max(seq), 0) from inbox) + case when is_called then 0 else 1 end > last_value",
    )
    .fetch_optional(tx)
    .await?;
    Ok(())
}

/// An event id that came again with another content.
#[derive(Debug, Clone)]
pub struct Conflict {
    pub event_id: String,
    pub room_id: String,
}

/// Which of these rows stand in the inbox as something else (a redaction may have emptied them).
///
/// # Errors
/// When the database refuses.
pub async fn conflicts(tx: &mut Conn, rows: &[NewRow]) -> Result<Vec<Conflict>, sqlx::Error> {
    let mut conflicts = Vec::new();
    for row in rows {
        let held = sqlx::query("select raw from inbox where event_id = $1 and seq <> $2")
            .bind(&row.event_id)
            .bind(row.seq)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(held) = held else { continue };
        let raw: Option<Vec<u8>> = held.try_get(0)?;
        if raw.is_some_and(|raw| is_other(&raw, &row.raw)) {
            let (event_id, room_id) = (row.event_id.clone(), row.room_id.clone());
            conflicts.push(Conflict { event_id, room_id });
        }
    }
    Ok(conflicts)
}

/// Whether two texts under one id say different things; what the homeserver adds for each delivery
/// does not count.
fn is_other(held: &[u8], new: &[u8]) -> bool {
    const SAID: [&str; 4] = ["type", "sender", "room_id", "state_key"];
    let read = |raw: &[u8]| serde_json::from_slice::<serde_json::Value>(raw).ok();
    let (Some(held), Some(new)) = (read(held), read(new)) else {
        // Too deep to compare: a redelivery differs in its age, which is no conflict.
        return false;
    };
    let redacted = new["content"].as_object().is_some_and(serde_json::Map::is_empty);
    SAID.iter().any(|key| held.get(key) != new.get(key))
        || (held["content"] != new["content"] && !redacted)
}

/// The oldest that wait above a number.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(tx: &mut Conn, after: i64, limit: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, event_id, room_id, sender, raw, source, received_at, checksum, attempts, next_at \
         from inbox where done_at is null and seq > $1 order by seq limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    rows.iter()
        .map(|row| {
            checked::row(row)?;
            Ok(Waiting {
                seq: row.try_get(0)?,
                event_id: row.try_get(1)?,
                room_id: row.try_get(2)?,
                sender: row.try_get(3)?,
                raw: row.try_get::<Option<Vec<u8>>, _>(4)?.unwrap_or_default(),
                late: row.try_get::<String, _>(5)? == GAP,
                received_at: row.try_get(6)?,
                attempts: row.try_get(8)?,
                next_at: row.try_get(9)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn failed(
    tx: &mut Conn,
    seq: i64,
    attempts: i64,
    next_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update inbox set attempts = $1, next_at = $2 where seq = $3")
        .bind(attempts)
        .bind(next_at)
        .bind(seq)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn finish(tx: &mut Conn, seq: i64, outcome: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update inbox set done_at = $1, outcome = $2 where seq = $3")
        .bind(now)
        .bind(outcome)
        .bind(seq)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether a row has not been done.
///
/// # Errors
/// When the database refuses.
pub async fn still_waits(tx: &mut Conn, seq: i64) -> Result<bool, sqlx::Error> {
    let waits: i64 = sqlx::query("select count(*) from inbox where seq = $1 and done_at is null")
        .bind(seq)
        .fetch_one(tx)
        .await?
        .try_get(0)?;
    Ok(waits > 0)
}

/// Highest sequence number and how many rows wait.
///
/// # Errors
/// When the database refuses.
pub async fn head(tx: &mut Conn) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select (select coalesce(max(seq), 0) from inbox), (select count(*) from inbox where done_at is null)",
    )
    .fetch_one(tx)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Whether an event of this id was ever accepted.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Conn, event_id: &str) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("select 1 from inbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(tx)
        .await?
        .is_some())
}

/// Who sent an event that we kept.
///
/// # Errors
/// When the database refuses.
pub async fn sender_of(tx: &mut Conn, event_id: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select sender from inbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// What an event said, as long as that is kept.
///
/// # Errors
/// When the database refuses.
pub async fn raw_of(tx: &mut Conn, event_id: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query("select raw from inbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(None), |row| row.try_get(0))
}

/// How an event ended.
///
/// # Errors
/// When the database refuses.
pub async fn outcome_of(tx: &mut Conn, event_id: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select outcome from inbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(None), |row| row.try_get(0))
}

/// Drops the raw texts of a slice of what ended before a time (ids are kept for ever), and gives the
/// last number of that slice; `None` when the slice reaches what is kept.
///
/// # Errors
/// When the database refuses.
pub async fn shed(
    tx: &mut Conn,
    after: i64,
    slice: i64,
    before: i64,
) -> Result<Option<i64>, sqlx::Error> {
    let end = sqlx::query(
        "select seq from inbox where seq > $1 and received_at < $2 order by seq limit 1 offset $3",
    )
    .bind(after)
    .bind(before)
    .bind(slice - 1)
    .fetch_optional(&mut *tx)
    .await?;
    let end: Option<i64> = end.map(|row| row.try_get(0)).transpose()?;
    sqlx::query(
        "update inbox set raw = null where seq > $1 and seq <= $2 and raw is not null and done_at < $3",
    )
    .bind(after)
    .bind(end.unwrap_or(i64::MAX))
    .bind(before)
    .execute(tx)
    .await?;
    Ok(end)
}
