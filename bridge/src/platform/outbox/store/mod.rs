//! Rows of the outbox; those of the wanted room state beside them.
mod carried;
mod checked;
mod states;

pub use carried::{
    carried, carried_key, edit_mark, event_of_row, home_of, home_of_event, last_said, open_rows,
    original, room_of_event, settled,
};
pub use checked::{check, open_txns};

pub use states::{
    KeptState, WantedState, due_states, is_wanted, kept_states, next_state_at, resend_since,
    resend_state, resend_states, state_failed, state_sent, states_of, unpark_states,
};

use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};
use crate::platform::handoff::Numbered;
use crate::platform::outbox::refs;
use crate::platform::work::{OWED, OutKind, OutRow};
use sqlx::Row as _;
use std::borrow::Cow;

pub const REACTION: &str = "m.reaction";
/// Reactions of one room that go out side by side, as every card has two; those that one input owes keep their order.
const REACTION_LANES: usize = 2;

/// A row that waits to be sent.
#[derive(Debug, Clone)]
pub struct Owed {
    pub id: i64,
    pub txn_id: String,
    pub dedupe_key: String,
    pub room: String,
    pub kind: OutKind,
    pub event_type: Cow<'static, str>,
    pub subject: Option<String>,
    pub content: String,
    /// The event, or the job, that it answers to.
    pub cause: String,
    pub made_at: i64,
    pub unknown_at: Option<i64>,
}

impl Owed {
    /// What it is sent in order with: the messages of its room; the reactions there, in several lanes, as
    /// they need only follow what they stand on; or what lets one person in and out, which may wait for their server
    /// for days.
    #[must_use]
    pub fn lane(&self) -> String {
        match (self.kind, &self.subject) {
            (OutKind::Invite | OutKind::Remove, Some(user)) => format!("{} {user}", self.room),
            _ if self.event_type == REACTION => {
                let sum: usize = self.cause.bytes().map(usize::from).sum();
                format!("{} reactions {}", self.room, sum % REACTION_LANES)
            }
            _ => self.room.clone(),
        }
    }

    /// The person whom this invites.
    #[must_use]
    pub fn invited(&self) -> Option<&str> {
        self.subject.as_deref().filter(|_| self.kind == OutKind::Invite)
    }

    /// The key of our own message that is to be taken back, until its event is known.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        self.subject.as_deref().and_then(|id| id.strip_prefix(OWED)).map(str::to_owned)
    }

    /// Puts the id of an event of ours where its key stands.
    pub fn name(&mut self, key: &str, event: &str) {
        if self.target().as_deref() == Some(key) {
            self.subject = Some(event.to_owned());
        }
        self.content = refs::filled(&self.content, key, event);
    }
}

impl Numbered for Owed {
    fn number(&self) -> i64 {
        self.id
    }
}

impl From<OutRow> for Owed {
    fn from(row: OutRow) -> Self {
        Self {
            id: row.id,
            txn_id: row.txn_id,
            dedupe_key: row.dedupe_key,
            room: row.room,
            kind: row.kind,
            event_type: Cow::Borrowed(row.event_type),
            subject: row.subject,
            content: row.content,
            cause: row.cause,
            made_at: row.made_at,
            unknown_at: None,
        }
    }
}

/// # Errors
/// When the database refuses.
pub async fn head(reader: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(id), 0) from outbox").fetch_one(reader).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn owed(reader: &mut Conn, after: i64, limit: i64) -> Result<Vec<Owed>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, txn_id, dedupe_key, room, kind, event_type, subject, content, made_at, unknown_at, cause, checksum \
         from outbox where sent_at is null and parked_at is null and id > $1 order by id limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter().map(checked::read).collect()
}

/// The rows owed to one room, from a number to another.
///
/// # Errors
/// When the database refuses.
pub async fn owed_in(
    reader: &mut Conn,
    room: &str,
    (first, last): (i64, i64),
    limit: i64,
) -> Result<Vec<Owed>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, txn_id, dedupe_key, room, kind, event_type, subject, content, made_at, unknown_at, cause, checksum \
         from outbox where sent_at is null and parked_at is null and id >= $1 and id <= $2 and room = $3 \
         order by id limit $4",
    )
    .bind(first)
    .bind(last)
    .bind(room)
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter().map(checked::read).collect()
}

/// What became of a row that another refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// It is this event, or this one stands for it.
    Sent(String),
    Waiting,
    /// It will never be.
    Refused,
    /// There is no row of this key.
    Absent,
}

impl Target {
    /// The event, where there is one.
    #[must_use]
    pub fn event(self) -> Option<String> {
        match self {
            Self::Sent(event) => Some(event),
            Self::Waiting | Self::Refused | Self::Absent => None,
        }
    }
}

/// What became of the message of a key; of one that was carried to another room, of it there.
///
/// # Errors
/// When the database refuses.
pub async fn event_of(reader: &mut Conn, dedupe_key: &str) -> Result<Target, sqlx::Error> {
    let row = sqlx::query(
        "select event_id, parked_at from outbox where dedupe_key = \
         coalesce((select by_key from carried where dedupe_key = $1), $1)",
    )
    .bind(dedupe_key)
    .fetch_optional(reader)
    .await?;
    target(row.as_ref())
}

