//! End-to-end tests: a person at a homeserver.

pub mod fake;
