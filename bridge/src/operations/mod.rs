//! What the team needs to run the program: its health, what did not get through, announcements.
pub mod commands;
pub mod damage;
pub mod jobs;
pub mod render;
pub mod rules;
pub mod store;
pub mod watch;
