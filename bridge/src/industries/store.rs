//! Rows of industries.
use super::rules::Target;
use crate::platform::db::Conn;
use jiff::civil::Date;
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

/// Distinct clients with a sale of `[from, to)` that stood at an instant; `before_at` is the first that
/// is not known.
///
/// # Errors
/// When the database refuses.
pub async fn won(
    reader: &mut Conn,
    slug: &str,
    (from, to): (Date, Date),
    before_at: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(distinct s.client_id) from sale s \
         where s.industry = $1 and s.effective_on >= $2 and s.effective_on < $3 \
         and s.approved_at < $4 and (s.voided_at is null or s.voided_at >= $4) \
         and s.amount_minor > coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a \
         where a.sale_id = s.id and a.at < $4), 0)",
    )
    .bind(slug)
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(before_at)
    .fetch_one(reader)
    .await?
    .try_get(0)
}

/// How many accounts were to be won on a day.
///
/// # Errors
/// When the database refuses.
pub async fn target(
    reader: &mut Conn,
    slug: &str,
    on: Date,
) -> Result<Option<Target>, sqlx::Error> {
    let row = sqlx::query(
        "select accounts, from_on from industry_target where industry = $1 and from_on <= $2 \
         order by from_on desc, set_at desc limit 1",
    )
    .bind(slug)
    .bind(on.to_string())
    .fetch_optional(reader)
    .await?;
    let target = |row: AnyRow| {
        let from: String = row.try_get(1)?;
        let from = from.parse().map_err(|_| sqlx::Error::Decode("target: day".into()))?;
        Ok(Target { accounts: row.try_get(0)?, from })
    };
    row.map(target).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn add_target(
    tx: &mut Conn,
    (slug, target): (&str, Target),
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into industry_target (industry, from_on, accounts, set_by, set_at) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(slug)
    .bind(target.from.to_string())
    .bind(target.accounts)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
