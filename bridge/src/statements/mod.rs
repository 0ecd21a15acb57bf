//! What a partner was owed, earned and paid: by month and currency, from the commission book alone.
pub mod actions;
pub mod commands;
pub mod file;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
