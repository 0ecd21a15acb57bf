//! `board` and `me`.
use super::actions::organizations::METRICS;
use super::rules::BoardKey;
use super::{picture, render, views};
use crate::commission;
use crate::pictures::{Picture, actions as pictures};
use crate::platform::access::{self, Caller, Partner, PartnerRow, Place};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use schema::card::OwnStanding;
use schema::metric::Metric;
use schema::period::{Period, PeriodKind};
use schema::status::Visibility;

/// Neighbors shown on each side of one's own place.
const AROUND: usize = 2;

#[derive(Debug, Clone, clap::Args)]
pub struct Board {
    /// What it counts: revenue, clients, penetration, breadth or help
    #[arg(value_name = "revenue|clients|penetration|breadth|help")]
    pub metric: Option<String>,
    /// Over which time: week, month, quarter, year or all
    #[arg(value_name = "week|month|quarter|year|all")]
    pub kind: Option<String>,
    /// Of one industry
    #[arg(long, value_name = "slug")]
    pub industry: Option<String>,
    /// Only partners in their first 90 days
    #[arg(long, conflicts_with_all = ["improved", "organizations", "team"])]
    pub newcomers: bool,
    /// By what was gained on the same days of the period before
    #[arg(long, conflicts_with_all = ["organizations", "team"])]
    pub improved: bool,
    /// Organizations instead of people
    #[arg(long, conflicts_with = "team")]
    pub organizations: bool,
    /// Only the people of your own organization; in its room or in a direct chat
    #[arg(long)]
    pub team: bool,
    /// With a picture of it
    #[arg(long)]
    pub chart: bool,
}

/// Where you stand
#[derive(Debug, Clone, clap::Args)]
pub struct Me {
    /// With a picture of your months
    #[arg(long)]
    pub chart: bool,
}

/// # Errors
/// When the person is no partner and not of the team, or a word is not known.
pub async fn board(work: &mut Work<'_>, caller: &Caller, words: Board) -> Result<(), Stop> {
    let partner = match caller.partner() {
        Ok(partner) => Some(partner),
        Err(_) if caller.is_team() => None,
        Err(refusal) => return Err(refusal.into()),
    };
    let (metric, kind) = metric_and_kind(words.metric.as_deref(), words.kind.as_deref())?;
    let industry = industry(work, caller, metric, words.industry.as_deref()).await?;
    let period = work.program.calendar.period_of(kind, work.today());
    let key = BoardKey::new(metric, period, industry);
    if words.organizations || words.team {
        return by_organization(work, caller, &key, &words).await;
    }
    if words.newcomers || words.improved {
        let view = if words.newcomers {
            views::newcomers(work, &key, render::ROWS_ASKED).await?
        } else {
            comparable(&key)?;
            views::improved(work, &key, render::ROWS_ASKED).await?
        };
        let picture = shown(work, words.chart, &view, None);
        let message = render::asked(&view, None, &work.program.prefix);
        return Ok(pictures::answer(work, "leaderboard", picture, &message)?);
    }
    let view = views::view(work, &key, render::ROWS_ASKED).await?;
    let you = match &partner {
        Some(partner) => Some(views::mine(work, partner.row(), &key, 0).await?.you),
        None => None,
    };
    let alone = caller.place.is_direct().then_some(());
    let own = alone.and(partner.as_ref().zip(you.as_ref()));
    let picture = shown(work, words.chart, &view, own.map(|(me, you)| (me.row(), you)));
    let message = render::asked(&view, you, &work.program.prefix);
    Ok(pictures::answer(work, "leaderboard", picture, &message)?)
}

/// Organizations against each other, or the people of one among themselves.
async fn by_organization(
    work: &mut Work<'_>,
    caller: &Caller,
    key: &BoardKey,
    words: &Board,
) -> Result<(), Stop> {
    counts_organizations(key.metric, "board clients month --organizations")?;
    let me = caller.partner().ok();
    // Where others read, nobody hears to whom somebody without a name belongs.
    let alone = caller.place.is_direct();
    let seen = |partner: &&Partner| alone || partner.row().visibility == Visibility::Public;
    let (view, you) = if words.team {
        let slug = own_organization(caller)?;
        let about = (slug.as_str(), render::ROWS_ASKED);
        let own = me.as_ref().map(|partner| partner.id());
        let (view, own) = views::organizations::team(work, key, about, own).await?;
        let you = me.as_ref().filter(seen).zip(own);
        let you = you.map(|(partner, own)| views::organizations::own(partner.row(), own));
        (view, you)
    } else {
        let slug = me.as_ref().filter(seen);
        let slug = slug.and_then(|partner| partner.row().organization.clone());
        match slug {
            Some(slug) => {
                let about = (slug.as_str(), render::ROWS_ASKED);
                let (view, you) = views::organizations::with_own(work, key, about).await?;
                (view, Some(you))
            }
            None => (views::organizations::view(work, key, render::ROWS_ASKED).await?, None),
        }
    };
    let picture = shown(work, words.chart, &view, None);
    let message = render::asked(&view, you, &work.program.prefix);
    Ok(pictures::answer(work, "leaderboard", picture, &message)?)
}

