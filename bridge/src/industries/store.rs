//! Rows of industries.
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndustryRow {
    pub slug: String,
    pub name: String,
    pub closed_at: Option<i64>,
    /// Room id of its channel, once that is made.
    pub room_id: Option<String>,
}

fn industry(row: &AnyRow) -> Result<IndustryRow, sqlx::Error> {
    Ok(IndustryRow {
        slug: row.try_get(0)?,
        name: row.try_get(1)?,
        closed_at: row.try_get(2)?,
        room_id: row.try_get(3)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn by_slug(reader: &mut Conn, slug: &str) -> Result<Option<IndustryRow>, sqlx::Error> {
    let row = sqlx::query(
        "select industry.slug, industry.name, industry.closed_at, room.room_id from industry \
         left join room on room.key = 'industry:' || industry.slug where industry.slug = $1",
    )
    .bind(slug)
    .fetch_optional(reader)
    .await?;
    row.as_ref().map(industry).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn all(reader: &mut Conn) -> Result<Vec<IndustryRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select industry.slug, industry.name, industry.closed_at, room.room_id from industry \
         left join room on room.key = 'industry:' || industry.slug order by industry.slug",
    )
    .fetch_all(reader)
    .await?;
    rows.iter().map(industry).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, slug: &str, name: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("insert into industry (slug, name, made_at) values ($1, $2, $3)")
        .bind(slug)
        .bind(name)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Closes (`Some`) or opens an industry again.
///
/// # Errors
/// When the database refuses.
pub async fn close(tx: &mut Conn, slug: &str, at: Option<i64>) -> Result<(), sqlx::Error> {
    sqlx::query("update industry set closed_at = $1 where slug = $2")
        .bind(at)
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// Distinct clients with a sale that stands.
///
/// # Errors
/// When the database refuses.
pub async fn clients(reader: &mut Conn, slug: &str) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(distinct s.client_id) from sale s \
         where s.industry = $1 and s.approved_at is not null and s.voided_at is null \
         and s.amount_minor > coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a where a.sale_id = s.id), 0)",
    )
    .bind(slug)
    .fetch_one(reader)
    .await?
    .try_get(0)
}
