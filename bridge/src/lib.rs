//! The program itself, between people in rooms and facts in the database. It opens no socket,
//! reads no clock and starts no task; what it needs of the outside is the `Homeserver` port.
pub mod platform;
