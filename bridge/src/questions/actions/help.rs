//! Writing facts of help.
use crate::badges;
use crate::leaderboard;
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
    let cause = work.cause.id.clone();
    record_as(work, kind, (helper, helped), (industry, &cause)).await
}

/// As `record`, by another cause than this work's: `reverse` finds the fact by it.
///
/// # Errors
/// When the database refuses.
pub async fn record_as(
    work: &mut Work<'_>,
    kind: HelpKind,
    (helper, helped): (PartnerId, PartnerId),
    (industry, cause): (Option<&str>, &str),
) -> Result<(), Fault> {
    let fact = HelpFact {
        id: work.id().to_string(),
        kind,
        helper,
        helped,
        industry: industry.map(str::to_owned),
        at: work.now,
        cause: cause.to_owned(),
        reverses: None,
    };
    write(work, &fact).await
}

async fn write(work: &mut Work<'_>, fact: &HelpFact) -> Result<(), Fault> {
    store::insert(work.tx, fact).await?;
    leaderboard::actions::help_changed(work, fact).await?;
    badges::actions::helped(work, fact.helper, &fact.id).await
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

/// Takes back what a cause made a fact, by other facts.
///
/// # Errors
/// When the database refuses.
pub async fn reverse(work: &mut Work<'_>, cause: &str) -> Result<(), Fault> {
    for fact in store::standing_of_cause(work.tx, cause).await? {
        let back = HelpFact {
            id: work.id().to_string(),
            at: work.now,
            cause: work.cause.id.clone(),
            reverses: Some(fact.id.clone()),
            ..fact
        };
        write(work, &back).await?;
    }
    Ok(())
}
