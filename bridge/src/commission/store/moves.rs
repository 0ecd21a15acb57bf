//! What entries of the commission book changed for a partner. Facts: rows are added, never changed.
use super::bad;
use crate::ledger::rules::Change;
use crate::platform::db::Conn;
use schema::ids::{PartnerId, SaleId};
use schema::money::Currency;
use sqlx::Row as _;

/// A change of a partner's accounts, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRow {
    /// The entry's.
    pub seq: i64,
    pub at: i64,
    pub partner: PartnerId,
    pub sale: Option<SaleId>,
    pub payout: Option<i64>,
    pub kind: &'static str,
    pub currency: Currency,
    /// The part of the sale after it, minor units.
    pub base: i64,
    pub change: Change,
    /// As the team said it; the ledger holds no words of people.
    pub reason: String,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &MoveRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into commission_move (seq, at, partner_id, sale_id, payout, kind, currency, base_minor, \
         held_minor, payable_minor, disputed_minor, reason) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.seq)
    .bind(row.at)
    .bind(row.partner.to_string())
    .bind(row.sale.map(|sale| sale.to_string()))
    .bind(row.payout)
    .bind(row.kind)
    .bind(row.currency.code())
    .bind(row.base)
    .bind(row.change.held)
    .bind(row.change.payable)
    .bind(row.change.disputed)
    .bind(&row.reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was paid to a partner so far, by currency.
///
/// # Errors
/// When the database refuses.
pub async fn paid(tx: &mut Conn, partner: PartnerId) -> Result<Vec<(Currency, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "select currency, cast(sum(minor) as bigint) from payout_part \
         where partner_id = $1 and paid_seq is not null and failed_seq is null group by currency",
    )
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let currency = Currency::parse(&row.try_get::<String, _>(0)?);
            Ok((currency.map_err(|_| bad("currency"))?, row.try_get(1)?))
        })
        .collect()
}

/// A partner's accounts by currency.
///
/// # Errors
/// When the database refuses.
pub async fn balances(
    tx: &mut Conn,
    partner: PartnerId,
) -> Result<Vec<(Currency, Change)>, sqlx::Error> {
    let rows = sqlx::query(
        "select currency, cast(sum(held_minor) as bigint), cast(sum(payable_minor) as bigint), \
         cast(sum(disputed_minor) as bigint) from commission_move where partner_id = $1 \
         group by currency order by currency",
    )
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let code = row.try_get::<String, _>(0)?;
            let currency = Currency::parse(&code).map_err(|_| bad("currency"))?;
            let change = Change {
                held: row.try_get(1)?,
                payable: row.try_get(2)?,
                disputed: row.try_get(3)?,
            };
            Ok((currency, change))
        })
        .collect()
}
