//! The program's rooms: what they should be (`rules`), what is known of them (`store`), what inputs
//! say of them (`actions`), and the loop that makes and mends them over the network (`keeper`).
pub mod access;
pub mod actions;
pub mod commands;
pub mod inputs;
pub mod keeper;
pub mod members;
pub mod reach;
pub mod render;
pub mod rules;
pub mod store;
#[cfg(test)]
pub(crate) mod tests;
pub mod upgrades;

pub use rules::RoomKey;
