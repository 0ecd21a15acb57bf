//! What is owed to rooms, sent in order per room, each row under one derived transaction id for
//! ever: the homeserver itself makes a repeated request one event.
pub mod carry;
mod deliver;
pub mod gates;
mod in_hand;
mod lanes;
pub mod marks;
mod recover;
mod refer;
pub mod refs;
mod rooms;
pub mod run;
pub mod states;
pub mod store;
#[cfg(test)]
mod tests;
mod unplaced;
mod upload;
