//! From boards and people to what is shown: rows with names, one's own standing, totals.
pub mod organizations;
mod selected;

pub use selected::{improved, newcomers};

use super::live::{Live, Loaded, Totals};
use super::render::View;
use super::rules::{ANONYMOUS_FROM, BoardKey, Row, Spread, movement, percentile, spread};
use super::store;
use crate::industries;
use crate::ledger;
use crate::platform::access::PartnerRow;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::card::{BoardRef, OwnStanding, Reached};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::{Period, PeriodKind};
use schema::state::{LeaderboardState, StandingRow, VERSION, wire_bounds};
use schema::status::{Enrollment, Visibility};

/// Months in `!me`'s trend.
const TREND_MONTHS: i32 = 6;

/// A board's description in state and cards.
#[must_use]
pub fn board_ref(work: &Work<'_>, key: &BoardKey) -> BoardRef {
    let (from, to) = wire_bounds(work.program.calendar.bounds(key.period));
    let money = key.metric.is_money();
    let currency = work.program.currency;
    BoardRef {
        metric: key.metric,
        period_kind: key.period.kind(),
        period: key.period,
        scope: key.scope().to_owned(),
        unit: if money { currency.code() } else { key.metric.as_str() }.to_owned(),
        exponent: if money { currency.exponent() } else { key.metric.decimals() },
        from,
        to,
    }
}

/// A board's first rows with names.
///
/// # Errors
/// When the database refuses.
pub async fn view(work: &mut Work<'_>, key: &BoardKey, rows_max: usize) -> Result<View, Fault> {
    let mut live = work.memory.take::<Live>();
    let view = view_of(work, &mut live, key, rows_max).await;
    work.memory.put(live);
    view
}

async fn view_of(
    work: &mut Work<'_>,
    live: &mut Live,
    key: &BoardKey,
    rows_max: usize,
) -> Result<View, Fault> {
    let loaded = live.board(work, key).await?;
    let participants = loaded.board.public();
    let rows = marked(loaded, loaded.board.top(rows_max));
    let standings = named(work, live, participants, rows).await?;
    framed(work, key, standings, participants).await
}

/// Rows, and what is said around them.
async fn framed(
    work: &mut Work<'_>,
    key: &BoardKey,
    standings: Vec<StandingRow>,
    participants: u32,
) -> Result<View, Fault> {
    Ok(View {
        board: board_ref(work, key),
        selection: None,
        reached: reached(work, key).await?,
        scope_name: scope_name(work, key).await?,
        currency: work.program.currency,
        standings,
        participants: i64::from(participants),
        timezone: work.program.timezone.clone(),
        ledger_seq: ledger::actions::head(work).await?.seq,
        now: work.now,
    })
}

/// How far the board's industry, or all of them, are entered today; asked of penetration only.
async fn reached(work: &mut Work<'_>, key: &BoardKey) -> Result<Option<Reached>, Fault> {
    if key.metric != Metric::Penetration {
        return Ok(None);
    }
    let found = match &key.industry {
        Some(slug) => industries::actions::penetration(work, slug)
            .await?
            .map(|one| (one.won, one.target.accounts, one.bps)),
        None => industries::actions::headline(work).await?,
    };
    let reached =
        |(clients, targets, penetration_bps)| Reached { clients, targets, penetration_bps };
    Ok(found.map(reached))
}

/// Rows with how far they moved, and whether they are new.
fn marked(loaded: &Loaded, rows: Vec<Row>) -> Vec<(Row, Option<i64>, bool)> {
    let any = !loaded.baseline.is_empty();
    rows.into_iter()
        .map(|row| {
            let before = loaded.baseline.get(&row.partner).copied();
            (row, movement(before, row.rank), any && before.is_none())
        })
        .collect()
}

/// How people call what the board is of; nothing for the program's.
pub async fn scope_name(work: &mut Work<'_>, key: &BoardKey) -> Result<Option<String>, Fault> {
    match &key.industry {
        Some(slug) => industries::actions::name(work, slug).await,
        None => Ok(None),
    }
}

/// Rows with the names that others may read. Among few, a row without a name would still tell whose it
/// is: it is left out, and the ranks of the others stay what they are.
async fn named(
    work: &mut Work<'_>,
    live: &mut Live,
    participants: u32,
    rows: Vec<(Row, Option<i64>, bool)>,
) -> Result<Vec<StandingRow>, Fault> {
    let mut standings = Vec::with_capacity(rows.len());
    for (row, moved, new) in rows {
        let partner = live.partner(work, row.partner).await?;
        if participants >= ANONYMOUS_FROM || partner.visibility != Visibility::Anonymous {
            standings.push(standing(&partner, row, moved, new));
        }
    }
    Ok(standings)
}

/// A row as others may see it.
#[must_use]
pub fn standing(partner: &PartnerRow, row: Row, moved: Option<i64>, new: bool) -> StandingRow {
    let public = partner.visibility == Visibility::Public;
    let left = partner.enrollment == Enrollment::Left;
    let name = match (public, left) {
        (_, true) => "former partner".to_owned(),
        (true, false) => partner.name.clone(),
        (false, false) => "a partner".to_owned(),
    };
    StandingRow {
        rank: row.rank,
        partner: if public { row.partner.to_string() } else { String::new() },
        user_id: (public && !left).then(|| partner.user_id.clone()),
        name,
        score: row.score,
        moved,
        new,
    }
}

