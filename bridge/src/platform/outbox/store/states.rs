//! Rows of the wanted room state.
use crate::platform::db::{Conn, Damaged};
use crate::platform::work::state_hash;
use sqlx::Row as _;

/// A state event that should say something else than it does.
#[derive(Debug, Clone)]
pub struct WantedState {
    pub room: String,
    pub event_type: String,
    pub state_key: String,
    pub content: String,
    pub hash: String,
    pub attempts: i64,
}

/// # Errors
/// When the database refuses.
pub async fn due_states(
    reader: &mut Conn,
    now: i64,
    limit: i64,
) -> Result<Vec<WantedState>, sqlx::Error> {
    let rows = sqlx::query(
        "select room, event_type, state_key, content, hash, attempts from state \
         where (sent_hash is null or sent_hash <> hash) and parked_why is null and due_at <= $1 \
         order by due_at, room, event_type, state_key limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter().map(wanted).collect()
}

/// Whether a state was ever asked for.
///
/// # Errors
/// When the database refuses.
pub async fn is_wanted(
    reader: &mut Conn,
    room: &str,
    event_type: &str,
    state_key: &str,
) -> Result<bool, sqlx::Error> {
    let row =
        sqlx::query("select 1 from state where room = $1 and event_type = $2 and state_key = $3")
            .bind(room)
            .bind(event_type)
            .bind(state_key)
            .fetch_optional(reader)
            .await?;
    Ok(row.is_some())
}

/// When the next state is due, if any differs.
///
/// # Errors
/// When the database refuses.
pub async fn next_state_at(reader: &mut Conn) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query(
        "select min(due_at) from state where (sent_hash is null or sent_hash <> hash) and parked_why is null",
    )
    .fetch_one(reader)
    .await?
    .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn state_sent(
    tx: &mut Conn,
    state: &WantedState,
    now: i64,
    due_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update state set sent_hash = $1, sent_at = $2, due_at = $3, attempts = 0 \
         where room = $4 and event_type = $5 and state_key = $6",
    )
    .bind(&state.hash)
    .bind(now)
    .bind(due_at)
    .bind(&state.room)
    .bind(&state.event_type)
    .bind(&state.state_key)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn state_failed(
    tx: &mut Conn,
    state: &WantedState,
    due_at: i64,
    parked_why: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update state set attempts = attempts + 1, due_at = $1, parked_why = $2 \
         where room = $3 and event_type = $4 and state_key = $5",
    )
    .bind(due_at)
    .bind(parked_why)
    .bind(&state.room)
    .bind(&state.event_type)
    .bind(&state.state_key)
    .execute(tx)
    .await?;
    Ok(())
}

/// Every state that a room should have.
///
/// # Errors
/// When the database refuses.
pub async fn states_of(reader: &mut Conn, room: &str) -> Result<Vec<WantedState>, sqlx::Error> {
    let rows = sqlx::query(
        "select room, event_type, state_key, content, hash, attempts from state where room = $1 \
         order by event_type, state_key",
    )
    .bind(room)
    .fetch_all(reader)
    .await?;
    rows.iter().map(wanted).collect()
}

/// A wanted state with how far it has come.
#[derive(Debug, Clone)]
pub struct KeptState {
    pub wanted: WantedState,
    /// The homeserver has taken exactly this content.
    pub sent: bool,
    pub parked_why: Option<String>,
}

/// Every state of every room.
///
/// # Errors
/// When the database refuses.
pub async fn kept_states(reader: &mut Conn) -> Result<Vec<KeptState>, sqlx::Error> {
    let rows = sqlx::query(
        "select room, event_type, state_key, content, hash, attempts, sent_hash, parked_why from state \
         order by room, event_type, state_key",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let sent: Option<String> = row.try_get(6)?;
            let wanted = wanted(row)?;
            Ok(KeptState {
                sent: sent.as_ref() == Some(&wanted.hash),
                wanted,
                parked_why: row.try_get(7)?,
            })
        })
        .collect()
}

/// Looks through all of them.
///
/// # Errors
/// When one is not what was written, or the database refuses.
pub(super) async fn check(reader: &mut Conn) -> Result<(), sqlx::Error> {
    kept_states(reader).await.map(drop)
}

fn wanted(row: &sqlx::any::AnyRow) -> Result<WantedState, sqlx::Error> {
    let state = WantedState {
        room: row.try_get(0)?,
        event_type: row.try_get(1)?,
        state_key: row.try_get(2)?,
        content: row.try_get(3)?,
        hash: row.try_get(4)?,
        attempts: row.try_get(5)?,
    };
    let content = serde_json::from_str(&state.content).ok();
    if content.is_some_and(|content| state_hash(&content) == state.hash) {
        return Ok(state);
    }
    Err(Damaged::error("state", &format!("{} {}", state.room, state.event_type)))
}

/// Forgets what was sent of all states, so that each goes out again.
///
/// # Errors
/// When the database refuses.
pub async fn resend_states(tx: &mut Conn, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update state set sent_hash = null, due_at = $1, parked_why = null")
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Has a room's state sent again that was sent, or asked for, since a time, and what names messages.
///
/// # Errors
/// When the database refuses.
pub async fn resend_since(
    tx: &mut Conn,
    room: &str,
    since: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update state set sent_hash = null, due_at = $1, attempts = 0, parked_why = null \
         where room = $2 and (sent_at is null or sent_at >= $3 or content like '%\"owed:%')",
    )
    .bind(now)
    .bind(room)
    .bind(since)
    .execute(tx)
    .await?;
    Ok(())
}

/// Lets a room's refused states be tried again: the room is another than it was.
///
/// # Errors
/// When the database refuses.
pub async fn unpark_states(
    tx: &mut Conn,
    (key, room_id): (&str, &str),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update state set parked_why = null, attempts = 0, due_at = $1 \
         where parked_why is not null and (room = $2 or room = $3)",
    )
    .bind(now)
    .bind(key)
    .bind(room_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what was sent under a key, so that it goes out again.
///
/// # Errors
/// When the database refuses.
pub async fn resend_state(
    tx: &mut Conn,
    room: &str,
    event_type: &str,
    state_key: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update state set sent_hash = null, due_at = $1, parked_why = null \
         where room = $2 and event_type = $3 and state_key = $4",
    )
    .bind(now)
    .bind(room)
    .bind(event_type)
    .bind(state_key)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
