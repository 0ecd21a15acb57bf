//! Partners' firms: their homeservers, their people with a lead who asks them in, and a private room
//! for each. Whoever belongs to one keeps their own sales; each counts for the firm of its day.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
