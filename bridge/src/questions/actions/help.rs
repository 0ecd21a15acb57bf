//! Writing facts of help.
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::questions::rules::help::{HelpFact, HelpKind};
use crate::questions::store::help as store;
use schema::ids::PartnerId;

/// Somebody (the first) helped somebody; the cause of this work makes it a fact.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    work: &mut Work<'_>,
    kind: HelpKind,
    (helper, helped): (PartnerId, PartnerId),
    industry: Option<&str>,
) -> Result<(), Fault> {
    let fact = HelpFact {
        id: work.id().to_string(),
        kind,
        helper,
        helped,
        industry: industry.map(str::to_owned),
        at: work.now,
        cause: work.cause.id.clone(),
        reverses: None,
    };
    Ok(store::insert(work.tx, &fact).await?)
}

/// Takes back what an event made a fact, by another fact.
///
/// # Errors
/// When the database refuses.
pub async fn reverse(work: &mut Work<'_>, cause: &str) -> Result<(), Fault> {
    let Some(fact) = store::by_cause(work.tx, cause).await? else { return Ok(()) };
    let back = HelpFact {
        id: work.id().to_string(),
        at: work.now,
        cause: work.cause.id.clone(),
        reverses: Some(fact.id.clone()),
        ..fact
    };
    Ok(store::insert(work.tx, &back).await?)
}
