//! The contract: what other programs may read or write. Value types, state events, message cards
//! and the SQL migrations. No I/O; changing something here is a promise broken or kept.
pub mod card;
mod export;
pub mod ids;
pub mod metric;
pub mod migrations;
pub mod money;
pub mod period;
pub mod playbook;
pub mod state;
pub mod status;
mod wire;

pub use export::{Exported, ExportedKind, export};
