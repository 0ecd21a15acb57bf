//! What a week was for the program, in general, and for each industry, in its channel.
use super::{Weeks, nearest, suggestion};
use crate::digests::render::{self, Room};
use crate::digests::{rules, store};
use crate::leaderboard::render::ROWS_ASKED;
use crate::leaderboard::rules::{BoardKey, Row};
use crate::leaderboard::{finals, picture, views};
use crate::platform::access::store::partner_by_id;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::{goals, industries, pictures, reports};
use schema::card::WeekMoved;
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::money::Money;
use schema::period::Period;
use schema::state::StandingRow;
use schema::status::{Enrollment, Visibility};

const GENERAL: &str = "general";
/// Of those who climbed, so many are asked for their name before nobody is named.
const CLIMBERS_MAX: usize = 20;

/// Once a room and week, whoever asks again.
///
/// # Errors
/// When the database refuses.
pub async fn tell_rooms(work: &mut Work<'_>, week: Period) -> Result<(), Fault> {
    let weeks = Weeks::of(work, week)?;
    tell(work, &weeks, None).await?;
    for slug in industries::actions::open(work).await? {
        tell(work, &weeks, Some(&slug)).await?;
    }
    Ok(())
}

async fn tell(work: &mut Work<'_>, weeks: &Weeks, industry: Option<&str>) -> Result<(), Fault> {
    let Some(room) = gathered(work, weeks, industry).await? else { return Ok(()) };
    let (place, picture) = match industry {
        None => {
            let is_shown = !room.view.standings.is_empty();
            let board = || picture::board(&room.view, &work.program.name, None);
            (GENERAL.to_owned(), is_shown.then(board))
        }
        Some(slug) => (format!("industry:{slug}"), None),
    };
    let key = format!("digest:{}:{place}", weeks.span.period);
    let message = render::room(&room, &work.program.name, &work.program.prefix);
    pictures::actions::send_as(work, (&key, &place), ("week", picture), &message);
    Ok(())
}

/// Nothing where nothing happened.
async fn gathered(
    work: &mut Work<'_>,
    weeks: &Weeks,
    scope: Option<&str>,
) -> Result<Option<Room>, Fault> {
    let moved = moved(work, weeks, scope).await?;
    let mut playbooks = store::published(work.tx, weeks.span.from_at, weeks.span.to_at).await?;
    playbooks.retain(|one| scope.is_none_or(|slug| one.industries.iter().any(|own| own == slug)));
    if !rules::is_news(&moved, playbooks.len()) {
        return Ok(None);
    }
    let key = BoardKey::new(Metric::Revenue, weeks.span.period, scope.map(str::to_owned));
    let open = goals::store::open(work.tx).await?;
    let pulls = |goal: &&goals::store::GoalRow| match scope {
        None => goal.is_common(),
        Some(_) => goal.sides.iter().any(|side| side.industry.as_deref() == scope),
    };
    Ok(Some(Room {
        moved,
        view: views::view(work, &key, ROWS_ASKED).await?,
        climber: climber(work, &key, weeks.earlier.period).await?,
        playbooks,
        goal: nearest(work, open.iter().filter(pulls).collect()).await?,
        suggestion: suggestion(work, &weeks.span, scope).await?,
    }))
}

async fn moved(
    work: &mut Work<'_>,
    weeks: &Weeks,
    industry: Option<&str>,
) -> Result<WeekMoved, Fault> {
    let currency = work.program.currency;
    let revenue = reports::actions::revenue(work, weeks.span.period, industry).await?;
    let before = reports::actions::revenue(work, weeks.earlier.period, industry).await?;
    Ok(WeekMoved {
        revenue: Money::new(revenue, currency),
        revenue_before: Money::new(before, currency),
        clients: reports::actions::new_clients(work, &weeks.span, industry).await?,
        clients_before: reports::actions::new_clients(work, &weeks.earlier, industry).await?,
    })
}

/// Who won most ranks and shows a name: that "a partner" did is no news.
async fn climber(
    work: &mut Work<'_>,
    key: &BoardKey,
    before: Period,
) -> Result<Option<StandingRow>, Fault> {
    let earlier = BoardKey { period: before, ..key.clone() };
    let (now, then) = (finals::of(work, key).await?, finals::of(work, &earlier).await?);
    let climbers = rules::climbers(&ranks(&now), &ranks(&then));
    for (id, rank, won) in climbers.into_iter().take(CLIMBERS_MAX) {
        let Some(row) = partner_by_id(work.tx, &id.to_string()).await? else { continue };
        if row.visibility == Visibility::Public && row.enrollment == Enrollment::Approved {
            let end = now.iter().find(|end| end.partner == id);
            let score = end.map_or(0, |end| end.score.score);
            let own = Row { rank, partner: id, score };
            return Ok(Some(views::standing(&row, own, Some(won), false)));
        }
    }
    Ok(None)
}

fn ranks(ends: &[finals::End]) -> Vec<(PartnerId, u32)> {
    ends.iter().filter_map(|end| Some((end.partner, end.rank?))).collect()
}
