//! Which of several instances on one PostgreSQL database works. All of them accept; the one that holds
//! the lease runs the loops. Whoever takes the lease raises its epoch, and each working transaction begins
//! by holding on to the epoch that it works under: what a deposed instance still has in hand cannot be
//! committed, however long it was stopped. How this was chosen: decision 023.
pub mod rules;
pub mod store;

use super::db::Conn;
use std::sync::Arc;
use tokio::sync::watch;

/// The time for which one instance works.
#[derive(Debug, Clone)]
pub struct Tenure {
    epoch: i64,
    over: Arc<watch::Sender<bool>>,
}

impl Tenure {
    #[must_use]
    pub fn new(epoch: i64) -> Self {
        Self { epoch, over: Arc::new(watch::channel(false).0) }
    }

    #[must_use]
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Another instance works now, as whoever noticed it says.
    pub fn end(&self) {
        self.over.send_replace(true);
    }

    /// Waits for the end.
    pub async fn ended(&self) {
        // The sender lives as long as we do.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }
}

/// Holds on to the epoch until the end of the transaction.
///
/// # Errors
/// When another instance works, which ends the tenure, or the database is gone.
pub async fn check(tx: &mut Conn, tenure: &Tenure) -> Result<(), sqlx::Error> {
    if store::holds(tx, tenure.epoch).await? {
        return Ok(());
    }
    tenure.end();
    Err(sqlx::Error::Protocol("another instance works now".to_owned()))
}
