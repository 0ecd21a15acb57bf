//! Rows of rooms that are being replaced, and of those that were.
use crate::platform::db::Conn;
use crate::rooms::rules::RoomKey;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A room on its way to another version.
#[derive(Debug, Clone)]
pub struct UpgradeRow {
    pub id: String,
    pub key: RoomKey,
    /// Which former room the old one becomes: 1 for the first.
    pub n: i64,
    /// The version that is wanted.
    pub version: String,
    pub asked_by: String,
    pub asked_at: i64,
    pub old_room: String,
    pub new_room: Option<String>,
    /// The version that the new room has.
    pub made_version: Option<String>,
    pub copied_at: Option<i64>,
    /// From when on the new room is the room of its key.
    pub moved_at: Option<i64>,
    pub asked_over_at: Option<i64>,
    /// How many were asked over.
    pub people: i64,
}

/// A room that another one of the same key replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerRow {
    pub room_id: String,
    pub key: RoomKey,
    /// The last row of the outbox that was meant for it.
    pub last_row: i64,
    pub replaced_at: i64,
}

const OPEN: &str = "select id, key, n, version, asked_by, asked_at, old_room, new_room, made_version, \
    copied_at, moved_at, asked_over_at, people from room_upgrade \
    where closed_at is null and failed_at is null order by asked_at, id";

fn upgrade(row: &AnyRow) -> Result<Option<UpgradeRow>, sqlx::Error> {
    let key: String = row.try_get(1)?;
    let Some(key) = RoomKey::parse(&key) else { return Ok(None) };
    Ok(Some(UpgradeRow {
        id: row.try_get(0)?,
        key,
        n: row.try_get(2)?,
        version: row.try_get(3)?,
        asked_by: row.try_get(4)?,
        asked_at: row.try_get(5)?,
        old_room: row.try_get(6)?,
        new_room: row.try_get(7)?,
        made_version: row.try_get(8)?,
        copied_at: row.try_get(9)?,
        moved_at: row.try_get(10)?,
        asked_over_at: row.try_get(11)?,
        people: row.try_get(12)?,
    }))
}

