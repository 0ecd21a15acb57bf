//! `ledger verify`: the chain, and all that must be what the ledger makes of it.
use crate::clock;
use anyhow::Context;
use bridge::ledger::actions::Verified;
use bridge::platform::db::{Conn, Db};
use bridge::program::Program;
use bridge::{badges, goals, leaderboard, ledger};
use jiff::civil::Date;
use schema::period::Calendar;
use tokio::task::JoinSet;

/// What a walk over the ledger finds, and what else is not what the ledger makes of it: side by side, as
/// each takes a processor for itself.
///
/// # Errors
/// When the database refuses.
pub async fn verify(
    db: &Db,
    program: &Program,
) -> anyhow::Result<(Verified, anyhow::Result<Option<String>>)> {
    let mut beside = JoinSet::new();
    let (own, calendar) = (db.clone(), program.calendar.clone());
    let today = (program.calendar.day_of(clock::now()), program.currency.exponent());
    beside.spawn(async move { differs_from_replay(&own, &calendar, today).await });
    let mut snapshot = db.snapshot().await?;
    let found = ledger::actions::verify(&mut snapshot).await?;
    // Whoever has one connection only can lend it to the other side now.
    drop(snapshot);
    let replayed = beside.join_next().await.context("nothing was begun")?;
    Ok((found, replayed.context("the replay has panicked")?))
}

/// The first of boards, goals, badges and tiers that the ledger does not make so, in words. The ledger is
/// read once for all that is by partner; the boards are read beside that.
async fn differs_from_replay(
    db: &Db,
    calendar: &Calendar,
    today: (Date, u8),
) -> anyhow::Result<Option<String>> {
    let mut snapshot = db.snapshot().await?;
    let mut boards = leaderboard::actions::Replay::begin(&mut snapshot, calendar).await?;
    let mut beside = JoinSet::new();
    let (own, stored) = (db.clone(), boards.stored());
    beside.spawn(async move { anyhow::Ok(stored.read(&mut *own.snapshot().await?).await?) });
    let rest = all_but_boards(&mut snapshot, &mut boards, today).await?;
    drop(snapshot);
    let stored = beside.join_next().await.context("nothing was begun")?;
    let stored = stored.context("the reading of the boards has panicked")??;
    let mut snapshot = db.snapshot().await?;
    Ok(told("boards", boards.difference(&mut snapshot, &stored).await?).or(rest))
}

/// Gives the boards what they are compared with, and compares all else.
async fn all_but_boards(
    snapshot: &mut Conn,
    boards: &mut leaderboard::actions::Replay<'_>,
    today: (Date, u8),
) -> anyhow::Result<Option<String>> {
    let mut badges = badges::actions::Replay::begin(snapshot, today).await?;
    ledger::actions::each_partner(snapshot, |partner, entries| {
        badges.take(partner, entries);
        boards.take(partner, entries)
    })
    .await?;
    if let Some(odd) = told("boards", boards.finish(snapshot).await?) {
        return Ok(Some(odd));
    }
    if let Some(odd) = told("goals", goals::actions::differs_from_replay(snapshot).await?) {
        return Ok(Some(odd));
    }
    Ok(told("badges", badges.difference(snapshot).await?))
}

fn told(what: &str, odd: Option<String>) -> Option<String> {
    odd.map(|odd| format!("The {what} differ from a replay of the ledger: {odd}."))
}
