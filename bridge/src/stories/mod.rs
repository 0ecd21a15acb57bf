//! Case studies: a partner tells of an approved sale, part by part, in their chat with the bot; with the
//! client's and their own consent it goes to the reviewers, and from them to the wins room.
pub mod actions;
pub mod commands;
pub mod facts;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
