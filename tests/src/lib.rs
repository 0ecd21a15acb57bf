//! The test rig: real homeservers, a real database server, the real program and people who talk
//! to it. The tests themselves are in `tests/all`. Without the feature `people` only what `bench` needs is built.
#![recursion_limit = "256"]

#[cfg(feature = "people")]
pub mod certificates;
#[cfg(feature = "people")]
pub mod chaos;
#[cfg(feature = "people")]
pub mod desk;
#[cfg(feature = "people")]
pub mod facts;
pub mod fake;
#[cfg(feature = "world")]
pub mod fuzz;
#[cfg(feature = "people")]
pub mod gate;
#[cfg(feature = "people")]
pub mod house;
pub mod mentions;
#[cfg(feature = "people")]
pub mod pair;
#[cfg(feature = "people")]
pub mod past;
#[cfg(feature = "people")]
pub mod peer;
#[cfg(feature = "people")]
pub mod people;
pub mod place;
pub mod postgres;
#[cfg(feature = "world")]
pub mod power;
pub mod process;
pub mod program;
pub mod registration;
pub mod search;
pub mod secrets;
#[cfg(feature = "world")]
pub mod simulation;
#[cfg(feature = "people")]
pub mod synapse;
#[cfg(feature = "people")]
pub mod transcript;
pub mod verifier;
pub mod wait;
#[cfg(feature = "people")]
pub mod wallclock;

/// What a rig function says when it fails: a sentence and the log that explains it.
pub type Outcome<T> = anyhow::Result<T>;
