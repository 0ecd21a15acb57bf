//! Rows of stories told with `!win`.
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WinRow {
    pub id: String,
    pub partner_id: PartnerId,
    pub sale_id: Option<String>,
    /// Absent once it is taken back or erased.
    pub text: Option<String>,
    pub cause: String,
    pub told_at: i64,
}

fn read(row: &AnyRow) -> Result<WinRow, sqlx::Error> {
    let partner: String = row.try_get(1)?;
    Ok(WinRow {
        id: row.try_get(0)?,
        partner_id: partner.parse().map_err(|_| sqlx::Error::Decode("win: partner".into()))?,
        sale_id: row.try_get(2)?,
        text: row.try_get(3)?,
        cause: row.try_get(4)?,
        told_at: row.try_get(5)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, win: &WinRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into win (id, partner_id, sale_id, text, cause, told_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&win.id)
    .bind(win.partner_id.to_string())
    .bind(&win.sale_id)
    .bind(&win.text)
    .bind(&win.cause)
    .bind(win.told_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The story that a message told.
///
/// # Errors
/// When the database refuses.
pub async fn by_cause(tx: &mut Conn, event: &str) -> Result<Option<WinRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, partner_id, sale_id, text, cause, told_at from win where cause = $1",
    )
    .bind(event)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The stories about a sale that stand.
///
/// # Errors
/// When the database refuses.
pub async fn of_sale(tx: &mut Conn, sale: &str) -> Result<Vec<WinRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, partner_id, sale_id, text, cause, told_at from win \
         where sale_id = $1 and text is not null order by told_at, id",
    )
    .bind(sale)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// The stories of a partner that stand, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_partner(
    tx: &mut Conn,
    partner: &str,
    limit: i64,
) -> Result<Vec<WinRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, partner_id, sale_id, text, cause, told_at from win \
         where partner_id = $1 and text is not null order by told_at desc, id limit $2",
    )
    .bind(partner)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// Told since a time, also what was taken back.
///
/// # Errors
/// When the database refuses.
pub async fn since(tx: &mut Conn, partner: &str, at: i64) -> Result<i64, sqlx::Error> {
    sqlx::query("select count(*) from win where partner_id = $1 and told_at >= $2")
        .bind(partner)
        .bind(at)
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn reword(
    tx: &mut Conn,
    id: &str,
    (text, sale): (&str, Option<&str>),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update win set text = $2, sale_id = $3, edited_at = $4 where id = $1")
        .bind(id)
        .bind(text)
        .bind(sale)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn unlink(tx: &mut Conn, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update win set sale_id = null where id = $1").bind(id).execute(tx).await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn take_back(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update win set text = null, taken_at = $2 where id = $1")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn erase(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update win set text = null, erased_at = $2 where id = $1")
        .bind(id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "update inbox set raw = null where done_at is not null and event_id in \
         (select cause from win where id = $1)",
    )
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}
