//! Mentorship: offers, whom to ask, a private room for two, goals, sessions that both sides confirm,
//! and the end. Nothing here shows anybody's results.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
