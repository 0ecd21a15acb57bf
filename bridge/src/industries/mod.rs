//! Industries: what partners sell into, each with a channel of its own.
pub mod actions;
pub mod commands;
pub mod render;
pub mod rules;
pub mod store;
