//! Where several instances may run: nothing leaves a process that stood still for longer than its lease
//! before it has asked the database again. What it had in mind may have been done, and undone, by another.
use crate::clock::Stopwatch;
use bridge::platform::lease::rules::LEASE_MS;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Clones are one gate.
#[derive(Clone)]
pub struct Gate(Arc<watch::Sender<Stopwatch>>);

impl Gate {
    /// Open for the time of a lease.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::channel(Stopwatch::start()).0))
    }

    /// The lease was asked for at this time, and nothing speaks against it.
    pub fn keep_open(&self, asked: Stopwatch) {
        self.0.send_replace(asked);
    }

    /// Waits until requests may leave.
    pub async fn pass(&self) {
        if self.is_open() {
            return;
        }
        let mut asked = self.0.subscribe();
        while !self.is_open() && asked.changed().await.is_ok() {}
    }

    fn is_open(&self) -> bool {
        self.0.borrow().elapsed() < Duration::from_millis(LEASE_MS)
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
