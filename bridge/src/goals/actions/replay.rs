//! A goal's figures from the ledger alone: when it is set, and to see whether the stored ones are right.
use crate::goals::rules::{Tally, Terms};
use crate::goals::store::{self, GoalRow, figures, sources};
use crate::leaderboard::actions::organizations;
use crate::leaderboard::rules::Memberships;
use crate::ledger::rules::Sealed;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use std::collections::BTreeMap;

const PAGE: i64 = 1_000;
/// No sale is taken before its day: what the ledger took earlier than the goal's first day is of other
/// days. A day more, as clocks may have been wrong.
const BEFORE_MS: i64 = 86_400_000;

fn read(body: &str) -> Result<Sealed, Fault> {
    Sealed::read(body).map_err(|error| Fault::Data(error.to_string()))
}

fn take(
    tally: &mut Tally,
    terms: &Terms,
    sealed: &Sealed,
    memberships: &Memberships,
) -> Result<(), Fault> {
    let Some(credit) = sealed.body.credit() else { return Ok(()) };
    tally.take(terms, credit, memberships).map_err(|_| Fault::Overflow("a goal"))
}

/// What the days of a goal have brought so far, read backwards from the newest entry.
pub(super) async fn of_past(work: &mut Work<'_>, terms: &Terms) -> Result<Tally, Fault> {
    let earliest = work.program.calendar.start_of(terms.from) - BEFORE_MS;
    let memberships = organizations::memberships(work).await?;
    let mut tally = Tally::default();
    let mut before = i64::MAX;
    loop {
        let page = sources::before(work.tx, before, PAGE).await?;
        let Some((last, oldest)) = page.last().map(|(seq, at, _)| (*seq, *at)) else {
            return Ok(tally);
        };
        for (_, _, body) in &page {
            take(&mut tally, terms, &read(body)?, &memberships)?;
        }
        if oldest < earliest {
            return Ok(tally);
        }
        before = last;
    }
}

/// The first goal whose stored figures are not what the ledger says, in words.
///
/// # Errors
/// When the database refuses.
pub async fn differs_from_replay(connection: &mut Conn) -> Result<Option<String>, Fault> {
    let mut goals = store::all(connection).await?;
    // What is over keeps the figures of who belonged and showed what when it ended.
    goals.retain(|goal| goal.is_open() || !goal.terms().asks_who());
    let memberships = organizations::read(connection).await?;
    if goals.is_empty() {
        return Ok(None);
    }
    let begun = |goal: GoalRow| (goal.terms(), goal, Tally::default());
    let mut tallies: Vec<_> = goals.into_iter().map(begun).collect();
    sources::each(connection, |seq, body| {
        let sealed = read(body)?;
        for (terms, goal, tally) in &mut tallies {
            if goal.closed_seq.is_none_or(|closed| seq <= closed) {
                take(tally, terms, &sealed, &memberships)?;
            }
        }
        Ok(())
    })
    .await?;
    for (_, goal, mut tally) in tallies {
        tally.progress.retain(|_, progress| *progress != 0);
        let stored = figures::stored(connection, &goal.id).await?;
        if stored != tally {
            return Ok(Some(difference(&goal, &stored.progress, &tally.progress)));
        }
    }
    Ok(None)
}

fn difference(
    goal: &GoalRow,
    stored: &BTreeMap<usize, i64>,
    replayed: &BTreeMap<usize, i64>,
) -> String {
    let number = goal.number;
    if stored == replayed {
        return format!("goal {number}: what partners have given");
    }
    let said = |figures: &BTreeMap<usize, i64>| {
        let sides = (0..goal.sides.len()).map(|place| figures.get(&place).copied().unwrap_or(0));
        sides.map(|progress| progress.to_string()).collect::<Vec<_>>().join(", ")
    };
    format!("goal {number}: stored {}, replayed {}", said(stored), said(replayed))
}
