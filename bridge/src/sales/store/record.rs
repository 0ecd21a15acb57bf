//! What a partner's approved sales came to: sums over rows of shares.
use crate::platform::db::Conn;
use crate::sales::rules::Record;
use schema::ids::PartnerId;
use sqlx::Row as _;

/// A partner's parts of sales approved since a time, and what is left of them. What was put right by another
/// sale was never given back.
///
/// # Errors
/// When the database refuses.
pub async fn record(tx: &mut Conn, partner: PartnerId, since: i64) -> Result<Record, sqlx::Error> {
    let row = sqlx::query(
        "select coalesce(cast(sum(coalesce(h.credit_minor, h.amount_minor)) as bigint), 0), \
         coalesce(cast(sum(case when s.voided_at is not null then 0 \
         else coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) \
         from adjustment_share a where a.sale_id = h.sale_id and a.partner_id = h.partner_id), 0) end) \
         as bigint), 0), count(*) \
         from share h join sale s on s.id = h.sale_id where h.partner_id = $1 and s.approved_at >= $2 \
         and not exists (select 1 from sale c where c.corrects = s.id)",
    )
    .bind(partner.to_string())
    .bind(since)
    .fetch_one(tx)
    .await?;
    Ok(Record { approved: row.try_get(0)?, left: row.try_get(1)?, sales: row.try_get(2)? })
}

/// Whether a partner has a part in any sale that counts.
///
/// # Errors
/// When the database refuses.
pub async fn has_approved(tx: &mut Conn, partner: PartnerId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select 1 from share h join sale s on s.id = h.sale_id \
         where h.partner_id = $1 and s.approved_at is not null and s.voided_at is null limit 1",
    )
    .bind(partner.to_string())
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}
