//! What the rooms should be, and how a real room differs from that. Pure: no network, no clock.
mod access;
mod diff;
mod judge;
mod key;
mod power;
mod reach;
mod states;
mod who;

pub use access::{Access, VIA_MAX, server_acl, via, via_is_old};
pub use diff::{Drift, Real, diff};
pub use judge::{
    NOT_JOINED, Room, alias_taken, closed, closed_for, encrypted, judge, not_joined, own_differs,
    parked,
};
pub use key::{RESERVED, RoomKey};
pub use power::{Powers, closed_powers, powers, real_powers};
pub use reach::hindrance;
pub use states::{
    About, Child, Frame, StateEvent, Wish, child, create_content, direct_powers, emptied,
    own_states, tombstone, wish,
};
pub use who::People;

/// Stands in the creation content of every room of ours: a room made before a crash is found again.
pub const MADE: &str = "agency.siso.partners.made";

/// What [`MADE`] says in the room of this key.
#[must_use]
pub fn made_mark(install: &str, key: &str) -> String {
    format!("{install}:{key}")
}

/// The key by which the mark names the room that follows the `n`th of a key.
#[must_use]
pub fn next_key(key: &str, n: i64) -> String {
    format!("{key}#{}", n + 1)
}

/// The room versions that the program knows.
pub const VERSIONS: [&str; 2] = ["11", "12"];

/// Whether the creator has endless power and must not stand in the power levels.
#[must_use]
pub fn creator_is_endless(version: &str) -> bool {
    !matches!(version.parse::<u32>(), Ok(..=11))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_found_again_by_their_mark() {
        assert_eq!(made_mark("01A", "industry:dental"), "01A:industry:dental");
        assert_eq!(next_key("general", 1), "general#2");
    }

    #[test]
    fn from_version_12_on_the_creator_is_endless() {
        assert!(!creator_is_endless("11") && creator_is_endless("12") && creator_is_endless("x"));
    }
}
