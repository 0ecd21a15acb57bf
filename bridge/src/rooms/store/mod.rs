//! Rows of kept rooms, direct chats and members.
pub mod access;
pub mod chats;
pub mod members;
pub mod people;
pub mod reach;
pub mod upgrades;

use super::rules::{NOT_JOINED, RoomKey};
use crate::platform::db::Conn;
use schema::card::Finding;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A kept room; the row exists once the room does.
#[derive(Debug, Clone)]
pub struct RoomRow {
    pub key: RoomKey,
    pub room_id: String,
    pub version: String,
    pub checked_at: Option<i64>,
    /// Since when it is to be looked at.
    pub drift_at: Option<i64>,
    pub findings: Vec<Finding>,
    /// The servers by which it is reached; empty is our own.
    pub via: Vec<String>,
    pub via_at: Option<i64>,
    /// The servers that it lets in, as last put into it; `None` before anything was.
    pub acl: Option<Vec<String>>,
}

impl RoomRow {
    /// Whether the bot is out of it, as far as is known.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.findings.iter().any(|finding| finding.id == NOT_JOINED)
    }
}

fn room(row: &AnyRow) -> Result<Option<RoomRow>, sqlx::Error> {
    let key: String = row.try_get(0)?;
    let Some(key) = RoomKey::parse(&key) else { return Ok(None) };
    let findings: String = row.try_get(5)?;
    Ok(Some(RoomRow {
        key,
        room_id: row.try_get(1)?,
        version: row.try_get(2)?,
        checked_at: row.try_get(3)?,
        drift_at: row.try_get(4)?,
        findings: serde_json::from_str(&findings).unwrap_or_default(),
        via: list(row.try_get(6)?).unwrap_or_default(),
        via_at: row.try_get(7)?,
        acl: list(row.try_get(8)?),
    }))
}

fn list(text: Option<String>) -> Option<Vec<String>> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

/// # Errors
/// When the database refuses.
pub async fn rooms(reader: &mut Conn) -> Result<Vec<RoomRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select key, room_id, version, checked_at, drift_at, findings, via, via_at, acl from room order by made_at, key",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().filter_map(|row| room(row).transpose()).collect()
}

/// # Errors
/// When the database refuses.
pub async fn by_room_id(reader: &mut Conn, room_id: &str) -> Result<Option<RoomRow>, sqlx::Error> {
    let row = sqlx::query(
        "select key, room_id, version, checked_at, drift_at, findings, via, via_at, acl from room where room_id = $1",
    )
    .bind(room_id)
    .fetch_optional(reader)
    .await?;
    Ok(row.as_ref().map(room).transpose()?.flatten())
}

/// Notes a room that now exists; it is to be checked.
///
/// # Errors
/// When the database refuses.
pub async fn made(
    tx: &mut Conn,
    key: &str,
    room_id: &str,
    version: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into room (key, room_id, version, made_at, drift_at) values ($1, $2, $3, $4, $5) \
         on conflict (key) do nothing",
    )
    .bind(key)
    .bind(room_id)
    .bind(version)
    .bind(now)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Asks for a look at a room; false when we keep no such room.
///
/// # Errors
/// When the database refuses.
pub async fn drifted(tx: &mut Conn, room_id: &str, now: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("update room set drift_at = $1 where room_id = $2")
        .bind(now)
        .bind(room_id)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Asks for a look at the room of a key.
///
/// # Errors
/// When the database refuses.
pub async fn key_drifted(tx: &mut Conn, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room set drift_at = $1 where key = $2")
        .bind(now)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn all_drifted(tx: &mut Conn, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room set drift_at = $1").bind(now).execute(tx).await?;
    Ok(())
}

/// A look ended; `seen` is the wish for it that it answers, a newer one stays.
///
/// # Errors
/// When the database refuses.
pub async fn checked(
    tx: &mut Conn,
    key: &str,
    findings: &str,
    began_at: i64,
    seen: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update room set checked_at = $1, findings = $2, \
         drift_at = case when drift_at = $3 then null else drift_at end where key = $4",
    )
    .bind(began_at)
    .bind(findings)
    .bind(seen.unwrap_or(-1))
    .bind(key)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes findings, JSON, between two looks.
///
/// # Errors
/// When the database refuses.
pub async fn found(tx: &mut Conn, room_id: &str, findings: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update room set findings = $1 where room_id = $2")
        .bind(findings)
        .bind(room_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// An industry as far as its channel goes: slug, name, whether it is open.
///
/// # Errors
/// When the database refuses.
pub async fn industries(reader: &mut Conn) -> Result<Vec<(String, String, bool)>, sqlx::Error> {
    let rows = sqlx::query("select slug, name, closed_at from industry order by made_at, slug")
        .fetch_all(reader)
        .await?;
    rows.iter()
        .map(|row| {
            let closed: Option<i64> = row.try_get(2)?;
            Ok((row.try_get(0)?, row.try_get(1)?, closed.is_none()))
        })
        .collect()
}

/// An organization as far as its room goes: short name, name, whether it is with the program. One that
/// left before it had a room has none.
///
/// # Errors
/// When the database refuses.
pub async fn organizations(reader: &mut Conn) -> Result<Vec<(String, String, bool)>, sqlx::Error> {
    let rows = sqlx::query(
        "select slug, name, removed_at from organization where removed_at is null \
         or exists (select 1 from room r where r.key = 'organization:' || slug) order by made_at, slug",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let removed: Option<i64> = row.try_get(2)?;
            Ok((row.try_get(0)?, row.try_get(1)?, removed.is_none()))
        })
        .collect()
}

/// Mentorships whose room is to be kept, looked at, or still to be made: id and the names of the two.
///
/// # Errors
/// When the database refuses.
pub async fn pairs(reader: &mut Conn) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select m.id, a.name, b.name from mentorship m join partner a on a.id = m.mentor_id \
         join partner b on b.id = m.mentee_id \
         where m.accepted_at is not null and (m.ended_at is null \
         or not exists (select 1 from room r where r.key = 'mentorship-' || m.id and r.drift_at is null)) \
         order by m.accepted_at, m.id",
    )
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let (one, other): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            Ok((row.try_get(0)?, format!("{one} & {other}")))
        })
        .collect()
}

/// Everyone with a granted role.
///
/// # Errors
/// When the database refuses.
pub async fn team(reader: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct user_id from role_grant where revoked_at is null order by user_id",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
