//! The clients that sales are made to: one per normalised key.
pub mod store;
