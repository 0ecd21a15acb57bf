//! What the rooms should be, and how a real room differs from that. Pure: no network, no clock.
mod diff;
mod judge;
mod key;
mod power;
mod states;
mod who;

pub use diff::{Drift, Real, diff};
pub use judge::{Room, alias_taken, closed, encrypted, judge, own_differs, parked};
pub use key::{RESERVED, RoomKey};
pub use power::{Powers, powers, real_powers};
pub use states::{
    Child, Frame, StateEvent, Wish, child, create_content, direct_powers, own_states, wish,
};
pub use who::People;

/// Stands in the creation content of every room of ours: a room made before a crash is found again.
pub const MADE: &str = "agency.siso.partners.made";

/// What [`MADE`] says in the room of this key.
#[must_use]
pub fn made_mark(install: &str, key: &str) -> String {
    format!("{install}:{key}")
}

/// Whether the creator has endless power and must not stand in the power levels.
#[must_use]
pub fn creator_is_endless(version: &str) -> bool {
    !matches!(version.parse::<u32>(), Ok(..=11))
}
