//! The row of the lease. PostgreSQL only. Beside the row each holder has an advisory lock of its epoch, which
//! ends with its connection. Times are the database's.
use super::rules::Seen;
use crate::platform::db::Conn;
use sqlx::Row as _;

/// Where others say that they have accepted something.
pub const CHANNEL: &str = "partnerspace_inbox";

/// # Errors
/// When the database refuses.
pub async fn look(connection: &mut Conn) -> Result<Seen, sqlx::Error> {
    let row = sqlx::query(
        "select epoch, expires_at - cast(extract(epoch from clock_timestamp()) * 1000 as bigint), \
         case when pg_try_advisory_xact_lock(hashtextextended('partnerspace ' || current_schema(), epoch)) \
         then 1 else 0 end from lease",
    )
    .fetch_one(connection)
    .await?;
    Ok(Seen {
        epoch: row.try_get(0)?,
        left_ms: row.try_get(1)?,
        is_free: row.try_get::<i32, _>(2)? == 1,
    })
}

/// Takes the advisory lock of an epoch again, on a new connection; false when another one still has it.
///
/// # Errors
/// When the database refuses.
pub async fn lock(connection: &mut Conn, epoch: i64) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "select case when pg_try_advisory_lock(hashtextextended('partnerspace ' || current_schema(), $1)) \
         then 1 else 0 end",
    )
    .bind(epoch)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i32, _>(0)? == 1)
}

/// Lets go of what a vain try to take the lease may have locked.
///
/// # Errors
/// When the database refuses.
pub async fn unlock(connection: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("select cast(pg_advisory_unlock_all() as text)").fetch_one(connection).await?;
    Ok(())
}

/// Raises the epoch and takes its advisory lock in one, unless somebody was quicker or the holder has renewed
/// meanwhile. Waits until what was begun under the old one has ended.
///
/// # Errors
/// When the database refuses.
pub async fn take(
    connection: &mut Conn,
    epoch: i64,
    holder: &str,
    ms: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update lease set epoch = epoch + 1, holder = case when \
         pg_try_advisory_lock(hashtextextended('partnerspace ' || current_schema(), epoch + 1)) \
         then $2 else $2 || ' unlocked' end, \
         expires_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint) + $3 \
         where epoch = $1 and (expires_at <= cast(extract(epoch from clock_timestamp()) * 1000 as bigint) \
         or pg_try_advisory_xact_lock(hashtextextended('partnerspace ' || current_schema(), $1)))",
    )
    .bind(epoch)
    .bind(holder)
    .bind(ms)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the connections of transactions that hold on to the epoch: those of a process that stands still in
/// the middle of one would hold for ever.
///
/// # Errors
/// When the database refuses.
pub async fn end_transactions(connection: &mut Conn) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "select count(pg_terminate_backend(pid)) from (select distinct pid from pg_locks \
         where relation = cast('lease' as regclass) and mode = 'RowShareLock' and pid <> pg_backend_pid() \
         and database = (select oid from pg_database where datname = current_database()) offset 0) held",
    )
    .fetch_one(connection)
    .await?;
    row.try_get(0)
}

/// What a holder learns when it renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// Since others last heard one of our own events; `None` when they never did.
    pub echo_age_ms: Option<i64>,
    /// The highest number that was given to an input, by whomever.
    pub seq: i64,
}

/// `None` when another instance works.
///
/// # Errors
/// When the database refuses.
pub async fn renew(
    connection: &mut Conn,
    epoch: i64,
    ms: i64,
) -> Result<Option<Renewed>, sqlx::Error> {
    let row = sqlx::query(
        "update lease set expires_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint) + $2 \
         where epoch = $1 returning echo_at, \
         cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - echo_at, \
         (select last_value from inbox_seq)",
    )
    .bind(epoch)
    .bind(ms)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let is_heard = row.try_get::<i64, _>(0)? > 0;
    Ok(Some(Renewed { echo_age_ms: is_heard.then_some(row.try_get(1)?), seq: row.try_get(2)? }))
}

/// Ends it before its time; nothing of it is running any more.
///
/// # Errors
/// When the database refuses.
pub async fn give_back(connection: &mut Conn, epoch: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update lease set expires_at = 0 where epoch = $1")
        .bind(epoch)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether this epoch is the newest; it stays so to the end of the transaction. Renewing does not wait for
/// those who hold on, taking does.
///
/// # Errors
/// When the database refuses.
pub async fn holds(tx: &mut Conn, epoch: i64) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select epoch from lease where epoch = $1 for key share")
        .bind(epoch)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Notes that one of our own events came back here so long ago.
///
/// # Errors
/// When the database refuses.
pub async fn heard(connection: &mut Conn, age_ms: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update lease set echo_at = greatest(echo_at, \
         cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - $1)",
    )
    .bind(age_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Tells whoever works that there is something new to read.
///
/// # Errors
/// When the database refuses.
pub async fn tell(connection: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("notify partnerspace_inbox").execute(connection).await?;
    Ok(())
}
