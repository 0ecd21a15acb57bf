//! The link with the homeserver: transactions in (`server`), requests out (`client`), what the
//! other side can do (`capabilities`), and how both directions are brought up (`startup`).
pub mod capabilities;
pub mod client;
pub mod ping;
pub mod pings;
pub mod readiness;
pub mod server;
pub mod servercheck;
pub mod startup;
