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

/// What the watch reads: quarantined inputs, owed messages, parked ones, rooms without us, and when the
/// last backup was made.
///
/// # Errors
/// When the database refuses.
pub async fn counts(reader: &mut Conn) -> Result<[i64; 5], sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from inbox where outcome = 'poison'), \
         (select count(*) from outbox where sent_at is null and parked_at is null), \
         (select count(*) from outbox where parked_at is not null), \
         (select count(*) from room where findings like '%\"not_joined\"%'), \
         (select coalesce(max(made_at), 0) from backup)",
    )
    .fetch_one(reader)
    .await?;
    let mut counts = [0; 5];
    for (at, count) in counts.iter_mut().enumerate() {
        *count = row.try_get(at)?;
    }
    Ok(counts)
}

/// The alarms that are not over: kind and when it was raised.
///
/// # Errors
/// When the database refuses.
pub async fn open_alarms(reader: &mut Conn) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query("select kind, raised_at from alarm where over_at is null")
        .fetch_all(reader)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// # Errors
/// When the database refuses.
pub async fn raised(tx: &mut Conn, kind: &str, at: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into alarm (kind, raised_at) values ($1, $2) on conflict (kind, raised_at) do nothing",
    )
    .bind(kind)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn over(tx: &mut Conn, kind: &str, raised_at: i64, at: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update alarm set over_at = $1 where kind = $2 and raised_at = $3")
        .bind(at)
        .bind(kind)
        .bind(raised_at)
        .execute(tx)
        .await?;
    Ok(())
}
