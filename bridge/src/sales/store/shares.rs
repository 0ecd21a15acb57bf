//! Rows of shares and of what was taken back from them.
use super::super::rules::Share;
use crate::platform::db::Conn;
use crate::platform::work::{Cell, Insert, Work};
use schema::card::AdjustmentKind;
use schema::ids::{PartnerId, SaleId};
use sqlx::Row as _;

const SHARE: Insert = Insert {
    rank: 3,
    text: "insert into share (sale_id, partner_id, weight, amount_minor, n, asked_at, overridden_by) {values}",
    columns: 7,
};

/// A partner's part of a sale, the `n`th named; written at the latest with the commit.
pub fn insert(work: &mut Work<'_>, sale: SaleId, n: i64, share: &Share) {
    let cells = vec![
        Cell::Text(sale.to_string()),
        Cell::Text(share.partner.to_string()),
        Cell::Number(i64::from(share.weight)),
        Cell::Number(share.minor),
        Cell::Number(n),
        share.asked_at.into(),
        share.overridden_by.as_deref().into(),
    ];
    work.insert(&SHARE, cells);
}

/// Other parts of an open claim.
///
/// # Errors
/// When the database refuses.
pub async fn replace(tx: &mut Conn, sale: SaleId, shares: &[Share]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from share where sale_id = $1")
        .bind(sale.to_string())
        .execute(&mut *tx)
        .await?;
    for (n, share) in (0_i64..).zip(shares) {
        sqlx::query(
            "insert into share (sale_id, partner_id, weight, amount_minor, n, asked_at, confirmed_at, declined_at, \
             overridden_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(sale.to_string())
        .bind(share.partner.to_string())
        .bind(i64::from(share.weight))
        .bind(share.minor)
        .bind(n)
        .bind(share.asked_at)
        .bind(share.confirmed_at)
        .bind(share.declined_at)
        .bind(share.overridden_by.as_deref())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The parts of a sale, in the order named.
///
/// # Errors
/// When the database refuses.
pub async fn of(tx: &mut Conn, sale: SaleId) -> Result<Vec<Share>, sqlx::Error> {
    let rows = sqlx::query(
        "select h.partner_id, p.user_id, p.name, h.weight, h.amount_minor, \
         coalesce(h.credit_minor, h.amount_minor) + coalesce((select cast(sum(a.minor) as bigint) from adjustment_share a \
         where a.sale_id = h.sale_id and a.partner_id = h.partner_id), 0), \
         h.asked_at, h.confirmed_at, h.declined_at, h.overridden_by \
         from share h join partner p on p.id = h.partner_id where h.sale_id = $1 order by h.n, h.partner_id",
    )
    .bind(sale.to_string())
    .fetch_all(tx)
    .await?;
    let bad = |what: &str| sqlx::Error::Decode(format!("share: {what}").into());
    rows.iter()
        .map(|row| {
            let weight: i64 = row.try_get(3)?;
            Ok(Share {
                partner: row.try_get::<String, _>(0)?.parse().map_err(|_| bad("partner"))?,
                user: row.try_get(1)?,
                name: row.try_get(2)?,
                weight: u32::try_from(weight).map_err(|_| bad("weight"))?,
                minor: row.try_get(4)?,
                credited_minor: row.try_get(5)?,
                asked_at: row.try_get(6)?,
                confirmed_at: row.try_get(7)?,
                declined_at: row.try_get(8)?,
                overridden_by: row.try_get(9)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn confirm(
    tx: &mut Conn,
    sale: SaleId,
    partner: PartnerId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update share set confirmed_at = $1, declined_at = null where sale_id = $2 and partner_id = $3",
    )
    .bind(now)
    .bind(sale.to_string())
    .bind(partner.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn decline(
    tx: &mut Conn,
    sale: SaleId,
    partner: PartnerId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update share set declined_at = $1, confirmed_at = null where sale_id = $2 and partner_id = $3",
    )
    .bind(now)
    .bind(sale.to_string())
    .bind(partner.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// What a part is in the program's currency, where the sale is in another.
///
/// # Errors
/// When the database refuses.
pub async fn credit(
    tx: &mut Conn,
    sale: SaleId,
    partner: PartnerId,
    minor: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update share set credit_minor = $1 where sale_id = $2 and partner_id = $3")
        .bind(minor)
        .bind(sale.to_string())
        .bind(partner.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// A manager lets the sale count without the yes of those who have not given it.
///
/// # Errors
/// When the database refuses.
pub async fn override_open(tx: &mut Conn, sale: SaleId, by: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update share set overridden_by = $1 where sale_id = $2 and asked_at is not null and confirmed_at is null",
    )
    .bind(by)
    .bind(sale.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

/// What was taken back from a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub kind: AdjustmentKind,
    pub minor: i64,
    pub reason: String,
    pub by: String,
    pub at: i64,
    pub seq: i64,
}

/// Oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn adjustments(tx: &mut Conn, sale: SaleId) -> Result<Vec<Adjustment>, sqlx::Error> {
    let rows = sqlx::query(
        "select kind, amount_minor, reason, by_user, at, entry_seq from adjustment where sale_id = $1 order by entry_seq",
    )
    .bind(sale.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let kind = row.try_get::<String, _>(0)?.parse();
            Ok(Adjustment {
                kind: kind.map_err(|_| sqlx::Error::Decode("adjustment: kind".into()))?,
                minor: row.try_get(1)?,
                reason: row.try_get(2)?,
                by: row.try_get(3)?,
                at: row.try_get(4)?,
                seq: row.try_get(5)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn adjust(
    tx: &mut Conn,
    (id, sale): (&str, SaleId),
    adjustment: &Adjustment,
    parts: &[(PartnerId, i64)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into adjustment (id, sale_id, kind, amount_minor, reason, by_user, at, entry_seq) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(sale.to_string())
    .bind(adjustment.kind.as_str())
    .bind(adjustment.minor)
    .bind(&adjustment.reason)
    .bind(&adjustment.by)
    .bind(adjustment.at)
    .bind(adjustment.seq)
    .execute(&mut *tx)
    .await?;
    for (partner, minor) in parts {
        sqlx::query(
            "insert into adjustment_share (adjustment_id, sale_id, partner_id, minor) values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(sale.to_string())
        .bind(partner.to_string())
        .bind(*minor)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
