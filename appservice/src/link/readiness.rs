//! Whether we are of use right now, and if not, what we wait for; read by `/health/ready`.
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone)]
pub struct Readiness(Arc<Mutex<Option<String>>>);

impl Readiness {
    /// Not ready yet.
    #[must_use]
    pub fn waiting(what: &str) -> Self {
        Self(Arc::new(Mutex::new(Some(what.to_owned()))))
    }

    /// Replaces what is waited for; `None` means ready.
    pub fn set(&self, waiting_for: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = waiting_for;
    }

    #[must_use]
    pub fn waiting_for(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
