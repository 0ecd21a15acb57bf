//! Registered deals: who told of a client first has them to themselves for a time. A second who
//! names the same client makes a conflict, on which managers rule.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
