//! What a week was for one partner, in the chat of two that they have with the bot.
use super::{Weeks, nearest, suggestion};
use crate::digests::render::{self, Mine};
use crate::digests::rules::{self, Own, PAGE_MAX};
use crate::digests::store::{self, Waiting};
use crate::goals::store::{GoalRow, figures};
use crate::leaderboard::rules::BoardKey;
use crate::leaderboard::{store as boards, views};
use crate::platform::access::PartnerRow;
use crate::platform::access::store::partner_by_id;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::{badges, goals, rooms};
use schema::card::{DigestSuggestion, OwnStanding, WeekMoved};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::money::Money;
use schema::period::{Period, PeriodKind};

/// What all of a page have in common.
struct Page {
    weeks: Weeks,
    goals: Vec<GoalRow>,
    suggestion: Option<DigestSuggestion>,
}

/// Tells the next few of a zone, each once a week; says whether there may be more.
///
/// # Errors
/// When the database refuses.
pub async fn tell_page(work: &mut Work<'_>, zone: &str, week: Period) -> Result<bool, Fault> {
    let limit = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX);
    let waiting = store::waiting(work.tx, zone, &week.to_string(), limit).await?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let weeks = Weeks::of(work, week)?;
    let page = Page {
        weeks,
        goals: goals::store::open(work.tx).await?,
        suggestion: suggestion(work, &weeks.span, None).await?,
    };
    for one in &waiting {
        store::done(work.tx, one.id, &week.to_string()).await?;
        tell(work, &page, *one).await?;
    }
    Ok(waiting.len() >= PAGE_MAX)
}

async fn tell(work: &mut Work<'_>, page: &Page, waiting: Waiting) -> Result<(), Fault> {
    if waiting.is_off {
        return Ok(());
    }
    let Some(me) = partner_by_id(work.tx, &waiting.id.to_string()).await? else { return Ok(()) };
    // A chat is not opened for this.
    if rooms::store::chats::linked(work.tx, &me.user_id).await?.is_none() {
        return Ok(());
    }
    if let Some(mine) = gathered(work, page, &me).await? {
        let key = format!("digest:{}:{}", page.weeks.span.period, me.id);
        let message = render::own(&me, &mine, &work.program.prefix);
        work.direct_as(&key, &me.user_id, &message);
    }
    Ok(())
}

/// Nothing where there is nothing of their own to say.
async fn gathered(
    work: &mut Work<'_>,
    page: &Page,
    me: &PartnerRow,
) -> Result<Option<Mine>, Fault> {
    let span = &page.weeks.span;
    let moved = moved(work, &page.weeks, me.id).await?;
    let badges = badges::actions::earned(work, me.id, (span.from_at, span.to_at)).await?;
    let given = given(work, &page.goals, me).await?;
    let currency = work.program.currency;
    let (open_claims, _) = boards::open_claims(work.tx, me.id, currency.code()).await?;
    let own = Own { badges: badges.len(), has_given: !given.is_empty(), open_claims };
    if !rules::is_own_news(&moved, own) {
        return Ok(None);
    }
    let goal = nearest(work, given.iter().map(|(goal, _)| *goal).collect()).await?;
    let number = goal.as_ref().map(|shown| shown.view.number);
    let share = given.iter().find(|(goal, _)| Some(goal.number) == number);
    Ok(Some(Mine {
        period: span.period,
        you: place(work, &page.weeks, me).await?,
        to_next: to_next(work, me).await?.map(|gap| Money::new(gap, currency)),
        moved,
        badges,
        given: share.map(|(_, own)| *own),
        goal,
        open_claims,
        suggestion: page.suggestion.clone(),
    }))
}

async fn moved(work: &mut Work<'_>, weeks: &Weeks, id: PartnerId) -> Result<WeekMoved, Fault> {
    let currency = work.program.currency;
    let mut scores = [0; 4];
    let metrics = [Metric::Revenue, Metric::Clients];
    let wanted = metrics.into_iter().flat_map(|metric| {
        [weeks.span.period, weeks.earlier.period].map(|period| BoardKey::new(metric, period, None))
    });
    for (slot, key) in scores.iter_mut().zip(wanted) {
        let found = boards::score(work.tx, &key.to_string(), id).await?;
        *slot = found.map_or(0, |score| score.score);
    }
    let [revenue, revenue_before, clients, clients_before] = scores;
    Ok(WeekMoved {
        revenue: Money::new(revenue, currency),
        revenue_before: Money::new(revenue_before, currency),
        clients,
        clients_before,
    })
}

/// Where they stood, and how far they moved against the week before.
async fn place(work: &mut Work<'_>, weeks: &Weeks, me: &PartnerRow) -> Result<OwnStanding, Fault> {
    let key = |period| BoardKey::new(Metric::Revenue, period, None);
    let now = views::mine(work, me, &key(weeks.span.period), 0).await?.you;
    let then = views::mine(work, me, &key(weeks.earlier.period), 0).await?.you;
    let rank = |you: &OwnStanding| you.rank.filter(|_| you.score > 0).map(i64::from);
    let moved = rank(&then).zip(rank(&now)).map(|(then, now)| then - now);
    Ok(OwnStanding { moved, ..now })
}

/// What is missing to whoever stands above this month: it can still be won.
async fn to_next(work: &mut Work<'_>, me: &PartnerRow) -> Result<Option<i64>, Fault> {
    let month = work.program.calendar.period_of(PeriodKind::Month, work.today());
    let key = BoardKey::new(Metric::Revenue, month, None);
    let mine = views::mine(work, me, &key, 1).await?;
    let above = mine.above.last().map(|row| row.score - mine.you.score);
    Ok(above.filter(|gap| *gap > 0 && mine.you.score > 0))
}

/// The open goals that they have given to, with how much.
async fn given<'a>(
    work: &mut Work<'_>,
    goals: &'a [GoalRow],
    me: &PartnerRow,
) -> Result<Vec<(&'a GoalRow, i64)>, Fault> {
    let mut given = Vec::new();
    // What an organization wants for itself, who has left it hears no more of.
    for goal in goals {
        if goal.private_to().is_some_and(|slug| me.organization.as_deref() != Some(slug)) {
            continue;
        }
        let own = figures::of_partner(work.tx, &goal.id, me.id).await?;
        if own > 0 {
            given.push((goal, own));
        }
    }
    Ok(given)
}
