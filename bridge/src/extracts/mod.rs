//! Extracts: what public boards count, told bit by bit in the leaderboard room, each hanging on the one
//! before, so that a partner's own server has all that is needed to add the boards up again.
pub mod actions;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
