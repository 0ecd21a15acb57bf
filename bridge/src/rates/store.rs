//! Rows of rates. They are never changed: of one day the newest counts.
use super::rules::Set;
use crate::platform::db::Conn;
use schema::money::Currency;
use sqlx::Row as _;
use sqlx::any::AnyRow;

fn read(row: &AnyRow) -> Result<Set, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(format!("rate: {what}").into());
    let text = |column: usize| row.try_get::<String, _>(column);
    Ok(Set {
        currency: Currency::parse(&text(0)?).map_err(|_| bad("currency"))?,
        from: text(1)?.parse().map_err(|_| bad("day"))?,
        rate: text(2)?.parse().map_err(|_| bad("rate"))?,
        set_by: text(3)?,
        set_at: row.try_get(4)?,
    })
}

/// The rate of a currency that counts on a day.
///
/// # Errors
/// When the database refuses.
pub async fn on(
    tx: &mut Conn,
    currency: Currency,
    day: jiff::civil::Date,
) -> Result<Option<Set>, sqlx::Error> {
    let row = sqlx::query(
        "select currency, valid_from, rate, set_by, set_at from rate where currency = $1 and valid_from <= $2 \
         order by valid_from desc, set_at desc limit 1",
    )
    .bind(currency.code())
    .bind(day.to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Every rate, by currency, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn, limit: i64) -> Result<Vec<Set>, sqlx::Error> {
    let rows = sqlx::query(
        "select currency, valid_from, rate, set_by, set_at from rate \
         order by currency, valid_from desc, set_at desc limit $1",
    )
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, set: &Set, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into rate (currency, valid_from, rate, set_by, set_at, cause) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(set.currency.code())
    .bind(set.from.to_string())
    .bind(set.rate.to_string())
    .bind(&set.set_by)
    .bind(set.set_at)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}
