//! Who is to hear of a week, and what was new in it.
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows read of what was published; a digest names the first few.
const ROWS_MAX: i64 = 200;

macro_rules! active {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " approved_at is not null and left_at is null and suspended_at is null ",
            $after
        )
    };
}

/// The zones that active partners have set; empty for those who live by the program's.
///
/// # Errors
/// When the database refuses.
pub async fn zones(tx: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let query = active!("select distinct coalesce(timezone, '') as zone from partner where", "");
    let rows = sqlx::query(query).fetch_all(tx).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// A partner for whom a week is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub id: PartnerId,
    pub is_off: bool,
}

/// Some of those in a zone.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(
    tx: &mut Conn,
    zone: &str,
    week: &str,
    limit: i64,
) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query(active!(
        "select id, digest_off_at from partner where",
        "and coalesce(timezone, '') = $1 and coalesce(digest_week, '') < $2 order by id limit $3"
    ))
    .bind(zone)
    .bind(week)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    let waiting = |row: &AnyRow| {
        let id: String = row.try_get(0)?;
        let id = id.parse().map_err(|_| sqlx::Error::Decode("digest: partner".into()))?;
        Ok(Waiting { id, is_off: row.try_get::<Option<i64>, _>(1)?.is_some() })
    };
    rows.iter().map(waiting).collect()
}

/// A week is done for a partner.
///
/// # Errors
/// When the database refuses.
pub async fn done(tx: &mut Conn, id: PartnerId, week: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set digest_week = $1 where id = $2")
        .bind(week)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn is_off(tx: &mut Conn, id: PartnerId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select digest_off_at from partner where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx)
        .await?;
    let off_at = row.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.flatten();
    Ok(off_at.is_some())
}

/// # Errors
/// When the database refuses.
pub async fn set_off(tx: &mut Conn, id: PartnerId, at: Option<i64>) -> Result<(), sqlx::Error> {
    sqlx::query("update partner set digest_off_at = $1 where id = $2")
        .bind(at)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// A playbook that was published for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub slug: String,
    pub title: String,
    /// Empty when it is for all.
    pub industries: Vec<String>,
}

/// Those of `[from, to)` that stand, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn published(tx: &mut Conn, from: i64, to: i64) -> Result<Vec<Published>, sqlx::Error> {
    let rows = sqlx::query(
        "select b.slug, v.title, v.industries from playbook b \
         join playbook_version v on v.slug = b.slug and v.version = b.shown_version \
         join (select slug, min(published_at) as at from playbook_version group by slug) first \
         on first.slug = b.slug where first.at >= $1 and first.at < $2 and b.retired_at is null \
         and b.taken_down_at is null and v.erased_at is null order by first.at, b.slug limit $3",
    )
    .bind(from)
    .bind(to)
    .bind(ROWS_MAX)
    .fetch_all(tx)
    .await?;
    let published = |row: &AnyRow| {
        let industries: String = row.try_get(2)?;
        let industries = serde_json::from_str(&industries).unwrap_or_default();
        Ok(Published { slug: row.try_get(0)?, title: row.try_get(1)?, industries })
    };
    rows.iter().map(published).collect()
}
