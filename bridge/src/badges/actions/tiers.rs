//! Who enters a tier, is in danger of losing it, keeps it or leaves it: whenever credit moves, and once
//! a day. Rising is told and celebrated, falling is told to the person alone.
use super::{Known, award, keep, own};
use crate::badges::render;
use crate::badges::rules::tiers::{self, Moved, Place, Step, Tier};
use crate::badges::rules::words;
use crate::badges::store::tiers::{self as store, Set, TierFact};
use crate::partners;
use crate::platform::access::{Manager, PartnerRow, store as people};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::Work;
use crate::wins;
use schema::ids::PartnerId;
use schema::status::Enrollment;

/// What made us look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A ledger entry, and the one that it takes back from.
    Entry(i64, Option<i64>),
    Day,
    /// Tiers were changed, or sales brought in: nobody is told.
    Quiet,
}

/// The tiers there are, the lowest first.
///
/// # Errors
/// When the database refuses.
pub async fn all(work: &mut Work<'_>) -> Result<Vec<Tier>, Fault> {
    if let Some(tiers) = &work.memory.cache::<Known>().tiers {
        return Ok(tiers.clone());
    }
    let mut tiers: Vec<Tier> = Vec::new();
    for (_, tier, ended) in store::versions(work.tx).await? {
        tiers.retain(|known| known.slug != tier.slug);
        if !ended {
            tiers.push(tier);
        }
    }
    tiers.sort_by(|a, b| (a.bar_minor, &a.slug).cmp(&(b.bar_minor, &b.slug)));
    work.memory.cache::<Known>().tiers = Some(tiers.clone());
    Ok(tiers)
}

/// The tier that a partner is in.
///
/// # Errors
/// When the database refuses.
pub async fn of(work: &mut Work<'_>, id: PartnerId) -> Result<Option<Tier>, Fault> {
    let tiers = all(work).await?;
    if tiers.is_empty() {
        return Ok(None);
    }
    let slug = store::place(work.tx, id).await?.and_then(|fact| fact.tier);
    Ok(tiers.into_iter().find(|tier| Some(&tier.slug) == slug.as_ref()))
}

/// Whether a partner stands in any tier, one that has ended included.
///
/// # Errors
/// When the database refuses.
pub async fn has_place(work: &mut Work<'_>, id: PartnerId) -> Result<bool, Fault> {
    Ok(store::place(work.tx, id).await?.is_some_and(|fact| fact.tier.is_some()))
}

/// Looks at a partner's place anew.
///
/// # Errors
/// When the database refuses.
pub async fn moved(work: &mut Work<'_>, id: PartnerId, by: By) -> Result<(), Fault> {
    let tiers = all(work).await?;
    if tiers.is_empty() && by != By::Quiet {
        return Ok(());
    }
    let fact = store::place(work.tx, id).await?;
    let (today, own) = (work.today(), own(work, id).await?);
    let revenue = |tier: &Tier| own.after(tier.window_after(today));
    let place = fact.as_ref().and_then(|fact| {
        let warned_on = (fact.kind == "warned").then_some(fact.on);
        Some(Place { slug: fact.tier.clone()?, warned_on })
    });
    let is_undone = match (by, &fact) {
        (By::Entry(_, Some(reverses)), Some(fact)) => {
            fact.kind == "entered" && fact.seq == Some(reverses)
        }
        _ => false,
    };
    let step = tiers::step(&tiers, place.as_ref(), revenue, (today, is_undone));
    let about = match &step {
        Some(Step::Entered(slug)) => Some(slug.clone()),
        _ => place.map(|place| place.slug),
    };
    let about = tiers.iter().find(|tier| Some(&tier.slug) == about.as_ref()).cloned();
    let minor = about.as_ref().map(revenue);
    keep(work, id, own);
    let Some(step) = step else { return Ok(()) };
    let undone = fact.as_ref().filter(|old| is_undone && old.celebrated).map(|old| old.n);
    let stood = fact.and_then(|fact| fact.tier);
    happened(work, id, (&Moved { step, tier: about, minor }, by), (stood, undone)).await
}

