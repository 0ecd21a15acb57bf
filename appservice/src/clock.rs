//! The only place that reads a clock: everything else is given the time as an argument.
use bridge::platform::clock::Clock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The wall clock, in milliseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "this is the clock that hands the time on")]
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The time as the program is given it.
#[must_use]
pub fn real() -> Clock {
    Clock::new(now, |ms| Box::pin(tokio::time::sleep(Duration::from_millis(ms))))
}

/// A steady stopwatch, for durations that a set wall clock must not disturb.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that hands the time on")]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn now_is_after_2024_and_in_milliseconds() {
        assert!(super::now() > 1_704_067_200_000);
    }
}
