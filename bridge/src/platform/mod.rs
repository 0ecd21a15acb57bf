//! What every capability stands on.
pub mod homeserver;
pub mod refusal;
