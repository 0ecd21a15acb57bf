//! What is shown of badges: a person's own, with how far the next level is, and the program's.
use super::{Known, PARTNERS_MAX, counts, own};
use crate::badges::render;
use crate::badges::rules::{self, CATALOG, Fact, Shown, streak};
use crate::badges::store;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::card::BadgeView;
use schema::ids::PartnerId;

/// # Errors
/// When the database refuses.
pub async fn shown(work: &mut Work<'_>, id: PartnerId) -> Result<Shown, Fault> {
    if let Some(shown) = work.memory.cache::<Known>().shown.get(&id) {
        return Ok(shown.clone());
    }
    let shown = read(work, id).await?;
    let known = &mut work.memory.cache::<Known>().shown;
    if known.len() >= PARTNERS_MAX {
        known.clear();
    }
    known.insert(id, shown.clone());
    Ok(shown)
}

async fn read(work: &mut Work<'_>, id: PartnerId) -> Result<Shown, Fault> {
    let facts = store::of(work.tx, id).await?;
    let kinds = if facts.is_empty() { Vec::new() } else { store::kinds(work.tx).await? };
    let levels = rules::shown(&facts);
    let mut badges: Vec<BadgeView> =
        levels.iter().map(|(badge, level)| render::view(badge, *level, &kinds)).collect();
    badges.sort_by_key(|view| CATALOG.iter().position(|rule| rule.id == view.id).unwrap_or(99));
    let tier = super::tiers::of(work, id).await?.map(|tier| tier.name);
    Ok(Shown { badges, tier })
}

/// What a partner earned in `[from, to)` and still has: each badge once, at its highest level of then.
///
/// # Errors
/// When the database refuses.
pub async fn earned(
    work: &mut Work<'_>,
    id: PartnerId,
    (from, to): (i64, i64),
) -> Result<Vec<BadgeView>, Fault> {
    let facts = store::of(work.tx, id).await?;
    let of_then: Vec<Fact> = facts
        .into_iter()
        .filter(|fact| fact.revokes.is_some() || (from..to).contains(&fact.at))
        .collect();
    if of_then.is_empty() {
        return Ok(Vec::new());
    }
    let kinds = store::kinds(work.tx).await?;
    let levels = rules::shown(&of_then);
    Ok(levels.iter().map(|(badge, level)| render::view(badge, *level, &kinds)).collect())
}

/// Every badge that a partner has or can earn, with what counts towards it.
///
/// # Errors
/// When the database refuses.
pub async fn progress(work: &mut Work<'_>, id: PartnerId) -> Result<Vec<BadgeView>, Fault> {
    let on = super::on(work).await?;
    let levels = rules::shown(&store::of(work.tx, id).await?);
    let kinds = store::kinds(work.tx).await?;
    let mut views = Vec::new();
    for rule in &CATALOG {
        let level = levels.get(rule.id).copied().unwrap_or(0);
        if level == 0 && !on.contains(rule.id) {
            continue;
        }
        let mut view = render::view(rule.id, level, &kinds);
        view.on = on.contains(rule.id);
        let count = match rule.id {
            "streak" => going_on(work, id).await?,
            _ => counts(work, id, rule).await?.0,
        };
        view.count = Some(count);
        view.next = rule.levels.get(usize::try_from(level).unwrap_or(usize::MAX)).copied();
        views.push(view);
    }
    let own = |kind: &&store::Kind| levels.contains_key(&kind.id);
    views.extend(kinds.iter().filter(own).map(|kind| render::view(&kind.id, 1, &kinds)));
    Ok(views)
}

/// The row of working days that is not broken yet: only it can reach the next level.
async fn going_on(work: &mut Work<'_>, id: PartnerId) -> Result<i64, Fault> {
    let own = own(work, id).await?;
    let count = streak::current(own.standing().map(|part| part.on), work.today());
    super::keep(work, id, own);
    Ok(count)
}

/// All badges of the program, for the team.
///
/// # Errors
/// When the database refuses.
pub async fn of_program(work: &mut Work<'_>) -> Result<Vec<BadgeView>, Fault> {
    let on = super::on(work).await?;
    let holders = store::holders(work.tx).await?;
    let kinds = store::kinds(work.tx).await?;
    let ids = CATALOG.iter().map(|rule| rule.id).chain(kinds.iter().map(|kind| kind.id.as_str()));
    let view = |id: &str| {
        let held = holders.iter().find(|(badge, _)| badge == id).map_or(0, |(_, count)| *count);
        let by_hand = rules::by_id(id).is_none();
        BadgeView {
            on: by_hand || on.contains(id),
            holders: Some(held),
            ..render::view(id, 0, &kinds)
        }
    };
    Ok(ids.map(view).collect())
}
