//! Past sales brought in from a CSV file: each row becomes an approved sale with its ledger entry, all
//! of a file or none. A batch can be taken back. No commission comes of them: it was paid elsewhere.
pub mod actions;
pub mod render;
pub mod rules;
pub mod store;