/// Writes a step and owes what follows. `stood`: the tier until now; `undone`: the celebrated fact that
/// is no more.
async fn happened(
    work: &mut Work<'_>,
    id: PartnerId,
    (moved, by): (&Moved, By),
    (stood, undone): (Option<String>, Option<i64>),
) -> Result<(), Fault> {
    let row = people::partner_by_id(work.tx, &id.to_string()).await?;
    let row = row.ok_or_else(|| Fault::Data(format!("the tier of {id}, who has no row")))?;
    let (kind, tier) = match &moved.step {
        Step::Entered(slug) => ("entered", Some(slug.clone())),
        Step::Warned => ("warned", stood),
        Step::Safe => ("safe", stood),
        Step::Left(to) => ("left", to.clone()),
    };
    let loud = by != By::Quiet && row.enrollment == Enrollment::Approved;
    let celebrated = loud && kind == "entered" && award::is_public(&row);
    let seq = match by {
        By::Entry(seq, _) => Some(seq),
        By::Day | By::Quiet => None,
    };
    let n = store::last(work.tx).await? + 1;
    let fact = TierFact {
        n,
        kind: kind.to_owned(),
        tier,
        on: work.today(),
        seq,
        celebrated,
        at: work.now,
    };
    store::insert(work.tx, id, &fact).await?;
    work.memory.cache::<Known>().shown.remove(&id);
    if celebrated && let Some(tier) = &moved.tier {
        let line = render::tiers::celebrated(&row.name, &tier.name);
        wins::actions::celebrate(work, &format!("tier:{n}"), line).await?;
    }
    if let Some(old) = undone {
        wins::actions::retract(work, &format!("tier:{old}"), render::tiers::retracted()).await?;
    }
    if loud {
        tell(work, &row, moved, n).await?;
    }
    partners::actions::show_profile(work, &row).await
}

async fn tell(work: &mut Work<'_>, row: &PartnerRow, moved: &Moved, n: i64) -> Result<(), Fault> {
    let now = match &moved.step {
        Step::Left(Some(to)) => all(work).await?.into_iter().find(|tier| tier.slug == *to),
        _ => None,
    };
    let message = render::tiers::told(row, moved, now.as_ref(), (work.program, work.today()));
    work.direct_as(&format!("tier.told:{n}"), &row.user_id, &message);
    Ok(())
}

/// A new tier, or another bar for one; everyone's place follows, quietly.
///
/// # Errors
/// A refusal when there are very many.
pub async fn set(work: &mut Work<'_>, manager: &Manager, tier: Tier) -> Result<(), Stop> {
    let tiers = all(work).await?;
    if tiers.len() >= words::TIERS_MAX && tiers.iter().all(|known| known.slug != tier.slug) {
        let sentence = format!("{} tiers are enough; end one first.", words::TIERS_MAX);
        return Err(Refusal::new(Code::Long, sentence).example("tier end bronze").into());
    }
    write(work, manager, &tier, false).await?;
    work.audit("tier.set", &tier.slug, &format!("{} {}", tier.bar_minor, tier.window_months));
    Ok(())
}

/// # Errors
/// A refusal when there is no such tier.
pub async fn end(work: &mut Work<'_>, manager: &Manager, word: &str) -> Result<Tier, Stop> {
    let tiers = all(work).await?;
    let tier = tiers.into_iter().find(|tier| tier.slug.eq_ignore_ascii_case(word));
    let tier = tier.ok_or_else(|| words::no_such_tier(word))?;
    write(work, manager, &tier, true).await?;
    work.audit("tier.end", &tier.slug, "");
    Ok(tier)
}

async fn write(
    work: &mut Work<'_>,
    manager: &Manager,
    tier: &Tier,
    ended: bool,
) -> Result<(), Fault> {
    let n = store::versions(work.tx).await?.last().map_or(0, |(n, ..)| *n) + 1;
    let (currency, by, at) = (work.program.currency.code(), manager.user_id(), work.now);
    store::set(work.tx, &Set { n, tier, currency, ended, by, at }).await?;
    let known = work.memory.cache::<Known>();
    known.tiers = None;
    known.shown.clear();
    crate::badges::jobs::all_places_soon(work);
    Ok(())
}
