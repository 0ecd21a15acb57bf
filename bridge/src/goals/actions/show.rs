//! What shows a goal: its state in the Space, and a pinned message in the rooms of those who pull.
use crate::goals::render::{self, Shown};
use crate::goals::rules::{self, Side};
use crate::goals::store::{self, GoalRow, figures};
use crate::leaderboard::rules::ANONYMOUS_FROM;
use crate::platform::pins;
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, state_hash};
use crate::{goals::live, industries, organizations};
use schema::card::{Contribution, GoalView};
use schema::metric::Metric;
use schema::money::WIRE_MAX;
use schema::state::{
    GoalSide, GoalState, SCOPE_BETWEEN, SCOPE_ORGANIZATION, SCOPE_PROGRAM, VERSION,
};
use schema::status::Visibility;
use serde_json::json;

const STATE: &str = "agency.siso.partners.goal";
/// How long changes wait for company before a goal is shown.
const GATHER_MS: i64 = 500;
pub const JOB_SHOW: &str = "goal.show";
pub const JOB_PIN: &str = "goal.pin";

/// Asks for a goal's state and messages.
pub fn show(work: &mut Work<'_>, id: &str) {
    let at = work.now + GATHER_MS;
    work.job(JOB_SHOW, format!("{JOB_SHOW}:{id}"), id.to_owned(), at);
}

/// Asks for all open ones: days have passed, or people show themselves otherwise.
///
/// # Errors
/// When the database refuses.
pub async fn show_open(work: &mut Work<'_>) -> Result<(), Fault> {
    for goal in live::open(work).await?.iter() {
        show(work, &goal.id);
    }
    Ok(())
}

/// Says a goal's state, and asks for its messages.
pub(in crate::goals) async fn now(work: &mut Work<'_>, id: &str) -> Result<(), Fault> {
    let Some(goal) = store::by_id(work.tx, id).await?.filter(GoalRow::is_open) else {
        return Ok(());
    };
    state(work, &goal).await?;
    for room in rooms(&goal) {
        pin(work, &format!("{room} {id}")).await?;
    }
    Ok(())
}

/// The rooms of those who pull: an industry's channel, an organization's room, or for the whole program
/// the leaderboard room; for a challenge that and the rooms of its sides.
pub(super) fn rooms(goal: &GoalRow) -> Vec<String> {
    let channels = goal.sides.iter().filter_map(|side| match side.side() {
        Side::Program => None,
        Side::Industry(slug) => Some(format!("industry:{slug}")),
        Side::Organization(slug) => Some(format!("organization:{slug}")),
    });
    let common = goal.is_common();
    common.then(|| "leaderboard".to_owned()).into_iter().chain(channels).collect()
}

pub(super) fn slot(goal: &GoalRow) -> String {
    format!("goal.{}", goal.id)
}

/// Shows an open goal in its one message of a room; the payload is the room and the goal's id.
///
/// # Errors
/// When the database refuses.
pub async fn pin(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let (room, id) =
        payload.split_once(' ').ok_or_else(|| Fault::Data(format!("{payload} is no pin")))?;
    let Some(goal) = store::by_id(work.tx, id).await?.filter(GoalRow::is_open) else {
        return Ok(());
    };
    let slot = slot(&goal);
    if let Some(until) = pins::resting(work, room, &slot).await? {
        work.job(JOB_PIN, format!("{JOB_PIN}:{payload}"), payload.to_owned(), until);
        return Ok(());
    }
    let shown = shown(work, &goal, render::ROWS_PINNED).await?;
    pins::show(work, room, &slot, &pinned(&shown)).await
}

/// What a pinned message holds, and what is compared to tell whether anything changed.
pub(super) fn pinned(shown: &Shown) -> pins::Shown {
    let message = render::pinned(shown);
    let hash = state_hash(&json!([shown.view, shown.contributions, shown.in_review, shown.names]));
    pins::Shown { message, hash, is_empty: shown.view.contributors == 0 }
}

/// A goal with its largest contributions, as far as others may know of them.
///
/// # Errors
/// When the database refuses.
pub async fn shown(work: &mut Work<'_>, goal: &GoalRow, rows: i64) -> Result<Shown, Fault> {
    let mut names = Vec::with_capacity(goal.sides.len());
    for side in &goal.sides {
        names.push(side_name(work, side).await?);
    }
    let view = view(work, goal).await?;
    let mut givers =
        if rows > 0 { figures::givers(work.tx, &goal.id, rows).await? } else { Vec::new() };
    // Among few, who wants to stay anonymous would not be.
    let few = view.contributors < i64::from(ANONYMOUS_FROM);
    givers.retain(|giver| !few || giver.visibility != Visibility::Anonymous);
    let today = work.today();
    let over = goal.is_open() && today > goal.to;
    let in_review = if over { Some(in_review(work, goal).await?) } else { None };
    Ok(Shown {
        view,
        names,
        contributions: givers.into_iter().map(contribution).collect(),
        begins: Some(goal.from).filter(|from| today < *from),
        in_review,
        reason: goal.end_reason.clone(),
        currency: work.program.currency,
        prefix: work.program.prefix.clone(),
    })
}

