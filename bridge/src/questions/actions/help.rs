//! Writing facts of help.
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::questions::rules::help::{self, HelpFact, HelpKind, HelpScore};
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

/// What a partner's help counts in a period (`[from, to)`; `None` is all time).
///
/// # Errors
/// When the database refuses.
pub async fn score(
    work: &mut Work<'_>,
    helper: PartnerId,
    bounds: Option<(i64, i64)>,
) -> Result<HelpScore, Fault> {
    let facts = store::of(work.tx, helper).await?;
    Ok(help::score(&facts, helper, bounds))
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
