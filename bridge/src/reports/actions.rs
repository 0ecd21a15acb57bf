//! Gathers the figures of a report.
use super::rules::{self, Figures, INDUSTRIES_MAX, Industry, Reached, Reviews, Span};
use super::store;
use crate::industries;
use crate::leaderboard::rules::BoardKey;
use crate::platform::access::Reviewer;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::metric::Metric;
use schema::period::Period;
use std::collections::{BTreeMap, HashSet};

/// What belongs to no industry.
const NO_INDUSTRY: &str = "No industry";

/// # Errors
/// When the database refuses.
pub async fn figures(work: &mut Work<'_>, _: &Reviewer, period: Period) -> Result<Figures, Fault> {
    let calendar = work.program.calendar.clone();
    let span = Span::of(&calendar, period, work.now);
    let before = rules::before(&calendar, period);
    let earlier = before.map(|period| Span::of(&calendar, period, work.now));
    let (from, to) = (span.from_at, span.to_at);
    let new_from = calendar.start_of(span.active_from());
    let lasting = (span.active_from(), span.to_on);
    let clients_before = match earlier {
        Some(span) => Some(store::clients(work.tx, span.from_on, span.to_on).await?),
        None => None,
    };
    let industries = industries(work, &span, earlier.as_ref()).await?;
    Ok(Figures {
        span,
        before,
        funnel: store::funnel(work.tx, from, to).await?,
        people: store::people(work.tx, to, lasting, new_from).await?,
        revenue: revenue(work, period, None).await?,
        revenue_before: revenue_before(work, before, None).await?,
        clients: store::clients(work.tx, span.from_on, span.to_on).await?,
        clients_before,
        reached: Reached::together(industries.iter().filter_map(|one| one.reached.as_ref())),
        industries,
        refunds: store::refunds(work.tx, span.from_on, span.to_on).await?,
        reviews: reviews(work, from, to).await?,
        playbooks: rules::best(store::playbooks(work.tx, (from, to), None).await?),
        trend: trend(work, period).await?,
    })
}

/// As the boards count it: net, in the period in which the ledger took it.
///
/// # Errors
/// When the database refuses.
pub async fn revenue(
    work: &mut Work<'_>,
    period: Period,
    industry: Option<&str>,
) -> Result<i64, Fault> {
    let key = BoardKey::new(Metric::Revenue, period, industry.map(str::to_owned));
    Ok(store::sum_of(work.tx, &key.to_string()).await?)
}

async fn revenue_before(
    work: &mut Work<'_>,
    before: Option<Period>,
    industry: Option<&str>,
) -> Result<Option<i64>, Fault> {
    match before {
        Some(period) => Ok(Some(revenue(work, period, industry).await?)),
        None => Ok(None),
    }
}

async fn trend(work: &mut Work<'_>, period: Period) -> Result<Vec<(Period, i64)>, Fault> {
    let calendar = work.program.calendar.clone();
    let mut trend = Vec::new();
    for period in rules::leading_to(&calendar, period, work.today()) {
        trend.push((period, revenue(work, period, None).await?));
    }
    Ok(trend)
}

async fn reviews(work: &mut Work<'_>, from: i64, to: i64) -> Result<Reviews, Fault> {
    let decided = store::decided(work.tx, from, to).await?;
    let mut waited = [None, None];
    for (slot, percent) in waited.iter_mut().zip([50, 90]) {
        if let Some(place) = rules::nearest(percent, decided) {
            *slot = store::waited(work.tx, from, to, place).await?;
        }
    }
    let [median_ms, p90_ms] = waited;
    Ok(Reviews { decided, median_ms, p90_ms })
}

/// Clients won in a time: those new to the program, or to one industry.
///
/// # Errors
/// When the database refuses.
pub async fn new_clients(
    work: &mut Work<'_>,
    span: &Span,
    industry: Option<&str>,
) -> Result<i64, Fault> {
    match industry {
        None => Ok(store::clients(work.tx, span.from_on, span.to_on).await?),
        Some(slug) => Ok(clients(work, span).await?.get(slug).copied().unwrap_or(0)),
    }
}

/// Playbooks that claims of a time named.
///
/// # Errors
/// When the database refuses.
pub async fn playbooks(
    work: &mut Work<'_>,
    span: &Span,
    industry: Option<&str>,
) -> Result<Vec<rules::Playbook>, Fault> {
    Ok(store::playbooks(work.tx, (span.from_at, span.to_at), industry).await?)
}

/// Clients by industry; `""` holds those of none.
async fn clients(work: &mut Work<'_>, span: &Span) -> Result<BTreeMap<String, i64>, Fault> {
    let rows = store::clients_by_industry(work.tx, span.from_on, span.to_on).await?;
    Ok(rows.into_iter().map(|(slug, count)| (slug.unwrap_or_default(), count)).collect())
}

async fn industries(
    work: &mut Work<'_>,
    span: &Span,
    earlier: Option<&Span>,
) -> Result<Vec<Industry>, Fault> {
    let names = industries::actions::names(work).await?;
    let open: HashSet<String> = industries::actions::open(work).await?.into_iter().collect();
    let won = clients(work, span).await?;
    let won_before = match earlier {
        Some(span) => Some(clients(work, span).await?),
        None => None,
    };
    let before = earlier.map(|span| span.period);
    let mut rows = Vec::with_capacity(names.len() + 1);
    for (slug, name) in names {
        rows.push(Industry {
            revenue: revenue(work, span.period, Some(&slug)).await?,
            revenue_before: revenue_before(work, before, Some(&slug)).await?,
            clients: won.get(&slug).copied().unwrap_or(0),
            clients_before: won_before.as_ref().map(|won| won.get(&slug).copied().unwrap_or(0)),
            reached: if open.contains(&slug) { reached(work, &slug, span).await? } else { None },
            slug,
            name,
        });
    }
    let rest = rest(work, span.period, before, &rows).await?;
    let clients_before = won_before.map(|won| won.get("").copied().unwrap_or(0));
    let clients = won.get("").copied().unwrap_or(0);
    rows.push(Industry { clients, clients_before, ..rest });
    rows.retain(|row| !row.is_empty());
    rows.sort_by(|a, b| b.revenue.cmp(&a.revenue).then_with(|| a.slug.cmp(&b.slug)));
    rows.truncate(INDUSTRIES_MAX);
    Ok(rows)
}

/// Revenue that no industry has.
async fn rest(
    work: &mut Work<'_>,
    period: Period,
    before: Option<Period>,
    rows: &[Industry],
) -> Result<Industry, Fault> {
    let sum = |part: fn(&Industry) -> i64| rows.iter().map(part).fold(0, i64::saturating_add);
    let all = revenue(work, period, None).await?;
    let all_before = revenue_before(work, before, None).await?;
    Ok(Industry {
        name: NO_INDUSTRY.to_owned(),
        revenue: all.saturating_sub(sum(|row| row.revenue)),
        revenue_before: all_before
            .map(|all| all.saturating_sub(sum(|row| row.revenue_before.unwrap_or(0)))),
        ..Industry::default()
    })
}

/// How far an industry was entered at the end of the time.
async fn reached(work: &mut Work<'_>, slug: &str, span: &Span) -> Result<Option<Reached>, Fault> {
    let day = span.to_on.yesterday().unwrap_or(span.to_on);
    let Some(target) = industries::actions::target(work, slug, day).await? else {
        return Ok(None);
    };
    let won = industries::actions::won(work, slug, span.to_on, span.to_at).await?;
    Ok(Reached::of(won, target.accounts))
}
