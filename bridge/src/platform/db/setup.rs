//! What every instance does at its start, one after another.
use super::{Conn, Engine};

/// Waits until no other instance is at it, and keeps it so to the end of the transaction.
///
/// # Errors
/// When the database refuses.
pub async fn lock_setup(tx: &mut Conn, engine: Engine) -> Result<(), sqlx::Error> {
    if engine == Engine::Postgres {
        sqlx::query(
            "select cast(pg_advisory_xact_lock(hashtextextended('partnerspace setup ' || current_schema(), 0)) as text)",
        )
        .fetch_one(tx)
        .await?;
    }
    Ok(())
}
