//! Figures about the program's own health.
use crate::platform::db::Conn;
use sqlx::Row as _;

#[derive(Debug, Clone, Default)]
pub struct Health {
    pub inbox_waiting: i64,
    pub inbox_oldest_at: Option<i64>,
    pub inbox_poison: i64,
    pub outbox_waiting: i64,
    pub outbox_oldest_at: Option<i64>,
    pub outbox_parked: i64,
    pub open_claims: i64,
    pub ledger_seq: i64,
    pub ledger_hash: String,
}

/// # Errors
/// When the database refuses.
pub async fn health(tx: &mut Conn) -> Result<Health, sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from inbox where done_at is null), \
         (select min(received_at) from inbox where done_at is null), \
         (select count(*) from inbox where outcome = 'poison'), \
         (select count(*) from outbox where sent_at is null and parked_at is null), \
         (select min(made_at) from outbox where sent_at is null and parked_at is null), \
         (select count(*) from outbox where parked_at is not null), \
         (select count(*) from sale where approved_at is null and rejected_at is null and withdrawn_at is null), \
         (select coalesce(max(seq), 0) from entry), \
         coalesce((select hash from entry order by seq desc limit 1), '')",
    )
    .fetch_one(tx)
    .await?;
    Ok(Health {
        inbox_waiting: row.try_get(0)?,
        inbox_oldest_at: row.try_get(1)?,
        inbox_poison: row.try_get(2)?,
        outbox_waiting: row.try_get(3)?,
        outbox_oldest_at: row.try_get(4)?,
        outbox_parked: row.try_get(5)?,
        open_claims: row.try_get(6)?,
        ledger_seq: row.try_get(7)?,
        ledger_hash: row.try_get(8)?,
    })
}
