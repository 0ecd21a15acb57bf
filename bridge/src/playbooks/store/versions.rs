//! Rows of versions and of the people whose words they hold.
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use schema::status::Visibility;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    pub slug: String,
    pub version: i64,
    pub title: String,
    pub summary: String,
    pub body: String,
    pub bytes: i64,
    pub sha256: String,
    pub industries: Vec<String>,
    pub tags: Vec<String>,
    pub fields: Vec<String>,
    /// The event that saved it, and where it was said.
    pub cause: String,
    /// The root of the thread to answer in.
    pub thread: String,
    pub room_id: String,
    pub saved_at: i64,
    pub published_at: Option<i64>,
    pub rejected_at: Option<i64>,
    pub reject_reason: Option<String>,
    pub erased_at: Option<i64>,
}

/// Somebody whose words a version holds, as far as the program knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub user_id: String,
    pub partner: Option<PartnerId>,
    pub name: String,
    pub visibility: Visibility,
    pub left: bool,
}

macro_rules! select_version {
    ($rest:literal) => {
        concat!(
            "select slug, version, title, summary, body, bytes, sha256, industries, tags, fields, \
             cause, thread, room_id, saved_at, published_at, rejected_at, reject_reason, erased_at \
             from playbook_version ",
            $rest
        )
    };
}

fn version(row: &AnyRow) -> Result<VersionRow, sqlx::Error> {
    Ok(VersionRow {
        slug: row.try_get(0)?,
        version: row.try_get(1)?,
        title: row.try_get(2)?,
        summary: row.try_get(3)?,
        body: row.try_get(4)?,
        bytes: row.try_get(5)?,
        sha256: row.try_get(6)?,
        industries: list(row, 7)?,
        tags: list(row, 8)?,
        fields: list(row, 9)?,
        cause: row.try_get(10)?,
        thread: row.try_get(11)?,
        room_id: row.try_get(12)?,
        saved_at: row.try_get(13)?,
        published_at: row.try_get(14)?,
        rejected_at: row.try_get(15)?,
        reject_reason: row.try_get(16)?,
        erased_at: row.try_get(17)?,
    })
}

pub(super) fn list(row: &AnyRow, column: usize) -> Result<Vec<String>, sqlx::Error> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// # Errors
/// When the database refuses.
pub async fn get(
    tx: &mut Conn,
    slug: &str,
    number: i64,
) -> Result<Option<VersionRow>, sqlx::Error> {
    let row = sqlx::query(select_version!("where slug = $1 and version = $2"))
        .bind(slug)
        .bind(number)
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(version).transpose()
}

/// A version as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionHead {
    pub version: i64,
    pub sha256: String,
    pub bytes: i64,
    pub saved_at: i64,
    pub published_at: Option<i64>,
    pub rejected_at: Option<i64>,
    pub erased_at: Option<i64>,
}

/// Newest first.
///
/// # Errors
/// When the database refuses.
pub async fn heads(tx: &mut Conn, slug: &str, limit: i64) -> Result<Vec<VersionHead>, sqlx::Error> {
    let rows = sqlx::query(
        "select version, sha256, bytes, saved_at, published_at, rejected_at, erased_at \
         from playbook_version where slug = $1 order by version desc limit $2",
    )
    .bind(slug)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(VersionHead {
                version: row.try_get(0)?,
                sha256: row.try_get(1)?,
                bytes: row.try_get(2)?,
                saved_at: row.try_get(3)?,
                published_at: row.try_get(4)?,
                rejected_at: row.try_get(5)?,
                erased_at: row.try_get(6)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    row: &VersionRow,
    saved_by: PartnerId,
) -> Result<(), sqlx::Error> {
    let json = |list: &[String]| serde_json::Value::from(list.to_vec()).to_string();
    sqlx::query(
        "insert into playbook_version (slug, version, title, summary, body, bytes, sha256, \
         industries, tags, fields, saved_by, cause, thread, room_id, saved_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&row.slug)
    .bind(row.version)
    .bind(&row.title)
    .bind(&row.summary)
    .bind(&row.body)
    .bind(row.bytes)
    .bind(&row.sha256)
    .bind(json(&row.industries))
    .bind(json(&row.tags))
    .bind(json(&row.fields))
    .bind(saved_by.to_string())
    .bind(&row.cause)
    .bind(&row.thread)
    .bind(&row.room_id)
    .bind(row.saved_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn insert_author(
    tx: &mut Conn,
    row: &VersionRow,
    n: i64,
    user: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into playbook_author (slug, version, n, user_id) values ($1, $2, $3, $4)")
        .bind(&row.slug)
        .bind(row.version)
        .bind(n)
        .bind(user)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn authors(tx: &mut Conn, slug: &str, number: i64) -> Result<Vec<Author>, sqlx::Error> {
    let rows = sqlx::query(
        "select a.user_id, p.id, p.name, p.visibility, p.left_at from playbook_author a \
         left join partner p on p.user_id = a.user_id where a.slug = $1 and a.version = $2 \
         order by a.n",
    )
    .bind(slug)
    .bind(number)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let id: Option<String> = row.try_get(1)?;
            let visibility: Option<String> = row.try_get(3)?;
            Ok(Author {
                user_id: row.try_get(0)?,
                partner: id.and_then(|id| id.parse().ok()),
                name: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
                visibility: visibility
                    .and_then(|word| word.parse().ok())
                    .unwrap_or(Visibility::Public),
                left: row.try_get::<Option<i64>, _>(4)?.is_some(),
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn publish(
    tx: &mut Conn,
    slug: &str,
    number: i64,
    by: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook_version set published_at = $1, published_by = $2 \
         where slug = $3 and version = $4",
    )
    .bind(now)
    .bind(by)
    .bind(slug)
    .bind(number)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn reject(
    tx: &mut Conn,
    (slug, number): (&str, i64),
    by: &str,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook_version set rejected_at = $1, rejected_by = $2, reject_reason = $3 \
         where slug = $4 and version = $5",
    )
    .bind(now)
    .bind(by)
    .bind(reason)
    .bind(slug)
    .bind(number)
    .execute(tx)
    .await?;
    Ok(())
}

/// The versions that hold a person's words, or were saved by them, and are not erased.
///
/// # Errors
/// When the database refuses.
pub async fn of_person(tx: &mut Conn, user: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select v.slug, v.version from playbook_version v join partner p on p.id = v.saved_by \
         where v.erased_at is null and (p.user_id = $1 or exists (select 1 from playbook_author a \
         where a.slug = v.slug and a.version = v.version and a.user_id = $1)) \
         order by v.slug, v.version",
    )
    .bind(user)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Drops a version's words; that it was there, its length and its hash stay.
///
/// # Errors
/// When the database refuses.
pub async fn erase(tx: &mut Conn, slug: &str, number: i64, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update playbook_version set title = '', summary = '', body = '', tags = '[]', \
         fields = '[]', erased_at = $1 where slug = $2 and version = $3",
    )
    .bind(now)
    .bind(slug)
    .bind(number)
    .execute(tx)
    .await?;
    Ok(())
}

/// Drops the raw event that brought a version, which may hold its words.
///
/// # Errors
/// When the database refuses.
pub async fn drop_raw(tx: &mut Conn, slug: &str, number: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update inbox set raw = null where done_at is not null and event_id in \
         (select cause from playbook_version where slug = $1 and version = $2)",
    )
    .bind(slug)
    .bind(number)
    .execute(tx)
    .await?;
    Ok(())
}
