//! Rewards: what is promised for places on the boards, earned when a period is closed, and handed over
//! with a note.
pub mod actions;
pub mod commands;
pub mod render;
pub mod rules;
pub mod store;
