//! Rows about our own messages that hold the words of a story or a case study, so that they can be taken
//! out of their rooms, and deleted with what was sent.
use crate::platform::db::Conn;
use sqlx::Row as _;

/// A message of ours, and the room that it was sent to (as the outbox names it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    pub key: String,
    pub room: String,
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    subject: &str,
    key: &str,
    room: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into win_post (dedupe_key, subject, room) values ($1, $2, $3) \
         on conflict (dedupe_key) do nothing",
    )
    .bind(key)
    .bind(subject)
    .bind(room)
    .execute(tx)
    .await?;
    Ok(())
}

/// Those of a subject that are still there; the control room's only when asked for. What the homeserver
/// never took cannot be taken back.
///
/// # Errors
/// When the database refuses.
pub async fn standing(
    tx: &mut Conn,
    subject: &str,
    control: bool,
) -> Result<Vec<PostRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select t.dedupe_key, t.room from win_post t join outbox o on o.dedupe_key = t.dedupe_key \
         where t.subject = $1 and t.redacted_at is null and o.parked_at is null \
         and ($2 = 1 or t.room <> 'control') order by o.id",
    )
    .bind(subject)
    .bind(i64::from(control))
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok(PostRow { key: row.try_get(0)?, room: row.try_get(1)? })).collect()
}

/// # Errors
/// When the database refuses.
pub async fn redacted(tx: &mut Conn, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update win_post set redacted_at = $1 where dedupe_key = $2")
        .bind(now)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn erased(tx: &mut Conn, subject: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update win_post set erased_at = $1 where subject = $2")
        .bind(now)
        .bind(subject)
        .execute(tx)
        .await?;
    Ok(())
}

/// Drops the words of erased messages that have gone out; how many are still owed.
///
/// # Errors
/// When the database refuses.
pub async fn scrub(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "update outbox set content = '{}' where sent_at is not null and content <> '{}' and dedupe_key in \
         (select dedupe_key from win_post where erased_at is not null)",
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "select count(*) from outbox o join win_post t on t.dedupe_key = o.dedupe_key \
         where t.erased_at is not null and o.sent_at is null and o.parked_at is null",
    )
    .fetch_one(tx)
    .await?
    .try_get(0)
}
