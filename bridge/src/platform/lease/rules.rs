//! When the lease may be taken. Safety rests on the epoch alone: what stands here decides how soon, and how
//! rarely from an instance that lives.

/// How long a lease lasts without being renewed.
pub const LEASE_MS: u64 = 10_000;
/// How often it is renewed.
pub const RENEW_MS: u64 = 2_000;
/// How often those who stand by look.
pub const LOOK_MS: u64 = 500;
/// Several renewals may fail before it is over.
const _: () = assert!(3 * RENEW_MS < LEASE_MS, "a lease outlasts its renewals");

/// The lease as one who stands by sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub epoch: i64,
    /// What is left of it by the database's clock.
    pub left_ms: i64,
    /// Nobody is connected to the database under this epoch: its holder is dead or has lost its connection.
    pub is_free: bool,
}

impl Seen {
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.left_ms <= 0
    }

    /// A holder that stands still stays connected for ever, and one whose machine is gone for hours: then
    /// the time decides. One that was killed is no longer connected at once.
    #[must_use]
    pub const fn may_be_taken(&self) -> bool {
        self.is_over() || self.is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_is_held_and_renewed_is_not_taken() {
        let held = Seen { epoch: 1, left_ms: 1, is_free: false };
        assert!(!held.may_be_taken());
        assert!(Seen { is_free: true, ..held }.may_be_taken());
        assert!(Seen { left_ms: 0, ..held }.may_be_taken());
    }
}
