//! Search that forgives: an index in memory beside the database and rebuilt from it, so that both
//! databases find alike. Pure; nothing here waits or reads a clock. Why our own:
//! `docs/decisions/011-search.md`.
mod index;
mod near;
mod rank;
#[cfg(test)]
mod tests;
mod words;

pub use index::{BODY_CHARS_MAX, Doc, Index};
pub use rank::Hit;
