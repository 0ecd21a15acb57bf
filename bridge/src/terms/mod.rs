//! The program's terms: published in versions that never change, accepted by a ✅ or a yes of which the
//! event is kept.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
