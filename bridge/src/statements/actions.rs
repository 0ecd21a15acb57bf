//! Reads a partner's statement, or an organization's.
pub mod last;
pub mod team;

use super::rules::{self, Account};
use super::store::{self, Span};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

/// The accounts over a span of the book.
///
/// # Errors
/// When the database refuses, or a sum does not fit.
pub async fn accounts(
    work: &mut Work<'_>,
    partner: PartnerId,
    span: Span,
) -> Result<Vec<Account>, Fault> {
    let opening = store::before(work.tx, partner, span).await?;
    let lines = store::lines(work.tx, partner, span).await?;
    rules::accounts(&opening, lines).map_err(|_| Fault::Overflow("a statement"))
}
