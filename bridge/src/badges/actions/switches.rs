//! Rules switched on and off. A fresh program begins with the usual ones; a rule that comes to a program
//! with a history waits until the team has seen what it would do.
use super::{Known, walk};
use crate::badges::rules::{CATALOG, Rule, by_id, words};
use crate::badges::store;
use crate::ledger;
use crate::platform::access::Manager;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use std::collections::BTreeSet;

/// The rules that give badges now.
///
/// # Errors
/// When the database refuses.
pub async fn on(work: &mut Work<'_>) -> Result<BTreeSet<String>, Fault> {
    if let Some(on) = &work.memory.cache::<Known>().on {
        return Ok(on.clone());
    }
    let mut on = BTreeSet::new();
    for (badge, is_on) in store::switches(work.tx).await? {
        if is_on {
            on.insert(badge);
        } else {
            on.remove(&badge);
        }
    }
    work.memory.cache::<Known>().on = Some(on.clone());
    Ok(on)
}

/// At the first start of badges the usual rules go on; who has earned something before has it then,
/// and nobody is told.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    if !store::switches(work.tx).await?.is_empty() {
        return Ok(());
    }
    let has_history = ledger::actions::head(work).await?.seq > 0;
    let by = work.program.bot.clone();
    for rule in CATALOG.iter().filter(|rule| rule.by_default) {
        switch(work, (rule, true), &by).await?;
        if has_history {
            walk::catch_up(work, rule);
        }
    }
    Ok(())
}

async fn switch(work: &mut Work<'_>, (rule, is_on): (&Rule, bool), by: &str) -> Result<(), Fault> {
    let n = i64::try_from(store::switches(work.tx).await?.len()).unwrap_or(i64::MAX) + 1;
    store::switch(work.tx, (n, rule.id, is_on), (by, work.now)).await?;
    work.memory.cache::<Known>().on = None;
    Ok(())
}

/// A rule takes effect: who has earned its levels has them at once; one message tells of all.
///
/// # Errors
/// A refusal when there is no such rule, or it is on.
pub async fn enable(work: &mut Work<'_>, manager: &Manager, word: &str) -> Result<(), Stop> {
    let rule = known(word)?;
    if on(work).await?.contains(rule.id) {
        let sentence = format!("{} is on already.", rule.name);
        return Err(Refusal::new(Code::Dup, sentence).example("badge list").into());
    }
    switch(work, (rule, true), manager.user_id()).await?;
    work.audit("badge.enable", rule.id, "");
    Ok(walk::begin(work, rule, true).await?)
}

/// A rule gives nothing more, and takes nothing back; what was given stays.
///
/// # Errors
/// A refusal when there is no such rule, or it is off.
pub async fn disable(
    work: &mut Work<'_>,
    manager: &Manager,
    word: &str,
) -> Result<&'static Rule, Stop> {
    let rule = known(word)?;
    if !on(work).await?.contains(rule.id) {
        let sentence = format!("{} is off already.", rule.name);
        let example = format!("badge enable {}", rule.id);
        return Err(Refusal::new(Code::Dup, sentence).example(example).into());
    }
    switch(work, (rule, false), manager.user_id()).await?;
    work.audit("badge.disable", rule.id, "");
    Ok(rule)
}

pub(super) fn known(word: &str) -> Result<&'static Rule, Refusal> {
    by_id(&word.to_lowercase()).ok_or_else(|| words::no_such_badge(word))
}
