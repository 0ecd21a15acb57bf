//! Who takes part: applications, their decision, suspension, leaving, and people's own settings.
pub mod actions;
pub mod commands;
pub mod render;
pub mod rules;
pub mod store;
