//! When a hold is over: at the start of a local day, by a job of that day.
use super::book::{self, Kind, Origin};
use crate::commission::rules::Body;
use crate::commission::store::lines::{self, LineRow};
use crate::ledger::rules::Change;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// Lines that one job releases before it asks for another turn.
const PAGE: i64 = 200;

/// The instant from which a line of a rule is payable: now, or after so many full local days.
pub(super) fn release_at(work: &Work<'_>, body: &Body, held_from: Option<i64>) -> i64 {
    match body.hold_days {
        Some(days) if days > 0 => {
            work.program.calendar.after_full_days(held_from.unwrap_or(work.now), days)
        }
        _ => work.now,
    }
}

/// Releases a new line at once, or asks for the day on which it is due.
pub(super) async fn open(work: &mut Work<'_>, line: &LineRow, follows: i64) -> Result<(), Fault> {
    let at = line.release_at.unwrap_or(work.now);
    if at > work.now {
        ask(work, at);
        return Ok(());
    }
    let posted = lines::of_sale(work.tx, line.sale).await?;
    let own = posted.iter().find(|other| other.partner == line.partner);
    free(work, own.ok_or_else(|| Fault::Bug("a line that was just written".into()))?, follows).await
}

fn ask(work: &mut Work<'_>, at: i64) {
    work.job("commission.release", format!("commission.release:{at}"), at.to_string(), at);
}

async fn free(work: &mut Work<'_>, line: &LineRow, follows: i64) -> Result<(), Fault> {
    let free = line.posted.total - line.posted.disputed;
    if free != 0 {
        let change = Change { held: -free, payable: free, disputed: 0 };
        let origin = Origin { kind: Kind::Released, id: "hold", follows, reason: "" };
        book::post(work, line, change, origin).await?;
    }
    Ok(lines::release(work.tx, line, work.now).await?)
}

/// Releases what is due; comes again while there is more.
///
/// # Errors
/// When the database refuses.
pub async fn release(work: &mut Work<'_>, at: i64) -> Result<(), Fault> {
    let due = lines::due(work.tx, work.now, PAGE).await?;
    for line in &due {
        let id = format!("sale:{}:{}", line.sale, line.partner);
        let earned = crate::ledger::actions::seq_of(work, "commission.earned", &id).await?;
        free(work, line, earned).await?;
    }
    if i64::try_from(due.len()).is_ok_and(|count| count == PAGE) {
        let now = work.now;
        let again = format!("commission.release:{at}:{now}");
        work.job("commission.release", again, at.to_string(), now);
    }
    Ok(())
}
