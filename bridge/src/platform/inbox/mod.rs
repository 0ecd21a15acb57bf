//! Inputs: what the homeserver pushes and what the gap filler finds, kept as rows before anyone is
//! told that we have them, then worked on in order, each once.
mod accept;
mod event;
mod filter;
pub mod late;
pub mod proof;
mod queue;
pub mod run;
pub mod store;

pub use accept::{AcceptError, Inbox, Source};
pub use event::{Event, Relation};
pub use filter::{Filter, Peek, Verdict};
pub use proof::QUOTED_MAX;
