//! Rows of what is celebrated and of the messages that carry it.
pub mod posts;
pub mod told;

use crate::platform::db::Conn;
use crate::platform::text::Line;
use schema::card::{Amounts, SaleWin};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// One thing that is celebrated, as it is said.
#[derive(Debug, Clone)]
pub struct LineRow {
    pub key: String,
    pub line: Line,
    pub sale: Option<SaleWin>,
    /// The message that carries it.
    pub post: Option<i64>,
    pub taken_back: bool,
}

/// Key, both forms, sale, message, and when it was taken back.
fn read(row: &AnyRow) -> Result<LineRow, sqlx::Error> {
    let sale: Option<String> = row.try_get(3)?;
    Ok(LineRow {
        key: row.try_get(0)?,
        line: Line::restored(row.try_get(1)?, row.try_get(2)?),
        sale: sale.and_then(|text| serde_json::from_str(&text).ok()),
        post: row.try_get(4)?,
        taken_back: row.try_get::<Option<i64>, _>(5)?.is_some(),
    })
}

/// # Errors
/// When the database refuses.
pub async fn line(tx: &mut Conn, key: &str) -> Result<Option<LineRow>, sqlx::Error> {
    let row = sqlx::query(
        "select l.key, l.plain, l.html, l.sale, l.post, e.at from celebration_line l \
         left join celebration_end e on e.key = l.key where l.key = $1",
    )
    .bind(key)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The lines of a message, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn lines(tx: &mut Conn, post: i64) -> Result<Vec<LineRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select l.key, l.plain, l.html, l.sale, l.post, e.at from celebration_line l \
         left join celebration_end e on e.key = l.key \
         where l.post = $1 and l.place is not null order by l.place",
    )
    .bind(post)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// What a message stands for beside its lines, and is still so.
///
/// # Errors
/// When the database refuses.
pub async fn more(tx: &mut Conn, post: i64) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from celebration_line l where l.post = $1 and l.place is null \
         and not exists (select 1 from celebration_end e where e.key = l.key)",
    )
    .bind(post)
    .fetch_one(tx)
    .await?
    .try_get(0)
}

/// Whether this was ever celebrated, and whether it was taken back.
///
/// # Errors
/// When the database refuses.
pub async fn known(tx: &mut Conn, key: &str) -> Result<Option<bool>, sqlx::Error> {
    let row = sqlx::query(
        "select e.at from celebration c left join celebration_end e on e.key = c.key where c.key = $1",
    )
    .bind(key)
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok(row.try_get::<Option<i64>, _>(0)?.is_some())).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Conn,
    key: &str,
    line: &Line,
    (at, cause): (i64, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into celebration (key, n, at, cause) \
         select $1, coalesce(max(n), 0) + 1, $2, $3 from celebration",
    )
    .bind(key)
    .bind(at)
    .bind(cause)
    .execute(&mut *tx)
    .await?;
    let (plain, html) = line.kept();
    sqlx::query(
        "insert into celebration_line (key, n, plain, html) \
         select key, n, $2, $3 from celebration where key = $1",
    )
    .bind(key)
    .bind(plain)
    .bind(html)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, key: &str, at: i64, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into celebration_end (key, at, cause) values ($1, $2, $3)")
        .bind(key)
        .bind(at)
        .bind(cause)
        .execute(tx)
        .await?;
    Ok(())
}

/// What waits and is not so any more is never said.
///
/// # Errors
/// When the database refuses.
pub async fn drop_line(tx: &mut Conn, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from celebration_line where key = $1 and post is null")
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn reword(
    tx: &mut Conn,
    key: &str,
    line: &Line,
    sale: Option<&SaleWin>,
) -> Result<(), sqlx::Error> {
    let (plain, html) = line.kept();
    let sale = sale.and_then(|sale| serde_json::to_string(sale).ok());
    sqlx::query("update celebration_line set plain = $2, html = $3, sale = $4 where key = $1")
        .bind(key)
        .bind(plain)
        .bind(html)
        .bind(sale)
        .execute(tx)
        .await?;
    Ok(())
}

/// What waits, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(tx: &mut Conn, limit: i64) -> Result<Vec<LineRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select l.key, l.plain, l.html, l.sale, l.post, e.at from celebration_line l \
         left join celebration_end e on e.key = l.key where l.post is null order by l.n limit $1",
    )
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// The last message, and when it was.
///
/// # Errors
/// When the database refuses.
pub async fn last_post(tx: &mut Conn) -> Result<Option<(i64, i64)>, sqlx::Error> {
    let row = sqlx::query("select n, at from celebration_post order by n desc limit 1")
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// A new message carries all that waits; the keys given have a line of their own in it.
///
/// # Errors
/// When the database refuses.
pub async fn post(tx: &mut Conn, n: i64, at: i64, keys: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query("insert into celebration_post (n, at) values ($1, $2)")
        .bind(n)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    sqlx::query("update celebration_line set post = $1 where post is null")
        .bind(n)
        .execute(&mut *tx)
        .await?;
    for (place, key) in (0_i64..).zip(keys) {
        sqlx::query("update celebration_line set place = $1 where key = $2")
            .bind(place)
            .bind(key)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn amounts(tx: &mut Conn, partner: &str) -> Result<Option<Amounts>, sqlx::Error> {
    let row = sqlx::query("select amounts from win_setting where partner_id = $1")
        .bind(partner)
        .fetch_optional(tx)
        .await?;
    Ok(row.and_then(|row| row.try_get::<String, _>(0).ok()?.parse().ok()))
}

/// # Errors
/// When the database refuses.
pub async fn set_amounts(
    tx: &mut Conn,
    partner: &str,
    amounts: Amounts,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into win_setting (partner_id, amounts, set_at) values ($1, $2, $3) \
         on conflict (partner_id) do update set amounts = excluded.amounts, set_at = excluded.set_at",
    )
    .bind(partner)
    .bind(amounts.as_str())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