/// Those that are not over, in the order in which they were asked for.
///
/// # Errors
/// When the database refuses.
pub async fn open(reader: &mut Conn) -> Result<Vec<UpgradeRow>, sqlx::Error> {
    let rows = sqlx::query(OPEN).fetch_all(reader).await?;
    rows.iter().filter_map(|row| upgrade(row).transpose()).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    id: &str,
    (key, old_room, version): (&RoomKey, &str, &str),
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into room_upgrade (id, key, n, version, asked_by, asked_at, old_room) values \
         ($1, $2, (select count(*) + 1 from former_room where key = $2), $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(key.to_string())
    .bind(version)
    .bind(by)
    .bind(now)
    .bind(old_room)
    .execute(tx)
    .await?;
    Ok(())
}

/// The new room is there.
///
/// # Errors
/// When the database refuses.
pub async fn made(
    tx: &mut Conn,
    id: &str,
    room_id: &str,
    version: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("update room_upgrade set new_room = $1, made_version = $2 where id = $3")
        .bind(room_id)
        .bind(version)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The new room has the state that the old one had when the copy began.
///
/// # Errors
/// When the database refuses.
pub async fn copied(tx: &mut Conn, id: &str, began_at: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room_upgrade set copied_at = $1 where id = $2")
        .bind(began_at)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The new room is the room of the key; the old one is noted as the one before. `last_row`: the last
/// row of the outbox that was meant for the old one.
///
/// # Errors
/// When the database refuses.
pub async fn moved(
    tx: &mut Conn,
    upgrade: &UpgradeRow,
    (new_room, version): (&str, &str),
    last_row: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    let key = upgrade.key.to_string();
    sqlx::query(
        "insert into former_room (room_id, key, n, version, last_row, replaced_at) \
         select room_id, key, $1, version, $2, $3 from room where key = $4",
    )
    .bind(upgrade.n)
    .bind(last_row)
    .bind(now)
    .bind(&key)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update room set room_id = $1, version = $2, made_at = $3, checked_at = null, drift_at = $3, \
         findings = '[]', via = null, via_at = null, acl = null where key = $4",
    )
    .bind(new_room)
    .bind(version)
    .bind(now)
    .bind(&key)
    .execute(&mut *tx)
    .await?;
    sqlx::query("update room_upgrade set moved_at = $1 where id = $2")
        .bind(now)
        .bind(&upgrade.id)
        .execute(tx)
        .await?;
    Ok(())
}

/// People were asked over.
///
/// # Errors
/// When the database refuses.
pub async fn asked_over(tx: &mut Conn, id: &str, people: i64, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room_upgrade set asked_over_at = $1, people = $2 where id = $3")
        .bind(now)
        .bind(people)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The old room is closed: all is done.
///
/// # Errors
/// When the database refuses.
pub async fn closed(tx: &mut Conn, upgrade: &UpgradeRow, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room_upgrade set closed_at = $1 where id = $2")
        .bind(now)
        .bind(&upgrade.id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("update former_room set closed_at = $1 where room_id = $2")
        .bind(now)
        .bind(&upgrade.old_room)
        .execute(tx)
        .await?;
    Ok(())
}

/// It cannot be done; nothing has moved.
///
/// # Errors
/// When the database refuses.
pub async fn failed(tx: &mut Conn, id: &str, why: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update room_upgrade set failed_at = $1, failed_why = $2 where id = $3")
        .bind(now)
        .bind(why)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// All former rooms, the oldest of a key first.
///
/// # Errors
/// When the database refuses.
pub async fn former(reader: &mut Conn) -> Result<Vec<FormerRow>, sqlx::Error> {
    let rows =
        sqlx::query("select room_id, key, last_row, replaced_at from former_room order by key, n")
            .fetch_all(reader)
            .await?;
    rows.iter().filter_map(|row| former_row(row).transpose()).collect()
}

/// # Errors
/// When the database refuses.
pub async fn former_by_id(
    reader: &mut Conn,
    room_id: &str,
) -> Result<Option<FormerRow>, sqlx::Error> {
    let row = sqlx::query(
        "select room_id, key, last_row, replaced_at from former_room where room_id = $1",
    )
    .bind(room_id)
    .fetch_optional(reader)
    .await?;
    Ok(row.as_ref().map(former_row).transpose()?.flatten())
}

fn former_row(row: &AnyRow) -> Result<Option<FormerRow>, sqlx::Error> {
    let key: String = row.try_get(1)?;
    let Some(key) = RoomKey::parse(&key) else { return Ok(None) };
    Ok(Some(FormerRow {
        room_id: row.try_get(0)?,
        key,
        last_row: row.try_get(2)?,
        replaced_at: row.try_get(3)?,
    }))
}

/// Keys of the messages in a room that still wait for somebody, oldest first, and whether a sign on
/// them is an answer.
///
/// # Errors
/// When the database refuses.
pub async fn open_cards(
    reader: &mut Conn,
    key: &RoomKey,
) -> Result<Vec<(String, bool)>, sqlx::Error> {
    let rows = sqlx::query(
        "select w.key, w.signs from ( \
         select 'review:sale:' || id as key, cast(1 as bigint) as signs, 'control' as room from sale \
         where approved_at is null and rejected_at is null and withdrawn_at is null and voided_at is null \
         union all select 'review:application:' || user_id || ':' || cast(applied_at as text), 1, 'control' \
         from partner where approved_at is null and rejected_at is null and suspended_at is null \
         and left_at is null \
         union all select 'review:playbook:' || slug || ':' || cast(version as text), 1, 'control' \
         from playbook_version where published_at is null and rejected_at is null and erased_at is null \
         union all select 'review:story:' || id || ':' || cast(round as text), 1, 'control' from story \
         where submitted_at is not null and published_at is null and rejected_at is null \
         and closed_at is null and retired_at is null and erased_at is null \
         union all select 'conflict:' || id, 0, 'control' from conflict where ruled_at is null \
         union all select 'question:' || id, 0, room from question \
         where answered_at is null and withdrawn_at is null) w \
         join outbox o on o.dedupe_key = w.key where w.room = $1 order by o.id",
    )
    .bind(key.to_string())
    .fetch_all(reader)
    .await?;
    rows.iter()
        .map(|row| {
            let signs: i64 = row.try_get(1)?;
            Ok((row.try_get(0)?, signs == 1))
        })
        .collect()
}

/// A message that holds words of people was said again: who takes words back finds both.
///
/// # Errors
/// When the database refuses.
pub async fn posted_again(tx: &mut Conn, key: &str, by_key: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into playbook_post (dedupe_key, slug, version, kind, room) \
         select $1, slug, version, kind, room from playbook_post where dedupe_key = $2",
    )
    .bind(by_key)
    .bind(key)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into win_post (dedupe_key, subject, room) \
         select $1, subject, room from win_post where dedupe_key = $2",
    )
    .bind(by_key)
    .bind(key)
    .execute(tx)
    .await?;
    Ok(())
}

/// The version of a former room.
///
/// # Errors
/// When the database refuses.
pub async fn version_before(
    reader: &mut Conn,
    room_id: &str,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select version from former_room where room_id = $1")
        .bind(room_id)
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}
