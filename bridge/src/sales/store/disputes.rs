//! Rows of disputes.
use crate::platform::db::Conn;
use schema::ids::SaleId;
use sqlx::Row as _;

/// A part of a sale that its client disputes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    pub id: String,
    /// As it was said, minor units of the sale's currency.
    pub said: i64,
    /// What of that was left to dispute.
    pub minor: i64,
    pub reason: String,
    pub opened_by: String,
    pub opened_at: i64,
    pub won_at: Option<i64>,
    pub lost_at: Option<i64>,
}

impl Dispute {
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.won_at.is_none() && self.lost_at.is_none()
    }
}

/// The disputes on a sale, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of(tx: &mut Conn, sale: SaleId) -> Result<Vec<Dispute>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, said_minor, amount_minor, reason, opened_by, opened_at, won_at, lost_at \
         from dispute where sale_id = $1 order by opened_at, id",
    )
    .bind(sale.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Dispute {
                id: row.try_get(0)?,
                said: row.try_get(1)?,
                minor: row.try_get(2)?,
                reason: row.try_get(3)?,
                opened_by: row.try_get(4)?,
                opened_at: row.try_get(5)?,
                won_at: row.try_get(6)?,
                lost_at: row.try_get(7)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, sale: SaleId, dispute: &Dispute) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into dispute (id, sale_id, said_minor, amount_minor, opened_by, opened_at, reason) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&dispute.id)
    .bind(sale.to_string())
    .bind(dispute.said)
    .bind(dispute.minor)
    .bind(&dispute.opened_by)
    .bind(dispute.opened_at)
    .bind(&dispute.reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn decide(
    tx: &mut Conn,
    id: &str,
    won: bool,
    by: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update dispute set won_at = $1, lost_at = $2, decided_by = $3 where id = $4")
        .bind(won.then_some(now))
        .bind((!won).then_some(now))
        .bind(by)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The sale is taken back in full: nothing is left to be won.
///
/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, sale: SaleId, by: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update dispute set lost_at = $1, decided_by = $2 \
         where sale_id = $3 and won_at is null and lost_at is null",
    )
    .bind(now)
    .bind(by)
    .bind(sale.to_string())
    .execute(tx)
    .await?;
    Ok(())
}
