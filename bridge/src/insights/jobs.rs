//! Once a month, on its first day at nine in the program's zone, for the month before.
use super::{render, rules, store};
use crate::digests::rules::HOUR;
use crate::industries;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::period::{Period, PeriodKind};

const MONTH: &str = "insights.month";
const ROOM: &str = "general";

/// To be asked for at every start; a job that waits already stays as it is.
pub fn start(work: &mut Work<'_>) {
    next(work);
}

/// The payload is the month to tell of, so that a late run tells of the same.
///
/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    if job.kind != MONTH {
        return Err(Fault::Bug(format!("no job of insights is called {}", job.kind)));
    }
    let period = job.payload.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
    tell(work, period).await?;
    next(work);
    Ok(())
}

async fn tell(work: &mut Work<'_>, period: Period) -> Result<(), Fault> {
    let bounds = work.program.calendar.bounds(period);
    let (from, to) = bounds.ok_or_else(|| Fault::Data(period.to_string()))?;
    let insights = rules::insights(
        store::first_wins(work.tx, from, to).await?,
        &store::answers(work.tx, from, to).await?,
        store::templates(work.tx, from, to).await?,
    );
    if insights.is_empty() {
        return Ok(());
    }
    let names = industries::actions::names(work).await?;
    let message = render::post(period, &insights, &names, &work.program.prefix);
    work.send_as(&format!("insights:{period}"), ROOM, &message);
    Ok(())
}

fn next(work: &mut Work<'_>) {
    let calendar = &work.program.calendar;
    let period = calendar.period_of(PeriodKind::Month, work.today());
    let Some(day) = period.end_day(calendar.week_start) else { return };
    let at = calendar.at_hour(day, HOUR);
    work.job(MONTH, MONTH.to_owned(), period.to_string(), at);
}
