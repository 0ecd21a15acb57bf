//! Exchange rates to the program's currency. A rate is converted with once, when a claim is approved,
//! and pinned there; later rates change no sale.
pub mod actions;
pub mod commands;
pub mod render;
pub mod rules;
pub mod store;
