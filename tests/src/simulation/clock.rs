//! Time that stands until somebody turns it.
use bridge::platform::clock::Clock;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

#[derive(Clone)]
pub struct Hands(Arc<Mutex<Inner>>);

struct Inner {
    now: i64,
    next: u64,
    sleepers: BTreeMap<(i64, u64), Waker>,
}

impl Hands {
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self(Arc::new(Mutex::new(Inner { now, next: 0, sleepers: BTreeMap::new() })))
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.inner().now
    }

    #[must_use]
    pub fn sleep(&self, ms: u64) -> Sleep {
        let mut inner = self.inner();
        inner.next += 1;
        let at = inner.now.saturating_add_unsigned(ms);
        Sleep { hands: self.clone(), key: (at, inner.next) }
    }

    /// As `sleep`; of those who wake at one moment these come last, in the order of their tags, whoever
    /// has begun first.
    #[must_use]
    pub fn sleep_as(&self, ms: u64, tag: u64) -> Sleep {
        let at = self.now().saturating_add_unsigned(ms);
        Sleep { hands: self.clone(), key: (at, tag | (1 << 63)) }
    }

    /// When the next sleeper wakes.
    #[must_use]
    pub fn next_at(&self) -> Option<i64> {
        self.inner().sleepers.keys().next().map(|(at, _)| *at)
    }

    /// Turns the time forward and wakes whoever is due, in order.
    pub fn turn_to(&self, now: i64) {
        let due = {
            let mut inner = self.inner();
            inner.now = inner.now.max(now);
            let after = (inner.now + 1, 0);
            let later = inner.sleepers.split_off(&after);
            std::mem::replace(&mut inner.sleepers, later)
        };
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// As the program is given it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let (now, sleep) = (self.clone(), self.clone());
        Clock::new(move || now.now(), move |ms| Box::pin(sleep.sleep(ms)))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Sleep {
    hands: Hands,
    key: (i64, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.hands.inner();
        if inner.now >= self.key.0 {
            return Poll::Ready(());
        }
        inner.sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.hands.inner().sleepers.remove(&self.key);
    }
}
