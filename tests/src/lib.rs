//! The test rig: real homeservers, a real database server, the real program and people who talk
//! to it. The tests themselves are in `tests/all`.
#![recursion_limit = "256"]

pub mod certificates;
pub mod fake;
pub mod house;
pub mod people;
pub mod place;
pub mod postgres;
pub mod process;
pub mod program;
pub mod registration;
pub mod synapse;
pub mod transcript;
pub mod wait;

/// What a rig function says when it fails: a sentence and the log that explains it.
pub type Outcome<T> = anyhow::Result<T>;
