//! Rows of the job table.
use super::Job;
use crate::platform::db::Conn;
use sqlx::Row as _;

const DUE_MAX: i64 = 64;
const RETRY_MS: i64 = 5_000;
const RETRY_SHIFT_MAX: i64 = 8;

/// # Errors
/// When the database refuses.
pub async fn due(tx: &mut Conn, now: i64) -> Result<Vec<Job>, sqlx::Error> {
    let rows = sqlx::query(
        "select key, kind, payload, run_at, attempts from job where run_at <= $1 order by run_at, key limit $2",
    )
    .bind(now)
    .bind(DUE_MAX)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Job {
                key: row.try_get(0)?,
                kind: row.try_get(1)?,
                payload: row.try_get(2)?,
                run_at: row.try_get(3)?,
                attempts: row.try_get(4)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn next_at(tx: &mut Conn) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query("select min(run_at) from job").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn finish(tx: &mut Conn, job: &Job) -> Result<(), sqlx::Error> {
    sqlx::query("delete from job where key = $1").bind(&job.key).execute(tx).await?;
    Ok(())
}

/// Whether a job is still owed for this time; under its key the next one may wait.
///
/// # Errors
/// When the database refuses.
pub async fn still_waits(tx: &mut Conn, job: &Job) -> Result<bool, sqlx::Error> {
    let waits: i64 = sqlx::query("select count(*) from job where key = $1 and run_at = $2")
        .bind(&job.key)
        .bind(job.run_at)
        .fetch_one(tx)
        .await?
        .try_get(0)?;
    Ok(waits > 0)
}

/// # Errors
/// When the database refuses.
pub async fn failed(tx: &mut Conn, job: &Job, now: i64) -> Result<(), sqlx::Error> {
    let wait = RETRY_MS << job.attempts.min(RETRY_SHIFT_MAX);
    sqlx::query("update job set attempts = attempts + 1, run_at = $1 where key = $2")
        .bind(now + wait)
        .bind(&job.key)
        .execute(tx)
        .await?;
    Ok(())
}