/// # Errors
/// A refusal when no board of organizations counts this.
pub fn counts_organizations(metric: Metric, example: &str) -> Result<(), Refusal> {
    if METRICS.contains(&metric) {
        return Ok(());
    }
    let sentence = "Organizations stand on boards of revenue and clients.";
    Err(Refusal::new(Code::Usage, sentence).example(example))
}

/// The organization whose people are asked for: one's own, and only where nobody else reads it; in its
/// room the program's managers see it as well.
fn own_organization(caller: &Caller) -> Result<String, Refusal> {
    let room = match &caller.place {
        Place::Kept { key, .. } => key.strip_prefix("organization:"),
        _ => None,
    };
    let own = caller.partner().ok().and_then(|partner| partner.row().organization.clone());
    match (own, room) {
        (Some(own), Some(room)) if own == room => Ok(own),
        (Some(own), None) if caller.place.is_direct() => Ok(own),
        (_, Some(room)) if caller.manager().is_ok() => Ok(room.to_owned()),
        (None, _) => Err(access::no_team()),
        (Some(_), _) => Err(Refusal::new(
            Code::Auth,
            "That is for your organization alone; ask in its room or in our direct chat.",
        )
        .example("board revenue month --team")),
    }
}

/// A board as a picture, where one is asked for and somebody stands on it.
fn shown(
    work: &Work<'_>,
    chart: bool,
    view: &render::View,
    own: Option<(&PartnerRow, &OwnStanding)>,
) -> Option<Picture> {
    let shown = chart && !view.standings.is_empty();
    shown.then(|| picture::board(view, &work.program.name, own))
}

/// The industry of a board: the one that was named, else that of the channel.
async fn industry(
    work: &mut Work<'_>,
    caller: &Caller,
    metric: Metric,
    named: Option<&str>,
) -> Result<Option<String>, Stop> {
    if !metric.has_industries() {
        return match named {
            Some(_) => Err(Refusal::new(
                Code::Usage,
                "Breadth counts industries: it has one board, for the whole program.",
            )
            .example("board breadth year")
            .into()),
            None => Ok(None),
        };
    }
    match named.or_else(|| caller.place.industry()) {
        Some(slug) => Ok(Some(crate::industries::actions::known_slug(work, slug).await?)),
        None => Ok(None),
    }
}

/// What `--improved` compares.
fn comparable(key: &BoardKey) -> Result<(), Refusal> {
    let example = "board revenue month --improved";
    if key.metric != Metric::Revenue {
        let sentence = "Who improved most is told by revenue.";
        return Err(Refusal::new(Code::Usage, sentence).example(example));
    }
    if key.period == Period::ALL {
        let sentence = "Nothing comes before all time: take a week, month, quarter or year.";
        return Err(Refusal::new(Code::Usage, sentence).example(example));
    }
    Ok(())
}

/// The words may come in either order, or one alone.
fn metric_and_kind(
    first: Option<&str>,
    second: Option<&str>,
) -> Result<(Metric, PeriodKind), Refusal> {
    let (mut metric, mut kind) = (None, None);
    for word in [first, second].into_iter().flatten() {
        let named = word.parse::<Metric>().ok();
        match (named, word.parse::<PeriodKind>()) {
            (Some(found), _) if metric.is_none() => metric = Some(found),
            (None, Ok(found)) if kind.is_none() => kind = Some(found),
            _ => {
                return Err(Refusal::new(
                    Code::Usage,
                    "A board is revenue, clients, penetration, breadth or help, over week, month, quarter, year or all.",
                )
                .example("board clients quarter"));
            }
        }
    }
    Ok((metric.unwrap_or(Metric::Revenue), kind.unwrap_or(PeriodKind::Month)))
}

/// # Errors
/// When the person is no partner.
pub async fn me(work: &mut Work<'_>, caller: &Caller, words: &Me) -> Result<(), Stop> {
    let partner = caller.partner()?;
    let today = work.today();
    let month = work.program.calendar.period_of(PeriodKind::Month, today);
    let mut boards = Vec::with_capacity(2);
    for (metric, around) in [(Metric::Revenue, AROUND), (Metric::Clients, 0)] {
        let key = BoardKey::new(metric, month, None);
        boards.push(views::mine(work, partner.row(), &key, around).await?);
    }
    let totals = views::totals(work, partner.id()).await?;
    let commission = if caller.place.is_direct() {
        commission::actions::balances(work, partner.id()).await?
    } else {
        Vec::new()
    };
    let shown = crate::badges::actions::shown(work, partner.id()).await?;
    let points = crate::rewards::actions::points(work, partner.id()).await?;
    let has = render::Has { totals: &totals, commission, shown, points };
    let message = render::me(partner.row(), &boards, has, work.program.currency);
    let picture = words.chart.then(|| picture::trend(&totals, work.program.currency));
    Ok(pictures::answer(work, "trend", picture, &message)?)
}
