//! Work that is due at a time: rows that the worker runs like inputs, in the same transaction that
//! deletes them. A job that fails comes again later; its row stays.
mod store;

pub use store::{due, failed, finish, next_at, still_waits};

#[derive(Debug, Clone)]
pub struct Job {
    pub key: String,
    pub kind: String,
    pub payload: String,
    pub run_at: i64,
    pub attempts: i64,
}
