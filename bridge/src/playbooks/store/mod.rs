//! Rows of playbooks: where each stands. Versions, uses and messages have files of their own.
pub mod library;
pub mod posts;
pub mod versions;

use crate::platform::db::Conn;
use schema::ids::PartnerId;
use schema::playbook::PlaybookStatus;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybookRow {
    pub slug: String,
    /// Who saved it first: may save it anew and is asked about it.
    pub saved_by: PartnerId,
    pub saver: String,
    /// The newest version.
    pub version: i64,
    /// The one that partners read.
    pub shown_version: Option<i64>,
    /// How often it was put into its room.
    pub posted: i64,
    pub shown_hash: Option<String>,
    pub shown_at: i64,
    pub touched_at: i64,
    pub retired_at: Option<i64>,
    pub retire_reason: Option<String>,
    pub taken_down_at: Option<i64>,
    pub takedown_reason: Option<String>,
    pub asked_at: Option<i64>,
    /// Whether the newest version was turned down.
    pub is_rejected: bool,
}

impl PlaybookRow {
    #[must_use]
    pub fn status(&self) -> PlaybookStatus {
        if self.taken_down_at.is_some() {
            PlaybookStatus::TakenDown
        } else if self.retired_at.is_some() {
            PlaybookStatus::Retired
        } else if self.shown_version.is_some() {
            PlaybookStatus::Published
        } else if self.is_rejected {
            PlaybookStatus::Draft
        } else {
            PlaybookStatus::Review
        }
    }
}

macro_rules! select_playbook {
    ($rest:literal) => {
        concat!(
            "select b.slug, b.saved_by, p.user_id, b.version, b.shown_version, b.posted, \
             b.shown_hash, b.shown_at, b.touched_at, b.retired_at, b.retire_reason, \
             b.taken_down_at, b.takedown_reason, b.asked_at, v.rejected_at \
             from playbook b join partner p on p.id = b.saved_by \
             join playbook_version v on v.slug = b.slug and v.version = b.version ",
            $rest
        )
    };
}

fn playbook(row: &AnyRow) -> Result<PlaybookRow, sqlx::Error> {
    Ok(PlaybookRow {
        slug: row.try_get(0)?,
        saved_by: id(row, 1)?,
        saver: row.try_get(2)?,
        version: row.try_get(3)?,
        shown_version: row.try_get(4)?,
        posted: row.try_get(5)?,
        shown_hash: row.try_get(6)?,
        shown_at: row.try_get(7)?,
        touched_at: row.try_get(8)?,
        retired_at: row.try_get(9)?,
        retire_reason: row.try_get(10)?,
        taken_down_at: row.try_get(11)?,
        takedown_reason: row.try_get(12)?,
        asked_at: row.try_get(13)?,
        is_rejected: row.try_get::<Option<i64>, _>(14)?.is_some(),
    })
}

fn id(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| sqlx::Error::Decode("playbook: partner".into()))
}

/// # Errors
/// When the database refuses.
pub async fn by_slug(tx: &mut Conn, slug: &str) -> Result<Option<PlaybookRow>, sqlx::Error> {
    let row =
        sqlx::query(select_playbook!("where b.slug = $1")).bind(slug).fetch_optional(tx).await?;
    row.as_ref().map(playbook).transpose()
}

/// Published ones that nobody has used or edited since a time, and whose author was not asked since.
///
/// # Errors
/// When the database refuses.
pub async fn stale(
    tx: &mut Conn,
    before: i64,
    limit: i64,
) -> Result<Vec<PlaybookRow>, sqlx::Error> {
    let rows = sqlx::query(select_playbook!(
        "where b.shown_version is not null and b.retired_at is null and b.taken_down_at is null \
         and b.touched_at < $1 and (b.asked_at is null or b.asked_at < b.touched_at) \
         and p.left_at is null order by b.touched_at limit $2"
    ))
    .bind(before)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(playbook).collect()
}

/// The slugs of all that partners may know of.
///
/// # Errors
/// When the database refuses.
pub async fn shown_slugs(tx: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select slug from playbook where shown_version is not null and retired_at is null \
         and taken_down_at is null order by slug",
    )
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Those that hold a person's words, or were saved by them.
///
/// # Errors
/// When the database refuses.
pub async fn slugs_of(tx: &mut Conn, user: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select slug from playbook_author where user_id = $1 union \
         select b.slug from playbook b join partner p on p.id = b.saved_by where p.user_id = $1 \
         order by 1",
    )
    .bind(user)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    slug: &str,
    saved_by: PartnerId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into playbook (slug, saved_by, made_at, touched_at, version) \
         values ($1, $2, $3, $3, 1)",
    )
    .bind(slug)
    .bind(saved_by.to_string())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// A new version is the newest.
///
/// # Errors
/// When the database refuses.
pub async fn set_version(
    tx: &mut Conn,
    slug: &str,
    version: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update playbook set version = $1, touched_at = $2 where slug = $3")
        .bind(version)
        .bind(now)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// Partners read this version from now on; `None` takes it out of the library.
///
/// # Errors
/// When the database refuses.
pub async fn set_shown(tx: &mut Conn, slug: &str, version: Option<i64>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook set shown_version = $1, retired_at = null, retired_by = null, \
         retire_reason = null where slug = $2",
    )
    .bind(version)
    .bind(slug)
    .execute(tx)
    .await?;
    Ok(())
}

/// It was put into its room once more, or its root message there was edited.
///
/// # Errors
/// When the database refuses.
pub async fn set_posted(
    tx: &mut Conn,
    row: &PlaybookRow,
    hash: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update playbook set posted = $1, shown_hash = $2, shown_at = $3 where slug = $4")
        .bind(row.posted)
        .bind(hash)
        .bind(now)
        .bind(&row.slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn retire(
    tx: &mut Conn,
    slug: &str,
    by: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook set retired_at = $1, retired_by = $2, retire_reason = $3 where slug = $4",
    )
    .bind(now)
    .bind(by)
    .bind(reason)
    .bind(slug)
    .execute(tx)
    .await?;
    Ok(())
}

/// Hides a playbook (`Some`) or shows it again.
///
/// # Errors
/// When the database refuses.
pub async fn take_down(
    tx: &mut Conn,
    slug: &str,
    by: Option<&str>,
    reason: Option<&str>,
    at: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook set taken_down_at = $1, taken_down_by = $2, takedown_reason = $3 \
         where slug = $4",
    )
    .bind(at)
    .bind(by)
    .bind(reason)
    .bind(slug)
    .execute(tx)
    .await?;
    Ok(())
}

/// Somebody uses it, or says that it still holds.
///
/// # Errors
/// When the database refuses.
pub async fn touch(tx: &mut Conn, slug: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update playbook set touched_at = $1 where slug = $2 and touched_at < $1")
        .bind(now)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn asked(tx: &mut Conn, slug: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update playbook set asked_at = $1 where slug = $2")
        .bind(now)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}
