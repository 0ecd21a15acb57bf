//! Bringing a file in and taking a batch back: read everything, decide, write everything. Nothing here
//! commits: a dry run is the same with the transaction thrown away.
mod judge;
mod reverse;
mod write;

pub use reverse::reverse;

use super::rules::{self, Told};
use crate::platform::db::Db;
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::work::{Cause, Effects, Memory, Work};
use crate::program::{Install, Program};
use futures_util::future::BoxFuture;
use schema::ids::BatchNumber;

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub batch: BatchNumber,
    pub sales: i64,
    pub partners: i64,
    /// Minor units of the program's currency.
    pub total: i64,
}

/// Each row's fate, and the batch where something new stands in the file and nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub rows: Vec<Told>,
    pub sum: Option<Sum>,
}

impl Report {
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.rows.iter().filter(|row| row.fate.is_wrong()).count()
    }
}

/// Brings a file in. `file`: its name, for the batch.
///
/// # Errors
/// A refusal when the file is none, or a total would be too large.
pub async fn bring(work: &mut Work<'_>, file: &str, bytes: &[u8]) -> Result<Report, Stop> {
    let records = rules::read(bytes).map_err(|sentence| Refusal::new(Code::Usage, sentence))?;
    let judged = judge::all(work, records).await?;
    let rows = judged.told;
    let wrong = rows.iter().any(|row| row.fate.is_wrong());
    if wrong || judged.sales.is_empty() {
        return Ok(Report { rows, sum: None });
    }
    let sum = write::all(work, file, judged.sales).await?;
    Ok(Report { rows, sum: Some(sum) })
}

/// What a unit of work outside the worker runs; whether it is to be kept.
pub type Run<'r, T> =
    dyn for<'w, 'a> FnOnce(&'w mut Work<'a>) -> BoxFuture<'w, Result<(T, bool), Stop>> + Send + 'r;

/// Runs a unit of work in a transaction of its own, while no worker runs.
///
/// # Errors
/// Those of the work; then nothing is kept.
pub async fn outside<T>(
    db: &Db,
    place: (&Program, &Install),
    (cause, now): (Cause, i64),
    run: Box<Run<'_, T>>,
) -> Result<T, Stop> {
    let mut tx = db.begin().await?;
    let mut memory = Memory::of(&mut tx, now).await?;
    let mut effects = Effects::default();
    let mut work = Work::new(&mut tx, now, place, &mut memory, &mut effects, cause);
    let (value, keep) = run(&mut work).await?;
    if keep {
        effects.flush(&mut tx).await?;
        tx.commit().await.map_err(Fault::from)?;
    } else {
        tx.rollback().await.map_err(Fault::from)?;
    }
    Ok(value)
}
