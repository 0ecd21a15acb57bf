//! What badges are counted from: entries, playbooks in won sales, facts of help, and who there is.
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

fn partner(row: &AnyRow) -> Result<PartnerId, sqlx::Error> {
    let id: String = row.try_get(0)?;
    id.parse().map_err(|_| sqlx::Error::Decode("badges: partner".into()))
}

/// The first sale of an industry, in the order of the ledger, of which somebody has something left.
///
/// # Errors
/// When the database refuses.
pub async fn first_sale(tx: &mut Conn, market: &str) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select s.id from posting p join entry e on e.seq = p.seq join sale s on s.id = e.source_id \
         where p.account = $1 and e.source in ('sale.approved', 'import') and s.voided_at is null \
         and exists (select 1 from share h where h.sale_id = s.id \
         and coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) \
         from adjustment_share a where a.sale_id = h.sale_id and a.partner_id = h.partner_id), 0) > 0) \
         order by p.seq limit 1",
    )
    .bind(market)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Who has a part of a sale.
///
/// # Errors
/// When the database refuses.
pub async fn sellers(tx: &mut Conn, sale: &str) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query("select partner_id from share where sale_id = $1 order by partner_id")
        .bind(sale)
        .fetch_all(tx)
        .await?;
    rows.iter().map(partner).collect()
}

/// The newest fact of a partner's help.
///
/// # Errors
/// When the database refuses.
pub async fn newest_help(tx: &mut Conn, id: PartnerId) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "select id from help_fact where helper_id = $1 order by at desc, id desc limit 1",
    )
    .bind(id.to_string())
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Partners by id, from one on: a page of those who are in the program.
///
/// # Errors
/// When the database refuses.
pub async fn partners_after(
    tx: &mut Conn,
    after: &str,
    limit: i64,
) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query(
        "select id from partner where id > $1 and approved_at is not null and left_at is null order by id limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(partner).collect()
}

/// The ids of all who are in the program.
///
/// # Errors
/// When the database refuses.
pub async fn inside(tx: &mut Conn) -> Result<BTreeSet<PartnerId>, sqlx::Error> {
    let rows =
        sqlx::query("select id from partner where approved_at is not null and left_at is null")
            .fetch_all(tx)
            .await?;
    rows.iter().map(partner).collect()
}

/// # Errors
/// When the database refuses.
pub async fn industries(tx: &mut Conn) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("select slug from industry order by slug").fetch_all(tx).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// What jobs of a kind are to do.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(tx: &mut Conn, kind: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows =
        sqlx::query("select payload from job where kind = $1").bind(kind).fetch_all(tx).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
