//! What is celebrated, in the wins room.
pub mod actions;