fn target(row: Option<&sqlx::any::AnyRow>) -> Result<Target, sqlx::Error> {
    let Some(row) = row else { return Ok(Target::Absent) };
    let event: Option<String> = row.try_get(0)?;
    let parked_at: Option<i64> = row.try_get(1)?;
    Ok(match (event, parked_at) {
        (Some(event), _) => Target::Sent(event),
        (None, Some(_)) => Target::Refused,
        (None, None) => Target::Waiting,
    })
}

/// An event stands for a row that was refused.
///
/// # Errors
/// When the database refuses.
pub async fn stands(tx: &mut Conn, dedupe_key: &str, event_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update outbox set event_id = $1 where dedupe_key = $2 and event_id is null")
        .bind(event_id)
        .bind(dedupe_key)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether anything was ever owed under this key.
///
/// # Errors
/// When the database refuses.
pub async fn exists(reader: &mut Conn, dedupe_key: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from outbox where dedupe_key = $1")
        .bind(dedupe_key)
        .fetch_optional(reader)
        .await?;
    Ok(row.is_some())
}

/// The key under which an event of ours was sent, and the room it was meant for.
///
/// # Errors
/// When the database refuses.
pub async fn key_of(
    reader: &mut Conn,
    event_id: &str,
) -> Result<Option<(String, String)>, sqlx::Error> {
    // Of an edit that stands for a refused message and that message, the first row is meant.
    let row =
        sqlx::query("select dedupe_key, room from outbox where event_id = $1 order by id limit 1")
            .bind(event_id)
            .fetch_optional(reader)
            .await?;
    row.map(|row| {
        let key: String = row.try_get(0)?;
        Ok((original(&key).to_owned(), row.try_get(1)?))
    })
    .transpose()
}

/// The root of the thread in which a message of ours stands: an event, or a reference to one owed.
///
/// # Errors
/// When the database refuses.
pub async fn thread_of(reader: &mut Conn, event_id: &str) -> Result<Option<String>, sqlx::Error> {
    #[derive(serde::Deserialize)]
    struct Content {
        #[serde(rename = "m.relates_to")]
        relates: Option<Relates>,
    }
    #[derive(serde::Deserialize)]
    struct Relates {
        rel_type: Option<String>,
        event_id: Option<String>,
    }
    let row = sqlx::query("select content from outbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(reader)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content: String = row.try_get(0)?;
    let relates =
        serde_json::from_str::<Content>(&content).ok().and_then(|content| content.relates);
    let thread = relates.filter(|relates| relates.rel_type.as_deref() == Some("m.thread"));
    Ok(thread.and_then(|relates| relates.event_id))
}

/// The event that a row became, and whether it came back from its room.
#[derive(Debug)]
pub struct Told<'a> {
    pub id: i64,
    pub event_id: &'a str,
    pub confirmed: bool,
}

/// A file's bytes are at the homeserver by now; they are kept no longer.
///
/// # Errors
/// When the database refuses.
pub async fn told(tx: &mut Conn, rows: &[Told<'_>], now: i64) -> Result<(), sqlx::Error> {
    for chunk in chunks(rows) {
        let text = values(
            tx,
            "update outbox set sent_at = coalesce(outbox.sent_at, v.column3), \
             event_id = coalesce(outbox.event_id, v.column2), \
             confirmed_at = case when v.column4 = 1 then v.column3 else outbox.confirmed_at end, \
             subject = case when outbox.kind = 'file' then null else outbox.subject end \
             from ({values}) v where outbox.id = v.column1",
            chunk.len(),
            4,
        );
        let mut query = sqlx::query(text);
        for row in chunk {
            query = query.bind(row.id).bind(row.event_id).bind(now).bind(i64::from(row.confirmed));
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn unknown(tx: &mut Conn, id: i64, at: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update outbox set unknown_at = coalesce(unknown_at, $1), attempts = attempts + 1 where id = $2",
    )
    .bind(at)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// What a parked row was.
#[derive(Debug, Clone)]
pub struct ParkedRow {
    pub key: String,
    pub room: String,
    pub kind: String,
    pub event_type: String,
    pub subject: Option<String>,
}

/// # Errors
/// When the database refuses.
pub async fn park(
    tx: &mut Conn,
    id: i64,
    why: &str,
    now: i64,
) -> Result<Option<ParkedRow>, sqlx::Error> {
    let row = sqlx::query(
        "update outbox set parked_at = $1, parked_why = $2, \
         subject = case when kind = 'file' then null else subject end \
         where id = $3 and parked_at is null \
         returning dedupe_key, room, kind, event_type, subject",
    )
    .bind(now)
    .bind(why)
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(ParkedRow {
            key: row.try_get(0)?,
            room: row.try_get(1)?,
            kind: row.try_get(2)?,
            event_type: row.try_get(3)?,
            subject: row.try_get(4)?,
        })
    })
    .transpose()
}

/// How many rows are owed, and how many the homeserver refused for good.
///
/// # Errors
/// When the database refuses.
pub async fn depth(reader: &mut Conn) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from outbox where sent_at is null and parked_at is null), \
         (select count(*) from outbox where parked_at is not null)",
    )
    .fetch_one(reader)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
