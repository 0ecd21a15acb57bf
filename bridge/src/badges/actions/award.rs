//! From counts to awards and their ends, and who hears of them.
use super::{keep, own, pioneered, write};
use crate::badges::rules::counts::Facts;
use crate::badges::rules::{self, Cause, Change, Fact};
use crate::badges::store;
use crate::badges::{jobs, render};
use crate::partners;
use crate::platform::access::{PartnerRow, store as people};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::{questions, wins};
use schema::ids::PartnerId;
use schema::status::{Enrollment, Visibility};
use std::collections::BTreeMap;

/// Badges of a partner's own credit.
pub(super) async fn credit(
    work: &mut Work<'_>,
    id: PartnerId,
    cause: &Cause,
    loud: bool,
) -> Result<usize, Fault> {
    let own = own(work, id).await?;
    let pioneered = pioneered(work, &own).await?;
    let facts = Facts::Credit { own: &own, pioneered, exponent: work.program.currency.exponent() };
    let done = follow(work, id, facts, (cause, loud)).await;
    keep(work, id, own);
    done
}

/// Badges of help.
pub(super) async fn help(
    work: &mut Work<'_>,
    id: PartnerId,
    cause: &Cause,
    loud: bool,
) -> Result<usize, Fault> {
    let score = questions::actions::help::score(work, id, None).await?;
    follow(work, id, Facts::Help(score), (cause, loud)).await
}

async fn follow(
    work: &mut Work<'_>,
    id: PartnerId,
    counted: Facts<'_>,
    (cause, loud): (&Cause, bool),
) -> Result<usize, Fault> {
    let on = super::on(work).await?;
    let counts = counted.counts(|badge| on.contains(badge));
    let facts = store::of(work.tx, id).await?;
    let changes = rules::changes(&counts, &facts);
    change(work, id, &facts, (changes, cause, loud)).await
}

/// Writes what changes, and owes what follows; how many facts it made. `loud`: it is told and celebrated.
pub(super) async fn change(
    work: &mut Work<'_>,
    id: PartnerId,
    before: &[Fact],
    (changes, cause, loud): (Vec<Change>, &Cause, bool),
) -> Result<usize, Fault> {
    if changes.is_empty() {
        return Ok(0);
    }
    let row = people::partner_by_id(work.tx, &id.to_string()).await?;
    let row = row.ok_or_else(|| Fault::Data(format!("badges of {id}, who has no row")))?;
    let seen = loud && is_public(&row);
    let (top, kinds) = (top_levels(&changes), store::kinds(work.tx).await?);
    let mut first = None;
    // One line in the wins room, however many badges come at once; the person hears of each.
    let mut told = false;
    for Change { badge, level, revokes } in &changes {
        let best = revokes.is_none() && top.get(badge.as_str()) == Some(level);
        let celebrated = seen && best && !told;
        told |= best;
        let fact = write(work, id, (badge, *level), (*revokes, cause, celebrated)).await?;
        first = first.or(Some(fact.n));
        if celebrated {
            let line =
                render::celebrated(&row.name, &render::view(badge, *level, &kinds), top.len() - 1);
            wins::actions::celebrate(work, &celebration(fact.n), line).await?;
        }
        let held = rules::held(before);
        if let Some(award) = held.iter().find(|award| Some(award.n) == *revokes && award.celebrated)
        {
            let line = render::retracted(&render::view(badge, *level, &kinds));
            wins::actions::retract(work, &celebration(award.n), line).await?;
        }
    }
    if let Some(first) = first.filter(|_| loud && row.enrollment == Enrollment::Approved) {
        jobs::tell_soon(work, id, first);
    }
    partners::actions::show_profile(work, &row).await?;
    Ok(changes.len())
}

/// Others hear of it only by name, and only where the person shows it.
pub(super) fn is_public(row: &PartnerRow) -> bool {
    row.visibility == Visibility::Public && row.enrollment == Enrollment::Approved
}

fn celebration(n: i64) -> String {
    format!("badge:{n}")
}

/// The highest new level of each badge.
fn top_levels(changes: &[Change]) -> BTreeMap<&str, i64> {
    let mut top = BTreeMap::new();
    for change in changes.iter().filter(|change| change.revokes.is_none()) {
        let level = top.entry(change.badge.as_str()).or_insert(change.level);
        *level = change.level.max(*level);
    }
    top
}

/// Tells a person what has changed since a fact, in one message; what came and went between is nothing.
///
/// # Errors
/// When the database refuses.
pub async fn tell(work: &mut Work<'_>, id: PartnerId, since: i64) -> Result<(), Fault> {
    let row = people::partner_by_id(work.tx, &id.to_string()).await?;
    let Some(row) = row.filter(|row| row.enrollment == Enrollment::Approved) else {
        return Ok(());
    };
    let facts = store::of(work.tx, id).await?;
    let (old, new): (Vec<Fact>, Vec<Fact>) = facts.iter().cloned().partition(|f| f.n < since);
    let (before, now) = (rules::shown(&old), rules::shown(&facts));
    let kinds = store::kinds(work.tx).await?;
    let view = |(badge, level): (&String, &i64)| render::view(badge, *level, &kinds);
    let risen = now.iter().filter(|(badge, level)| before.get(*badge).is_none_or(|b| b < *level));
    let fallen = before.iter().filter(|(badge, level)| now.get(*badge).is_none_or(|n| n < *level));
    let (risen, fallen): (Vec<_>, Vec<_>) = (risen.map(view).collect(), fallen.map(view).collect());
    if risen.is_empty() && fallen.is_empty() {
        return Ok(());
    }
    let reason = new.iter().rev().find_map(|fact| match &fact.cause {
        Some(Cause::Hand(_, reason)) => Some(reason.clone()),
        _ => None,
    });
    let message = render::told(&row, (risen, fallen), reason, &work.program.prefix);
    // Of the fact, not of the hour: a database that was restored says it under the same name.
    work.direct_as(&format!("badge.told:{id}:{since}"), &row.user_id, &message);
    Ok(())
}
