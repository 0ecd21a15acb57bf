//! Seasons: a closed period of the boards. Its final result is frozen, congratulated on, and kept; its
//! rewards are earned.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
