//! Time as an argument: the process gives a clock, tests give one that they turn by hand.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    sleep: Arc<dyn Fn(u64) -> Sleep + Send + Sync>,
}

impl Clock {
    pub fn new(
        now: impl Fn() -> i64 + Send + Sync + 'static,
        sleep: impl Fn(u64) -> Sleep + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), sleep: Arc::new(sleep) }
    }

    /// Epoch milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.now)()
    }

    pub fn sleep(&self, ms: u64) -> Sleep {
        (self.sleep)(ms)
    }
}
