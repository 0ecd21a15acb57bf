//! The program in a world of our making: its homeserver, its network and its time are the test's, and
//! one number decides all that happens. The same number is the same history, so that a fault that was
//! met once is met again. `cargo run -p partnerspace-tests --bin simulate -- --help` says more.
pub mod base;
pub mod check;
mod clock;
pub mod disk;
pub mod history;
pub mod matrix;
mod moves;
mod net;
mod steps;
pub mod tasks;
pub mod town;
mod troubles;

use crate::Outcome;
use std::future::Future;

/// Runs a future on a thread's own runtime, as everything here wants it.
///
/// # Errors
/// What the future says, or that there is no runtime.
pub fn alone<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // One poll of this future runs many tasks: a budget for one would hold them all up.
    runtime.block_on(tokio::task::unconstrained(future))
}
