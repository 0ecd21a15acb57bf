//! The library: playbooks saved out of what people say, reviewed, published, used in sales, rated,
//! found again and taken out. Their texts live in messages, an index of them in the Space's state.
pub mod actions;
pub mod commands;
pub mod facts;
pub mod jobs;
pub mod live;
pub mod render;
pub mod review;
pub mod rules;
pub mod search;
pub mod store;
