//! What one industry may learn from another: once a month, to general, from facts with numbers.
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
