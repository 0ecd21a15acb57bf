//! Rows of batches of imported sales.
use crate::platform::db::Conn;
use schema::ids::{BatchNumber, SaleId, SaleNumber};
use sqlx::Row as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub number: BatchNumber,
    pub reversed_at: Option<i64>,
}

/// A row that was brought in and stands: what it said, and which sale it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub content: String,
    pub number: SaleNumber,
}

/// # Errors
/// When the database refuses.
pub async fn last(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from import_batch").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn batch(tx: &mut Conn, number: BatchNumber) -> Result<Option<Batch>, sqlx::Error> {
    let row = sqlx::query("select reversed_at from import_batch where number = $1")
        .bind(number.0)
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok(Batch { number, reversed_at: row.try_get(0)? })).transpose()
}

/// The row of an external id whose batch was not reversed.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Conn, external_id: &str) -> Result<Option<Known>, sqlx::Error> {
    let row = sqlx::query(
        "select r.content, s.number from import_row r join import_batch b on b.number = r.batch \
         join sale s on s.id = r.sale_id where r.external_id = $1 and b.reversed_at is null",
    )
    .bind(external_id)
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok(Known { content: row.try_get(0)?, number: SaleNumber(row.try_get(1)?) }))
        .transpose()
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    number: BatchNumber,
    file: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into import_batch (number, file, made_at) values ($1, $2, $3)")
        .bind(number.0)
        .bind(file)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn add(
    tx: &mut Conn,
    (number, line): (BatchNumber, u64),
    (external_id, content): (&str, &str),
    sale: SaleId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into import_row (batch, line, external_id, content, sale_id) values ($1, $2, $3, $4, $5)",
    )
    .bind(number.0)
    .bind(i64::try_from(line).unwrap_or(i64::MAX))
    .bind(external_id)
    .bind(content)
    .bind(sale.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// The sales of a batch, in the order of its file.
///
/// # Errors
/// When the database refuses.
pub async fn sales(tx: &mut Conn, number: BatchNumber) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select sale_id from import_row where batch = $1 order by line")
        .bind(number.0)
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn reverse(
    tx: &mut Conn,
    number: BatchNumber,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update import_batch set reversed_at = $1, reverse_reason = $2 where number = $3")
        .bind(now)
        .bind(reason)
        .bind(number.0)
        .execute(tx)
        .await?;
    Ok(())
}
