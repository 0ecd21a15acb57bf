//! Rows of terms and of who has accepted them.
pub mod asked;

use crate::platform::db::Conn;
use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A version of the terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsRow {
    pub version: i64,
    pub text: String,
    pub sha256: String,
    pub published_at: i64,
    /// The last day on which claims need no acceptance.
    pub required_on: Option<Date>,
}

fn terms(row: &AnyRow) -> Result<TermsRow, sqlx::Error> {
    Ok(TermsRow {
        version: row.try_get(0)?,
        text: row.try_get(1)?,
        sha256: row.try_get(2)?,
        published_at: row.try_get(3)?,
        required_on: day(row.try_get(4)?)?,
    })
}

fn day(text: Option<String>) -> Result<Option<Date>, sqlx::Error> {
    let read = |text: String| text.parse().map_err(|_| sqlx::Error::Decode("terms: day".into()));
    text.map(read).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn newest(tx: &mut Conn) -> Result<Option<TermsRow>, sqlx::Error> {
    let row = sqlx::query(
        "select t.version, t.text, t.sha256, t.published_at, d.required_on from terms t \
         left join terms_due d on d.version = t.version order by t.version desc limit 1",
    )
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(terms).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn of_version(tx: &mut Conn, version: i64) -> Result<Option<TermsRow>, sqlx::Error> {
    let row = sqlx::query(
        "select t.version, t.text, t.sha256, t.published_at, d.required_on from terms t \
         left join terms_due d on d.version = t.version where t.version = $1",
    )
    .bind(version)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(terms).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &TermsRow, by: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into terms (version, text, sha256, published_at, published_by) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(row.version)
    .bind(&row.text)
    .bind(&row.sha256)
    .bind(row.published_at)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn require(
    tx: &mut Conn,
    (version, on): (i64, Date),
    (by, now): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into terms_due (version, required_on, set_by, set_at) values ($1, $2, $3, $4) \
         on conflict (version) do update set required_on = excluded.required_on, \
         set_by = excluded.set_by, set_at = excluded.set_at",
    )
    .bind(version)
    .bind(on.to_string())
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn require_not(tx: &mut Conn, version: i64) -> Result<(), sqlx::Error> {
    sqlx::query("delete from terms_due where version = $1").bind(version).execute(tx).await?;
    Ok(())
}

/// What a manager is about to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    pub sha256: String,
    pub required_on: Option<Date>,
}

/// One a person: the newest.
///
/// # Errors
/// When the database refuses.
pub async fn keep_draft(
    tx: &mut Conn,
    user: &str,
    draft: &Draft,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into terms_draft (user_id, text, sha256, required_on, made_at) \
         values ($1, $2, $3, $4, $5) on conflict (user_id) do update set text = excluded.text, \
         sha256 = excluded.sha256, required_on = excluded.required_on, made_at = excluded.made_at",
    )
    .bind(user)
    .bind(&draft.text)
    .bind(&draft.sha256)
    .bind(draft.required_on.map(|day| day.to_string()))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn draft(tx: &mut Conn, user: &str) -> Result<Option<Draft>, sqlx::Error> {
    let row = sqlx::query("select text, sha256, required_on from terms_draft where user_id = $1")
        .bind(user)
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(Draft {
            text: row.try_get(0)?,
            sha256: row.try_get(1)?,
            required_on: day(row.try_get(2)?)?,
        })
    })
    .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn drop_draft(tx: &mut Conn, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from terms_draft where user_id = $1").bind(user).execute(tx).await?;
    Ok(())
}
