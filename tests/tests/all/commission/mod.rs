//! What commission does by time, and what the books must say of it.
mod holds;