/// What people call a side; nothing for the whole program.
pub(super) async fn side_name(
    work: &mut Work<'_>,
    side: &store::SideRow,
) -> Result<Option<String>, Fault> {
    match side.side() {
        Side::Program => Ok(None),
        Side::Industry(slug) => industries::actions::name(work, &slug).await,
        Side::Organization(slug) => organizations::actions::name(work, &slug).await,
    }
}

/// Claims of a goal's days and sides that nobody has decided.
pub(super) async fn in_review(work: &mut Work<'_>, goal: &GoalRow) -> Result<i64, Fault> {
    // A claim of this very input waits to be written.
    work.settle().await?;
    let days = (goal.from, goal.to);
    let waiting = store::sources::in_review(work.tx, days.0, days.1).await?;
    let mut sum = 0;
    for side in &goal.sides {
        sum += match side.side() {
            Side::Program => waiting.iter().map(|(_, count)| count).sum(),
            Side::Industry(slug) => {
                let own = waiting.iter().find(|(industry, _)| industry.as_ref() == Some(&slug));
                own.map_or(0, |(_, count)| *count)
            }
            Side::Organization(slug) => {
                let of = (slug.as_str(), goal.sides.len() > 1);
                store::sources::in_review_of(work.tx, days, of).await?
            }
        };
    }
    Ok(sum)
}

fn contribution(giver: figures::Giver) -> Contribution {
    let named = giver.visibility == Visibility::Public && !giver.has_left;
    let name = match (giver.has_left, named) {
        (true, _) => "former partner".to_owned(),
        (false, true) => giver.name,
        (false, false) => "a partner".to_owned(),
    };
    let public = giver.visibility == Visibility::Public;
    Contribution {
        partner: public.then_some(giver.partner),
        user_id: named.then_some(giver.user_id),
        name,
        progress: giver.score,
    }
}

/// A goal with all that follows from it.
///
/// # Errors
/// When the database refuses.
pub async fn view(work: &mut Work<'_>, goal: &GoalRow) -> Result<GoalView, Fault> {
    let content = content(work, goal).await?;
    let days_left = goal.is_open().then(|| rules::days_left(work.today(), goal.to));
    let share = rules::equal_share(goal.metric, total(goal), content.contributors);
    Ok(GoalView {
        number: goal.number,
        title: content.title,
        metric: content.metric,
        scope: content.scope,
        unit: content.unit,
        exponent: content.exponent,
        target: content.target,
        progress: content.progress,
        percent: goal.target.map(|target| rules::percent(content.progress, target)),
        from: content.from,
        to: content.to,
        until: goal.to,
        days_left,
        contributors: content.contributors,
        equal_share: share.map(on_wire),
        status: content.status,
        between: content.between,
        winners: content.winners,
    })
}

/// Of all sides together.
fn total(goal: &GoalRow) -> i64 {
    goal.sides.iter().fold(0_i64, |sum, side| sum.saturating_add(side.progress))
}

fn on_wire(value: i64) -> i64 {
    value.clamp(-WIRE_MAX, WIRE_MAX)
}

/// What one organization wants for itself is no state: everybody in the Space would read it.
pub(super) async fn state(work: &mut Work<'_>, goal: &GoalRow) -> Result<(), Fault> {
    if goal.private_to().is_some() {
        return Ok(());
    }
    let content = content(work, goal).await?;
    work.state("space", STATE, &goal.number.to_string(), &content);
    Ok(())
}

async fn content(work: &mut Work<'_>, goal: &GoalRow) -> Result<GoalState, Fault> {
    let calendar = &work.program.calendar;
    let currency = work.program.currency;
    let (unit, exponent) = if goal.metric == Metric::Revenue {
        (currency.code(), currency.exponent())
    } else {
        (goal.metric.as_str(), 0)
    };
    let (from, to) = (calendar.start_of(goal.from), rules::end_at(calendar, goal.to));
    let challenge = goal.sides.len() > 1;
    let scope = match goal.sides.first().map(store::SideRow::side) {
        _ if challenge => SCOPE_BETWEEN.to_owned(),
        Some(Side::Industry(slug)) => slug,
        Some(Side::Organization(_)) => SCOPE_ORGANIZATION.to_owned(),
        Some(Side::Program) | None => SCOPE_PROGRAM.to_owned(),
    };
    let side = |side: &store::SideRow| GoalSide {
        industry: side.industry.clone(),
        organization: side.organization.clone(),
        progress: on_wire(side.progress),
    };
    let between: Vec<GoalSide> = goal.sides.iter().filter(|_| challenge).map(side).collect();
    let over = goal.reached_at.is_some() || goal.missed_at.is_some();
    let (_, won) = rules::outcome(&goal.progress(), goal.target);
    let won = won.into_iter().filter(|_| over).filter_map(|place| between.get(place));
    Ok(GoalState {
        v: VERSION,
        title: goal.title.clone(),
        metric: goal.metric,
        target: goal.target,
        progress: on_wire(rules::leader(&goal.progress())),
        unit: unit.to_owned(),
        exponent,
        from,
        to,
        contributors: figures::contributors(work.tx, &goal.id).await?,
        status: goal.status(),
        scope,
        winners: won.map(|side| side.slug().to_owned()).collect(),
        between,
        updated_at: work.now,
    })
}
