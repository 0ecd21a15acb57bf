//! How long the worker is at the batch in hand: what hangs is seen from outside.
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

/// Since when the worker is at it, in epoch milliseconds; 0 at rest.
#[derive(Debug, Default)]
pub struct Turns(AtomicI64);

/// A batch in hand, until it is dropped.
pub struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.store(0, Relaxed);
    }
}

impl Turns {
    pub fn begin(&self, now: i64) -> Turn<'_> {
        self.0.store(now, Relaxed);
        Turn(self)
    }

    /// 0 at rest.
    #[must_use]
    pub fn ms(&self, now: i64) -> i64 {
        match self.0.load(Relaxed) {
            0 => 0,
            since => (now - since).max(0),
        }
    }
}
