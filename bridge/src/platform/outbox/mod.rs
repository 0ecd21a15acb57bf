//! What is owed to rooms, sent in order per room, each row under one derived transaction id for
//! ever: the homeserver itself makes a repeated request one event.
mod lanes;
pub mod marks;
mod recover;
pub mod run;
pub mod states;
pub mod store;
