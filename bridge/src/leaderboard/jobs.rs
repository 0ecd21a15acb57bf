//! What boards owe at a time: room state, pinned messages, and the turn of the day.
use super::actions::organizations;
use super::live::Live;
use super::rules::BoardKey;
use super::{actions, render, store, views};
use crate::platform::jobs::Job;
use crate::platform::outbox::store::is_wanted;
use crate::platform::pins;
use crate::platform::refusal::Fault;
use crate::platform::work::{Work, state_hash};
use jiff::civil::Date;
use schema::metric::Metric;
use schema::period::PeriodKind;
use schema::state::{SCOPE_ORGANIZATIONS, board_state_key};
use serde_json::json;

const STATE: &str = "agency.siso.partners.leaderboard";
/// How the slot of a pinned board of organizations ends.
const OF_ORGANIZATIONS: &str = ".organizations";
/// One alone is ahead of nobody.
const PINNED_FROM: i64 = 2;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        "board.state" => state(work, &job.payload).await,
        "board.pin" => pin(work, &job.payload).await,
        "board.day" => day(work, job.run_at).await,
        organizations::JOB_COUNT => organizations::caught_up(work).await.map(drop),
        organizations::JOB_STATE => organizations_state(work, &job.payload).await,
        _ => Err(Fault::Bug(format!("no board job of kind {}", job.kind))),
    }
}

/// What must be waiting from the first start on; asked for again at every start.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    next_day(work, work.now);
    organizations::start(work).await?;
    actions::show_all(work).await
}

fn key_of(text: &str) -> Result<BoardKey, Fault> {
    text.parse().map_err(|_| Fault::Data(format!("{text} is no board")))
}

/// A board of a closed period has left the state: its key shows the open one.
async fn state(work: &mut Work<'_>, board: &str) -> Result<(), Fault> {
    let key = key_of(board)?;
    let today = work.today();
    if work.program.calendar.period_of(key.period.kind(), today) != key.period {
        return Ok(());
    }
    let content = views::state(work, &key).await?;
    let state_key = board_state_key(key.metric, key.period.kind(), key.industry.as_deref());
    // A board on which nobody has ever stood is not worth an event of its own; revenue and clients are
    // there from the first day on, for programs that wait for them.
    let optional = !matches!(key.metric, Metric::Revenue | Metric::Clients);
    if optional
        && content.participants == 0
        && !is_wanted(work.tx, "space", STATE, &state_key).await?
    {
        return Ok(());
    }
    work.state("space", STATE, &state_key, &content);
    Ok(())
}

/// The same for a board whose rows are organizations, once any has stood on it.
async fn organizations_state(work: &mut Work<'_>, board: &str) -> Result<(), Fault> {
    let key = key_of(board)?;
    let today = work.today();
    if work.program.calendar.period_of(key.period.kind(), today) != key.period {
        return Ok(());
    }
    let content = views::organizations::state(work, &key).await?;
    let state_key = board_state_key(key.metric, key.period.kind(), Some(SCOPE_ORGANIZATIONS));
    if content.participants > 0 || is_wanted(work.tx, "space", STATE, &state_key).await? {
        work.state("space", STATE, &state_key, &content);
    }
    Ok(())
}

/// Where a board of organizations is pinned: beside the program's own of the same kind.
#[must_use]
pub fn organization_pins(work: &Work<'_>, key: &BoardKey) -> Vec<(String, String)> {
    let pins = pins_of(work, key).into_iter();
    pins.map(|(room, slot)| (room, format!("{slot}{OF_ORGANIZATIONS}"))).collect()
}

/// Where a board is pinned: room and slot.
#[must_use]
pub fn pins_of(work: &Work<'_>, key: &BoardKey) -> Vec<(String, String)> {
    let slot = format!("{}.{}", key.metric, key.period.kind());
    let wanted = work.program.pinned.iter().any(|pin| {
        pin.metric == key.metric
            && pin.kind == key.period.kind()
            && pin.by_industry == key.industry.is_some()
    });
    match &key.industry {
        _ if !wanted => Vec::new(),
        None => vec![("leaderboard".to_owned(), slot)],
        Some(slug) => vec![(format!("industry:{slug}"), slot)],
    }
}

