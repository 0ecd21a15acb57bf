//! Badges and tiers: what partners have earned by approved sales and by help, as facts that cite what
//! caused them. By rule they are a function of the ledger and the facts of help, and of nothing else.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
