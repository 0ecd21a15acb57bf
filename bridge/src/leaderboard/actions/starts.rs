//! How industries stood when periods began: noted when a sale first counts there, and never again
//! changed, so that a replay of the ledger gives the same scores for ever.
use crate::industries;
use crate::leaderboard::live::Live;
use crate::leaderboard::rules::counts_double;
use crate::leaderboard::store;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::period::Period;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

/// In which periods an industry's new clients count double.
#[derive(Default)]
pub struct Starts(HashMap<(String, Period), bool>);

impl Starts {
    /// All that are noted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(reader: &mut Conn) -> Result<Self, Fault> {
        let rows = store::starts::all(reader).await?;
        let doubled = |row: store::starts::Start| {
            ((row.industry, row.period), counts_double(row.clients, row.targets))
        };
        Ok(Self(rows.into_iter().map(doubled).collect()))
    }

    /// Where nothing is noted, nothing counts double.
    #[must_use]
    pub fn doubled(&self, industry: &str, period: Period) -> bool {
        self.get(industry, period).unwrap_or(false)
    }

    fn get(&self, industry: &str, period: Period) -> Option<bool> {
        // All time has no beginning.
        if period == Period::ALL {
            return Some(false);
        }
        self.0.get(&(industry.to_owned(), period)).copied()
    }
}

/// Gives what `find` finds once every start that it asks for is noted.
pub(super) async fn with<T>(
    work: &mut Work<'_>,
    mut find: impl FnMut(&dyn Fn(&str, Period) -> bool) -> T,
) -> Result<T, Fault> {
    let mut live = work.memory.take::<Live>();
    let found = noted(work, &mut live, &mut find).await;
    work.memory.put(live);
    found
}

async fn noted<T>(
    work: &mut Work<'_>,
    live: &mut Live,
    find: &mut impl FnMut(&dyn Fn(&str, Period) -> bool) -> T,
) -> Result<T, Fault> {
    loop {
        let starts = live.starts(work).await?;
        let (found, missing) = asked(starts, find);
        if missing.is_empty() {
            return Ok(found);
        }
        for (industry, period) in missing {
            let doubled = note(work, &industry, period).await?;
            live.starts(work).await?.0.insert((industry, period), doubled);
        }
    }
}

fn asked<T>(
    starts: &Starts,
    find: &mut impl FnMut(&dyn Fn(&str, Period) -> bool) -> T,
) -> (T, BTreeSet<(String, Period)>) {
    let missing = RefCell::new(BTreeSet::new());
    let found = find(&|industry, period| {
        starts.get(industry, period).unwrap_or_else(|| {
            missing.borrow_mut().insert((industry.to_owned(), period));
            false
        })
    });
    (found, missing.into_inner())
}

async fn note(work: &mut Work<'_>, industry: &str, period: Period) -> Result<bool, Fault> {
    let calendar = work.program.calendar.clone();
    let first = period.first_day(calendar.week_start);
    let Some(first) = first else { return Ok(false) };
    let clients = industries::actions::won(work, industry, first, calendar.start_of(first)).await?;
    let targets = industries::actions::target(work, industry, first).await?;
    let targets = targets.map(|target| target.accounts);
    let start = store::starts::Start { industry: industry.to_owned(), period, clients, targets };
    store::starts::insert(work.tx, &start, work.now).await?;
    Ok(counts_double(clients, targets))
}
