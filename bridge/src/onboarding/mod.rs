//! What a person who came into an organization is asked, step by step, in their chat with the bot: a lead
//! for homeservers, industries and people, a member for industries. Any plain message is an answer.
pub mod actions;
pub mod commands;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
