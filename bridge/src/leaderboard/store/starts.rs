//! Rows of how industries stood when periods began.
use crate::platform::db::Conn;
use schema::period::Period;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// An industry at the start of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub industry: String,
    pub period: Period,
    /// Clients won in the twelve months before.
    pub clients: i64,
    /// Accounts that were to be won, where that was set.
    pub targets: Option<i64>,
}

/// # Errors
/// When the database refuses.
pub async fn all(reader: &mut Conn) -> Result<Vec<Start>, sqlx::Error> {
    let rows = sqlx::query("select industry, period, clients, targets from industry_start")
        .fetch_all(reader)
        .await?;
    let start = |row: &AnyRow| {
        let period: String = row.try_get(1)?;
        let bad = || sqlx::Error::Decode(format!("start of {period}").into());
        Ok(Start {
            industry: row.try_get(0)?,
            period: period.parse().map_err(|_| bad())?,
            clients: row.try_get(2)?,
            targets: row.try_get(3)?,
        })
    };
    rows.iter().map(start).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, start: &Start, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into industry_start (industry, period, clients, targets, noted_at) \
         values ($1, $2, $3, $4, $5)",
    )
    .bind(&start.industry)
    .bind(start.period.to_string())
    .bind(start.clients)
    .bind(start.targets)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
