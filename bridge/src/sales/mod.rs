//! Claims of sales, their review, and what becomes of them.
pub mod actions;
pub mod claim;
pub mod commands;
pub mod jobs;
mod odd;
pub mod render;
pub mod review;
pub mod rules;
pub mod store;
