//! What changes rows of deals.
use super::DealRow;
use crate::deals::rules::Term;
use crate::platform::db::Conn;
use schema::ids::{DealId, PartnerId, SaleId};

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, deal: &DealRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into deal (id, number, partner_id, client_id, name_key, industry, note, cause, registered_at, days, \
         protected_at, ends_on, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(deal.id.to_string())
    .bind(deal.number.0)
    .bind(deal.partner.id.to_string())
    .bind(deal.client_id.to_string())
    .bind(&deal.name_key)
    .bind(deal.industry.as_deref())
    .bind(deal.note.as_deref())
    .bind(&deal.cause)
    .bind(deal.registered_at)
    .bind(deal.days)
    .bind(deal.protected_at)
    .bind(deal.term.map(|term| term.ends_on.to_string()))
    .bind(deal.term.map(|term| term.ends_at))
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn extend(
    tx: &mut Conn,
    id: DealId,
    term: Term,
    reason: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update deal set ends_on = $1, ends_at = $2, extended_at = $3, extend_reason = $4, ended_at = null where id = $5",
    )
    .bind(term.ends_on.to_string())
    .bind(term.ends_at)
    .bind(now)
    .bind(reason)
    .bind(id.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// A ruling makes a deal protect its client, alone or shared.
///
/// # Errors
/// When the database refuses.
pub async fn protect(
    tx: &mut Conn,
    id: DealId,
    term: Term,
    shared: Option<&str>,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update deal set protected_at = coalesce(protected_at, $1), ends_on = $2, ends_at = $3, shared_id = $4, \
         ended_at = null where id = $5",
    )
    .bind(now)
    .bind(term.ends_on.to_string())
    .bind(term.ends_at)
    .bind(shared)
    .bind(id.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn unshare(tx: &mut Conn, conflict: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set shared_id = null where shared_id = $1")
        .bind(conflict)
        .execute(tx)
        .await?;
    Ok(())
}

/// Who is gone shares with nobody.
///
/// # Errors
/// When the database refuses.
pub async fn unshare_rival(tx: &mut Conn, partner: PartnerId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update deal set shared_id = null where shared_id in (select id from conflict where rival_id = $1)",
    )
    .bind(partner.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn won(tx: &mut Conn, id: DealId, sale: SaleId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set sale_id = $1, won_at = $2 where id = $3")
        .bind(sale.to_string())
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// A sale was put right: what it won, the one that counts in its place has won.
///
/// # Errors
/// When the database refuses.
pub async fn won_by(tx: &mut Conn, sale: SaleId, in_place_of: SaleId) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set sale_id = $1 where sale_id = $2")
        .bind(sale.to_string())
        .bind(in_place_of.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// A claim is about another client now.
///
/// # Errors
/// When the database refuses.
pub async fn not_won_by(tx: &mut Conn, sale: SaleId) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set sale_id = null, won_at = null where sale_id = $1")
        .bind(sale.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn drop(
    tx: &mut Conn,
    id: DealId,
    reason: Option<&str>,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set dropped_at = $1, drop_reason = $2 where id = $3")
        .bind(now)
        .bind(reason)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn lose(tx: &mut Conn, id: DealId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set lost_at = $1 where id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn ended(tx: &mut Conn, id: DealId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update deal set ended_at = $1 where id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}
