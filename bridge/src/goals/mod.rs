//! Goals that all pull at together, and challenges between industries or organizations: functions of the ledger, kept in
//! step with it, shown as room state and pinned messages, celebrated once a milestone.
pub mod actions;
pub mod commands;
pub mod jobs;
mod live;
pub mod picture;
pub mod render;
pub mod rules;
pub mod store;
