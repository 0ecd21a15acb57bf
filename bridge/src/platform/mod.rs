//! What every capability stands on.
pub mod db;
pub mod homeserver;
pub mod refusal;
pub mod text;
