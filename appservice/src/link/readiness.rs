//! Whether we are of use right now, and if not, what we wait for; read by `/health/ready`.
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    Yes,
    /// Another instance works, and this one accepts: all is well.
    StandsBy,
    WaitsFor(String),
}

#[derive(Clone)]
pub struct Readiness(Arc<Mutex<Ready>>);

impl Readiness {
    /// Not ready yet.
    #[must_use]
    pub fn waiting(what: &str) -> Self {
        Self(Arc::new(Mutex::new(Ready::WaitsFor(what.to_owned()))))
    }

    /// Replaces what is waited for; `None` means ready.
    pub fn set(&self, waiting_for: Option<String>) {
        self.put(waiting_for.map_or(Ready::Yes, Ready::WaitsFor));
    }

    pub fn stand_by(&self) {
        self.put(Ready::StandsBy);
    }

    #[must_use]
    pub fn now(&self) -> Ready {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, ready: Ready) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ready;
    }
}
