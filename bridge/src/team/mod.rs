//! Roles of the program's team: who may manage and who may review.
pub mod actions;
pub mod commands;
pub mod render;
pub mod store;
