//! What partners earn by their sales: rules by version, lines pinned at the approval and kept at what
//! the rule makes of what is left of a sale, holds. Every change is an entry of the ledger.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
