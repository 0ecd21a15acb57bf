//! Who did what, for the team: written by the unit of work, read by `!audit`.
pub mod render;
pub mod store;
