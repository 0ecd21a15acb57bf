//! What partners ask each other: questions with their answers, thanks, and the help that counts.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
