//! Rows of case studies.
pub mod said;

use super::rules::Step;
use crate::platform::db::Conn;
use schema::ids::{PartnerId, StoryNumber};
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRow {
    pub id: String,
    pub number: StoryNumber,
    pub partner_id: PartnerId,
    pub sale_id: String,
    pub step: Step,
    /// How often it went to the reviewers.
    pub round: i64,
    pub touched_at: i64,
    /// Names the newest preview.
    pub shown_at: Option<i64>,
    pub submitted_at: Option<i64>,
    pub published_at: Option<i64>,
    pub rejected_at: Option<i64>,
    pub reject_reason: Option<String>,
    pub closed_at: Option<i64>,
    pub retired_at: Option<i64>,
    pub erased_at: Option<i64>,
}

macro_rules! select_story {
    ($rest:literal) => {
        concat!(
            "select t.id, t.number, t.partner_id, t.sale_id, t.step, t.round, t.touched_at, t.shown_at, \
             t.submitted_at, t.published_at, t.rejected_at, t.reject_reason, t.closed_at, t.retired_at, \
             t.erased_at from story t ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<StoryRow, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(format!("story: {what}").into());
    Ok(StoryRow {
        id: row.try_get(0)?,
        number: StoryNumber(row.try_get(1)?),
        partner_id: row.try_get::<String, _>(2)?.parse().map_err(|_| bad("partner"))?,
        sale_id: row.try_get(3)?,
        step: Step::parse(&row.try_get::<String, _>(4)?).ok_or_else(|| bad("step"))?,
        round: row.try_get(5)?,
        touched_at: row.try_get(6)?,
        shown_at: row.try_get(7)?,
        submitted_at: row.try_get(8)?,
        published_at: row.try_get(9)?,
        rejected_at: row.try_get(10)?,
        reject_reason: row.try_get(11)?,
        closed_at: row.try_get(12)?,
        retired_at: row.try_get(13)?,
        erased_at: row.try_get(14)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn by_number(
    tx: &mut Conn,
    number: StoryNumber,
) -> Result<Option<StoryRow>, sqlx::Error> {
    let row =
        sqlx::query(select_story!("where t.number = $1")).bind(number.0).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<StoryRow>, sqlx::Error> {
    let row = sqlx::query(select_story!("where t.id = $1")).bind(id).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// The one that a partner is telling.
///
/// # Errors
/// When the database refuses.
pub async fn open_of(tx: &mut Conn, partner: &str) -> Result<Option<StoryRow>, sqlx::Error> {
    let row = sqlx::query(select_story!(
        "where t.partner_id = $1 and t.submitted_at is null and t.rejected_at is null and t.closed_at is null \
         and t.retired_at is null and t.erased_at is null order by t.number desc limit 1"
    ))
    .bind(partner)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The one of a sale that is not over.
///
/// # Errors
/// When the database refuses.
pub async fn of_sale(tx: &mut Conn, sale: &str) -> Result<Option<StoryRow>, sqlx::Error> {
    let row = sqlx::query(select_story!(
        "where t.sale_id = $1 and t.closed_at is null and t.retired_at is null and t.erased_at is null \
         order by t.number desc limit 1"
    ))
    .bind(sale)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// All of a partner whose words are there.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(tx: &mut Conn, partner: &str) -> Result<Vec<StoryRow>, sqlx::Error> {
    let rows = sqlx::query(select_story!(
        "where t.partner_id = $1 and t.erased_at is null order by t.number"
    ))
    .bind(partner)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// Published ones, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn published(
    tx: &mut Conn,
    industry: Option<&str>,
    limit: i64,
) -> Result<Vec<StoryRow>, sqlx::Error> {
    let rows = sqlx::query(select_story!(
        "join sale s on s.id = t.sale_id where t.published_at is not null and t.retired_at is null \
         and t.erased_at is null and (cast($1 as text) is null or s.industry = $1) \
         order by t.published_at desc, t.number desc limit $2"
    ))
    .bind(industry)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// Published ones of sales that used a playbook, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_playbook(
    tx: &mut Conn,
    slug: &str,
    limit: i64,
) -> Result<Vec<StoryRow>, sqlx::Error> {
    let rows = sqlx::query(select_story!(
        "join sale s on s.id = t.sale_id where s.playbook = $1 and t.published_at is not null \
         and t.retired_at is null and t.erased_at is null order by t.published_at desc, t.number desc limit $2"
    ))
    .bind(slug)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// # Errors
/// When the database refuses.
pub async fn published_count(tx: &mut Conn, industry: Option<&str>) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from story t join sale s on s.id = t.sale_id where t.published_at is not null \
         and t.retired_at is null and t.erased_at is null and (cast($1 as text) is null or s.industry = $1)",
    )
    .bind(industry)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from story").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &StoryRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into story (id, number, partner_id, sale_id, step, started_at, touched_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&row.id)
    .bind(row.number.0)
    .bind(row.partner_id.to_string())
    .bind(&row.sale_id)
    .bind(row.step.as_str())
    .bind(row.touched_at)
    .bind(row.touched_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// What has become of it.
///
/// # Errors
/// When the database refuses.
pub async fn update(tx: &mut Conn, row: &StoryRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update story set step = $2, round = $3, touched_at = $4, shown_at = $5, submitted_at = $6, \
         published_at = $7, rejected_at = $8, reject_reason = $9, closed_at = $10, retired_at = $11, \
         erased_at = $12 where id = $1",
    )
    .bind(&row.id)
    .bind(row.step.as_str())
    .bind(row.round)
    .bind(row.touched_at)
    .bind(row.shown_at)
    .bind(row.submitted_at)
    .bind(row.published_at)
    .bind(row.rejected_at)
    .bind(&row.reject_reason)
    .bind(row.closed_at)
    .bind(row.retired_at)
    .bind(row.erased_at)
    .execute(tx)
    .await?;
    Ok(())
}
