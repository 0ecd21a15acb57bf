//! Leaderboards: functions of the ledger, kept in step with it, shown as room state, pinned
//! messages and answers.
pub mod actions;
pub mod commands;
pub mod finals;
pub mod jobs;
mod live;
pub mod picture;
pub mod render;
pub mod rules;
pub mod store;
pub mod views;
