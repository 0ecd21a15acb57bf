//! The library: playbooks saved out of what people say, reviewed, published, used in sales, rated,
//! and taken out again. Their texts live in messages, an index of them in the Space's state.
pub mod actions;
pub mod commands;
pub mod facts;
pub mod jobs;
pub mod render;
pub mod review;
pub mod rules;
pub mod store;
