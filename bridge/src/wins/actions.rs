//! One way for every capability to have something celebrated. What is told here waits for company and
//! then stands in one message with it.
mod gather;
mod sale;
#[cfg(test)]
mod tests;
mod told;

pub use gather::gather;
pub use sale::{credited, sale_win};
pub use told::{delete, edit, erase as erase_told, people_changed, redact, tell};

use super::store;
use crate::platform::refusal::Fault;
use crate::platform::text::Line;
use crate::platform::work::Work;
use schema::card::{Amounts, SaleWin};

/// The room of all this.
pub const ROOM: &str = "wins";

/// Something good that has happened, told in the wins room. `key` names it for ever: the same key again
/// is the same celebration, and by it `retract` finds it.
///
/// # Errors
/// When the database refuses.
pub async fn celebrate(work: &mut Work<'_>, key: &str, line: Line) -> Result<(), Fault> {
    if store::known(work.tx, key).await?.is_some() {
        return Ok(());
    }
    let cause = work.cause.id.clone();
    store::insert(work.tx, key, &line, (work.now, &cause)).await?;
    gather::soon(work).await
}

/// What was celebrated is no longer so (a void, a lost dispute): the message says it, in the words given.
/// What still waits is never said.
///
/// # Errors
/// When the database refuses.
pub async fn retract(work: &mut Work<'_>, key: &str, line: Line) -> Result<(), Fault> {
    if store::known(work.tx, key).await? != Some(false) {
        return Ok(());
    }
    let cause = work.cause.id.clone();
    store::end(work.tx, key, work.now, &cause).await?;
    let Some(row) = store::line(work.tx, key).await? else { return Ok(()) };
    match row.post {
        None => Ok(store::drop_line(work.tx, key).await?),
        Some(post) => {
            store::reword(work.tx, key, &line, None).await?;
            gather::show(work, post).await
        }
    }
}

/// Other words for what is celebrated and still so; gives the message that is to show them.
async fn reword(
    work: &mut Work<'_>,
    key: &str,
    line: &Line,
    sale: Option<&SaleWin>,
) -> Result<Option<i64>, Fault> {
    let Some(row) = store::line(work.tx, key).await?.filter(|row| !row.taken_back) else {
        return Ok(None);
    };
    if row.line.kept() == line.kept() {
        return Ok(None);
    }
    store::reword(work.tx, key, line, sale).await?;
    Ok(row.post)
}

/// How a partner's amounts are shown.
///
/// # Errors
/// When the database refuses.
pub async fn amounts(work: &mut Work<'_>, partner: &str) -> Result<Amounts, Fault> {
    Ok(store::amounts(work.tx, partner).await?.unwrap_or(super::rules::AMOUNTS))
}

/// Counts for what is told from then on; says whether it is a change.
///
/// # Errors
/// When the database refuses.
pub async fn set_amounts(
    work: &mut Work<'_>,
    partner: &str,
    wanted: Amounts,
) -> Result<bool, Fault> {
    if amounts(work, partner).await? == wanted {
        return Ok(false);
    }
    store::set_amounts(work.tx, partner, wanted, work.now).await?;
    Ok(true)
}