/// Shows a board in its one message: sent and pinned the first time, edited in place afterwards,
/// at most once a minute and only when something moved.
async fn pin(work: &mut Work<'_>, payload: &str) -> Result<(), Fault> {
    let Some((room, slot)) = payload.split_once(' ') else {
        return Err(Fault::Data(payload.to_owned()));
    };
    let (program, of_organizations) = match slot.strip_suffix(OF_ORGANIZATIONS) {
        Some(program) => (program, true),
        None => (slot, false),
    };
    let key = slot_board(work, room, program)?;
    if let Some(until) = pins::resting(work, room, slot).await? {
        work.job("board.pin", format!("board.pin:{room}:{slot}"), payload.to_owned(), until);
        return Ok(());
    }
    let view = if of_organizations {
        views::organizations::view(work, &key, render::ROWS_PINNED).await?
    } else {
        views::view(work, &key, render::ROWS_PINNED).await?
    };
    if of_organizations && view.participants < PINNED_FROM {
        let pinned = pins::pins(work.tx, room).await?;
        if !pinned.iter().any(|pin| pin.slot == slot) {
            return Ok(());
        }
    }
    let shown = pins::Shown {
        message: render::pinned(&view, &work.program.prefix),
        hash: state_hash(&json!([view.title(), view.rows_text()])),
        is_empty: view.standings.is_empty(),
    };
    pins::show(work, room, slot, &shown).await
}

fn slot_board(work: &Work<'_>, room: &str, slot: &str) -> Result<BoardKey, Fault> {
    let bad = || Fault::Data(format!("{slot} is no pinned board"));
    let (metric, kind) = slot.split_once('.').ok_or_else(bad)?;
    let metric: Metric = metric.parse().map_err(|_| bad())?;
    let kind: PeriodKind = kind.parse().map_err(|_| bad())?;
    let period = work.program.calendar.period_of(kind, work.today());
    let industry = room.strip_prefix("industry:").map(str::to_owned);
    Ok(BoardKey::new(metric, period, industry))
}

/// The turn of the day in the program's zone: today's movement is measured against yesterday's
/// ranks, on the first day of a period against the final ranks of the one before.
async fn day(work: &mut Work<'_>, turned_at: i64) -> Result<(), Fault> {
    let calendar = work.program.calendar.clone();
    let today = calendar.day_of(work.now);
    let yesterday = calendar.day_of(turned_at - 1);
    let keys = actions::current(work).await?;
    let mut live = work.memory.take::<Live>();
    live.drop_boards();
    store::clear_baselines(work.tx).await?;
    for key in &keys {
        let before =
            BoardKey { period: calendar.period_of(key.period.kind(), yesterday), ..key.clone() };
        let ranks = live.board(work, &before).await?.board.ranks();
        store::add_baseline(work.tx, &key.to_string(), &ranks).await?;
    }
    live.drop_boards();
    work.memory.put(live);
    organizations_day(work, yesterday).await?;
    tracing::info!(%today, boards = keys.len(), "the day has turned");
    next_day(work, work.now);
    // Clients of twelve months ago count no more.
    for slug in crate::industries::actions::open(work).await? {
        crate::industries::actions::show(work, &slug).await?;
    }
    actions::show_all(work).await
}

async fn organizations_day(work: &mut Work<'_>, yesterday: Date) -> Result<(), Fault> {
    if organizations::caught_up(work).await?.is_empty() {
        return Ok(());
    }
    store::organizations::clear_baselines(work.tx).await?;
    for key in organizations::current(work) {
        let period = work.program.calendar.period_of(key.period.kind(), yesterday);
        let before = BoardKey { period, ..key.clone() };
        let rows = organizations::board(work, &before).await?;
        let ranks: Vec<(String, u32)> =
            rows.into_iter().map(|(rank, place)| (place.slug, rank)).collect();
        store::organizations::add_baseline(work.tx, &key.to_string(), &ranks).await?;
    }
    organizations::show_all(work);
    Ok(())
}

fn next_day(work: &mut Work<'_>, now: i64) {
    let calendar = &work.program.calendar;
    let Ok(tomorrow) = calendar.day_of(now).tomorrow() else { return };
    let at = calendar.start_of(tomorrow);
    work.job("board.day", "board.day".to_owned(), String::new(), at);
}
