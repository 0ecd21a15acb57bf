//! Pings under way. We ask the homeserver to ping us with an id of ours; only when that id comes
//! in at *our* listener is the direction proved (the URL could lead to somebody else).
use std::sync::{Arc, Mutex, PoisonError};

/// More than a handful at once means that nobody waits for the old ones any more.
const WAITING_MAX: usize = 16;

#[derive(Clone, Default)]
pub struct Pings(Arc<Mutex<Vec<Ping>>>);

struct Ping {
    id: String,
    arrived: bool,
}

impl Pings {
    /// To be called before the homeserver is asked.
    pub fn expect(&self, id: &str) {
        let mut pings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pings.len() == WAITING_MAX {
            pings.remove(0);
        }
        pings.push(Ping { id: id.to_owned(), arrived: false });
    }

    /// A ping came in. Says whether it was asked for.
    #[must_use]
    pub fn arrived(&self, id: Option<&str>) -> bool {
        let mut pings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ping) = pings.iter_mut().find(|ping| Some(ping.id.as_str()) == id) else {
            return false;
        };
        ping.arrived = true;
        true
    }

    /// Ends the wait for one, saying whether it had come.
    #[must_use]
    pub fn take(&self, id: &str) -> bool {
        let mut pings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = pings.iter().position(|ping| ping.id == id);
        at.is_some_and(|at| pings.remove(at).arrived)
    }
}
