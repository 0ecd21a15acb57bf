//! Gathers what a week was and owes it to rooms and people; whether somebody wants it.
mod organizations;
mod own;
mod rooms;

pub use organizations::tell_organizations;
pub use own::tell_page;
pub use rooms::tell_rooms;

use super::{rules, store};
use crate::goals::actions::shown;
use crate::goals::render::Shown;
use crate::goals::rules::{leader, percent};
use crate::goals::store::GoalRow;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::reports::rules::{Span, before};
use crate::{industries, reports};
use schema::card::DigestSuggestion;
use schema::ids::PartnerId;
use schema::period::{Calendar, Period};

/// A week and the one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weeks {
    pub span: Span,
    pub earlier: Span,
}

impl Weeks {
    fn of(work: &Work<'_>, week: Period) -> Result<Self, Fault> {
        let calendar = &work.program.calendar;
        let earlier = before(calendar, week).ok_or_else(|| Fault::Data(week.to_string()))?;
        let span = |period| Span::of(calendar, period, work.now);
        Ok(Self { span: span(week), earlier: span(earlier) })
    }
}

/// The calendar of a partner's zone; the program's where they have set none.
#[must_use]
pub fn calendar_of(work: &Work<'_>, zone: &str) -> Calendar {
    let own = &work.program.calendar;
    let named = Some(zone).filter(|zone| !zone.is_empty());
    named.and_then(|zone| Calendar::named(zone, own.week_start)).unwrap_or_else(|| own.clone())
}

/// Whether a partner wants their weekly digest.
///
/// # Errors
/// When the database refuses.
pub async fn is_on(work: &mut Work<'_>, id: PartnerId) -> Result<bool, Fault> {
    Ok(!store::is_off(work.tx, id).await?)
}

/// Says whether it is a change.
///
/// # Errors
/// When the database refuses.
pub async fn set(work: &mut Work<'_>, id: PartnerId, on: bool) -> Result<bool, Fault> {
    if is_on(work, id).await? == on {
        return Ok(false);
    }
    store::set_off(work.tx, id, (!on).then_some(work.now)).await?;
    Ok(true)
}

/// The open goal of these that is nearest to its target.
async fn nearest(work: &mut Work<'_>, goals: Vec<&GoalRow>) -> Result<Option<Shown>, Fault> {
    let today = work.today();
    let near = goals.into_iter().filter(|goal| goal.from <= today && today <= goal.to);
    let near =
        near.filter_map(|goal| Some((percent(leader(&goal.progress()), goal.target?), goal)));
    // The first of equals ends first.
    let near = near.reduce(|best, next| if next.0 > best.0 { next } else { best });
    match near {
        Some((_, goal)) => Ok(Some(shown(work, goal, 0).await?)),
        None => Ok(None),
    }
}

/// What to try next. Where nobody has won a client yet is asked for the whole program only.
async fn suggestion(
    work: &mut Work<'_>,
    span: &Span,
    industry: Option<&str>,
) -> Result<Option<DigestSuggestion>, Fault> {
    let playbooks = reports::actions::playbooks(work, span, industry).await?;
    let mut unentered = Vec::new();
    if industry.is_none() {
        for slug in industries::actions::open(work).await? {
            if industries::actions::clients(work, &slug).await? == 0 {
                let name = industries::actions::name(work, &slug).await?;
                unentered.push((slug.clone(), name.unwrap_or(slug)));
            }
        }
    }
    Ok(rules::suggestion(&playbooks, &unentered))
}
