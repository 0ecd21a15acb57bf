//! What entries of the commission book changed for a partner. Facts: rows are added, never changed.
use super::bad;
use crate::ledger::rules::{Change, Moved};
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use schema::money::Currency;
use sqlx::Row as _;

/// A change of a partner's accounts, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRow {
    /// The entry's.
    pub seq: i64,
    pub at: i64,
    /// The entry's source.
    pub kind: String,
    pub moved: Moved,
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
    .bind(row.moved.partner.to_string())
    .bind(row.moved.sale.map(|sale| sale.to_string()))
    .bind(row.moved.payout)
    .bind(&row.kind)
    .bind(row.moved.currency.code())
    .bind(row.moved.base)
    .bind(row.moved.change.held)
    .bind(row.moved.change.payable)
    .bind(row.moved.change.disputed)
    .bind(&row.reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// The moves of a range of entries, in ledger order.
///
/// # Errors
/// When the database refuses.
pub async fn between(tx: &mut Conn, from: i64, to: i64) -> Result<Vec<MoveRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, at, kind, partner_id, sale_id, payout, currency, base_minor, held_minor, \
         payable_minor, disputed_minor, reason from commission_move where seq between $1 and $2 order by seq",
    )
    .bind(from)
    .bind(to)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let text = |column: usize| row.try_get::<String, _>(column);
            let sale = row.try_get::<Option<String>, _>(4)?.map(|id| id.parse()).transpose();
            Ok(MoveRow {
                seq: row.try_get(0)?,
                at: row.try_get(1)?,
                kind: text(2)?,
                moved: Moved {
                    partner: text(3)?.parse().map_err(|_| bad("partner"))?,
                    sale: sale.map_err(|_| bad("sale"))?,
                    payout: row.try_get(5)?,
                    currency: Currency::parse(&text(6)?).map_err(|_| bad("currency"))?,
                    base: row.try_get(7)?,
                    change: Change {
                        held: row.try_get(8)?,
                        payable: row.try_get(9)?,
                        disputed: row.try_get(10)?,
                    },
                },
                reason: row.try_get(11)?,
            })
        })
        .collect()
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
