//! What a week was: on Monday to the rooms, and to each partner who wants it in their own morning.
pub mod actions;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
