//! How the program does, for its team: partners, revenue by industry, refunds, reviews, playbooks.
pub mod actions;
pub mod commands;
mod file;
mod picture;
mod render;
pub mod rules;
mod store;
