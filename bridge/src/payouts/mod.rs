//! Payouts: what is payable is prepared, locked with its frozen statement, and marked as paid or as
//! come back. The money itself moves outside.
pub mod actions;
pub mod commands;
pub mod render;
pub mod rules;
pub mod store;
