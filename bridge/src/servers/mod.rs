//! A look at another homeserver before its people are invited: whether it can be reached, what it runs,
//! its keys, its clock. What was seen (`rules::Seen`) is brought by a loop outside; here it is asked for,
//! judged and told.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
mod store;
