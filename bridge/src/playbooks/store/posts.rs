//! Rows about our own messages that hold a playbook's words, and where the playbooks room is.
use crate::platform::db::Conn;
use sqlx::Row as _;

/// A message of ours, and the room that it was sent to (as the outbox names it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub key: String,
    pub room: String,
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    (slug, version): (&str, i64),
    kind: &str,
    post: &Post,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into playbook_post (dedupe_key, slug, version, kind, room) \
         values ($1, $2, $3, $4, $5) on conflict (dedupe_key, slug, version) do nothing",
    )
    .bind(&post.key)
    .bind(slug)
    .bind(version)
    .bind(kind)
    .bind(&post.room)
    .execute(tx)
    .await?;
    Ok(())
}

/// Those of a version (of all, for 0) that are still there; the control room's only when asked for.
/// What the homeserver never took cannot be taken back.
///
/// # Errors
/// When the database refuses.
pub async fn standing(
    tx: &mut Conn,
    slug: &str,
    version: i64,
    control: bool,
) -> Result<Vec<Post>, sqlx::Error> {
    let rows = sqlx::query(
        "select t.dedupe_key, t.room from playbook_post t \
         join outbox o on o.dedupe_key = t.dedupe_key \
         where t.slug = $1 and ($2 = 0 or t.version = $2) and t.redacted_at is null and o.parked_at is null \
         and ($3 = 1 or t.room <> 'control') order by o.id",
    )
    .bind(slug)
    .bind(version)
    .bind(i64::from(control))
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok(Post { key: row.try_get(0)?, room: row.try_get(1)? })).collect()
}

/// # Errors
/// When the database refuses.
pub async fn redacted(tx: &mut Conn, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update playbook_post set redacted_at = $1 where dedupe_key = $2")
        .bind(now)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}

/// Drops the words of the messages of erased versions that have gone out; how many are still owed.
///
/// # Errors
/// When the database refuses.
pub async fn scrub(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "update outbox set content = '{}' where sent_at is not null and content <> '{}' and exists \
         (select 1 from playbook_post t join playbook_version v \
         on v.slug = t.slug and v.version = t.version where v.erased_at is not null \
         and t.dedupe_key = outbox.dedupe_key)",
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "select count(*) from outbox o join playbook_post t on t.dedupe_key = o.dedupe_key \
         join playbook_version v on v.slug = t.slug and v.version = t.version \
         where v.erased_at is not null and o.sent_at is null and o.parked_at is null",
    )
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// The room that playbooks are put into, once it is made; of a message that was put into one before,
/// that one.
///
/// # Errors
/// When the database refuses.
pub async fn room_id(tx: &mut Conn, key: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce((select f.room_id from former_room f join outbox o on o.dedupe_key = $1 \
         where f.key = 'playbooks' and o.id <= f.last_row order by f.n limit 1), room_id) \
         from room where key = 'playbooks'",
    )
    .bind(key)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}