/// The room state of a board.
///
/// # Errors
/// When the database refuses.
pub async fn state(work: &mut Work<'_>, key: &BoardKey) -> Result<LeaderboardState, Fault> {
    let view = view(work, key, work.program.limits.standings_max).await?;
    content(work, view).await
}

async fn content(work: &mut Work<'_>, view: View) -> Result<LeaderboardState, Fault> {
    let head = ledger::actions::head(work).await?;
    let mut state = LeaderboardState {
        v: VERSION,
        metric: view.board.metric,
        period_kind: view.board.period_kind,
        period: view.board.period,
        scope: view.board.scope,
        unit: view.board.unit,
        exponent: view.board.exponent,
        from: view.board.from,
        to: view.board.to,
        timezone: view.timezone,
        standings: view.standings,
        participants: view.participants,
        is_final: false,
        ledger_seq: head.seq,
        ledger_hash: head.hash,
        updated_at: work.now,
    };
    state.fit();
    Ok(state)
}

/// A partner's own place on a board and who stands next to them.
#[derive(Debug, Clone)]
pub struct Mine {
    pub board: BoardRef,
    pub you: OwnStanding,
    pub above: Vec<StandingRow>,
    pub below: Vec<StandingRow>,
}

/// # Errors
/// When the database refuses.
pub async fn mine(
    work: &mut Work<'_>,
    me: &PartnerRow,
    key: &BoardKey,
    around: usize,
) -> Result<Mine, Fault> {
    let mut live = work.memory.take::<Live>();
    let mine = mine_of(work, &mut live, me, key, around).await;
    work.memory.put(live);
    mine
}

async fn mine_of(
    work: &mut Work<'_>,
    live: &mut Live,
    me: &PartnerRow,
    key: &BoardKey,
    around: usize,
) -> Result<Mine, Fault> {
    let ranked = live.ranked(work).await?;
    let loaded = live.board(work, key).await?;
    let own = loaded.board.standing_of(me.id, ranked);
    let moved = movement(loaded.baseline.get(&me.id).copied(), own.rank);
    let (above, below) = loaded.board.neighbors(me.id, around);
    let (above, below) = (marked(loaded, above), marked(loaded, below));
    let hidden = me.visibility == Visibility::Hidden && own.score > 0;
    // Counted as the board itself counts: those with a score, and who is hidden counts themselves.
    let of = loaded.board.public().saturating_add(u32::from(hidden));
    let participants = loaded.board.public();
    let above = named(work, live, participants, above).await?;
    let below = named(work, live, participants, below).await?;
    let stands = own.score > 0;
    // Who has nothing yet is behind all others who have, and alone sees it; before the first score
    // there is no place at all.
    let ranked = stands || own.score == 0 && of > 0;
    let you = OwnStanding {
        score: own.score,
        rank: ranked.then_some(own.rank),
        of,
        percentile: percentile(own.rank, own.of).filter(|_| ranked),
        moved: moved.filter(|_| stands),
        visibility: me.visibility,
    };
    Ok(Mine { board: board_ref(work, key), you, above, below })
}

/// # Errors
/// When the database refuses.
pub async fn totals(work: &mut Work<'_>, id: PartnerId) -> Result<Totals, Fault> {
    let month = work.program.calendar.period_of(PeriodKind::Month, work.today());
    let known = work.memory.cache::<Live>().totals.get(&id).cloned();
    if let Some(totals) =
        known.filter(|totals| totals.trend.last().is_some_and(|(last, _)| *last == month))
    {
        return Ok(totals);
    }
    let all = |metric| BoardKey::new(metric, Period::ALL, None).to_string();
    let credited =
        store::score(work.tx, &all(Metric::Revenue), id).await?.map_or(0, |score| score.score);
    let clients =
        store::score(work.tx, &all(Metric::Clients), id).await?.map_or(0, |score| score.score);
    let (open_claims, open_minor) =
        store::open_claims(work.tx, id, work.program.currency.code()).await?;
    let mut trend = Vec::new();
    for period in last_months(work) {
        let key = BoardKey::new(Metric::Revenue, period, None).to_string();
        let score = store::score(work.tx, &key, id).await?.map_or(0, |score| score.score);
        trend.push((period, score));
    }
    let spread = spread_of(work, id).await?;
    let totals = Totals { credited, clients, open_claims, open_minor, trend, spread };
    let known = &mut work.memory.cache::<Live>().totals;
    if known.len() >= TOTALS_MAX {
        known.clear();
    }
    known.insert(id, totals.clone());
    Ok(totals)
}

/// How a partner's clients of all time lie over the industries.
async fn spread_of(work: &mut Work<'_>, id: PartnerId) -> Result<Option<Spread>, Fault> {
    let mut clients = Vec::new();
    for slug in industries::actions::all(work).await? {
        let board = BoardKey::new(Metric::Clients, Period::ALL, Some(slug)).to_string();
        clients.push(store::score(work.tx, &board, id).await?.map_or(0, |score| score.score));
    }
    Ok(spread(&clients))
}

const TOTALS_MAX: usize = 8_192;

/// The last months up to this one, oldest first.
fn last_months(work: &Work<'_>) -> Vec<Period> {
    let first = work.today().first_of_month();
    (0..TREND_MONTHS)
        .rev()
        .filter_map(|back| first.checked_sub(jiff::Span::new().months(back)).ok())
        .map(|day| work.program.calendar.period_of(PeriodKind::Month, day))
        .collect()
}
