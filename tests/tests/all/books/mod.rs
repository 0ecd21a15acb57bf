//! The books seen from outside: the database keeps what was written, an export proves itself, past
//! sales come in and go out again as a whole.
mod append_only;
mod badges;
mod boards;
mod chain;
pub mod export;
mod head;
mod import;
mod played;
mod tamper;
mod verify;
