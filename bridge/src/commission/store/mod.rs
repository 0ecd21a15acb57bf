//! Rows of commission: lines, the moves that the ledger's entries make of them, rules.
pub mod lines;
pub mod moves;
pub mod versions;

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("commission: {what}").into())
}
