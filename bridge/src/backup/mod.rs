//! Backups: one file that holds everything, made beside the running program, and the way back. The file
//! is a SQLite database whichever engine it comes from, so that it restores on either.
pub mod actions;
pub mod rules;
pub mod store;
