//! SQLite writes ahead into a log. Where much is written, the log is carried over into the database's file
//! beside the writer: a commit that does so itself takes ten times as long as others. What little is left
//! then the writer carries over, and begins the log anew.
use super::Db;
use sqlx::AnyPool;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::Notify;

/// Messages written after which the log is carried over.
const ROWS: usize = 500;

/// Clones are one log.
#[derive(Debug, Clone)]
pub(super) struct Log {
    /// Opened with the first need.
    connection: AnyPool,
    rows: Arc<AtomicUsize>,
    long: Arc<Notify>,
}

impl Log {
    pub(super) fn new(connection: AnyPool) -> Self {
        Self { connection, rows: Arc::default(), long: Arc::default() }
    }

    pub(super) async fn close(&self) {
        self.connection.close().await;
    }
}

impl Db {
    /// So many messages were committed.
    pub fn wrote(&self, rows: usize) {
        let Some(log) = &self.log else { return };
        if log.rows.fetch_add(rows, Relaxed) + rows >= ROWS {
            log.rows.store(0, Relaxed);
            log.long.notify_one();
        }
    }

    /// Carries the log over when it is long, until the future is dropped.
    pub async fn keep_log_short(self) {
        let Some(log) = self.log else { return std::future::pending().await };
        loop {
            log.long.notified().await;
            // Where it cannot be done now, the writer does it.
            if let Err(error) = sqlx::query(CARRY_OVER).execute(&log.connection).await {
                tracing::debug!(%error, "the log was not carried over");
            }
        }
    }
}

const CARRY_OVER: &str = "pragma wal_checkpoint(passive)";
