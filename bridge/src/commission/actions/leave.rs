//! A partner leaves with a negative balance: it is given up, and the books say so.
use super::book::record;
use crate::commission::store::moves;
use crate::ledger::rules::{EntryBody, WriteOff};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::PartnerId;

/// # Errors
/// When the database refuses.
pub async fn left(work: &mut Work<'_>, partner: PartnerId) -> Result<(), Fault> {
    for (currency, stands) in moves::balances(work.tx, partner).await? {
        if stands.payable >= 0 {
            continue;
        }
        let minor = stands.payable.checked_neg().ok_or(Fault::Overflow("a balance"))?;
        let body = EntryBody::BalanceWrittenOff(WriteOff { partner, currency, minor });
        let id = format!("{}:{partner}:{currency}", work.cause.id);
        record(work, ("balance.written_off", &id), &body, "").await?;
    }
    Ok(())
}
