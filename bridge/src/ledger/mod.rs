//! The append-only, hash-chained, double-entry ledger: what happened, for ever.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
