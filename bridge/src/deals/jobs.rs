//! What deals owe at a time: reminders before the end, and the end. One job of each kind a deal: it
//! looks at the deal when it runs, and waits on where the end has moved.
use super::actions;
use super::rules::{REMIND_DAYS, remind_at};
use super::store::DealRow;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

const REMIND: &str = "deal.remind";
const END: &str = "deal.end";

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match (job.kind.as_str(), job.payload.split_once(' ')) {
        (END, _) => actions::end(work, &job.payload).await,
        (REMIND, Some((id, before))) => {
            let before = before.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
            actions::remind(work, id, before).await
        }
        (other, _) => Err(Fault::Bug(format!("no job of deals is called {other}"))),
    }
}

/// Owes all that a protection will need; what waits already stays as it is.
pub fn owe(work: &mut Work<'_>, deal: &DealRow) {
    for before in REMIND_DAYS {
        owe_reminder(work, deal, before);
    }
    owe_end(work, deal);
}

/// Not where the protection is shorter than that.
pub fn owe_reminder(work: &mut Work<'_>, deal: &DealRow, before: i64) {
    let Some(term) = deal.term else { return };
    let at = remind_at(&work.program.calendar, term.ends_on, before);
    if at > work.now {
        let payload = format!("{} {before}", deal.id);
        work.job(REMIND, format!("{REMIND}:{payload}"), payload, at);
    }
}

pub fn owe_end(work: &mut Work<'_>, deal: &DealRow) {
    if let Some(term) = deal.term {
        let id = deal.id.to_string();
        work.job(END, format!("{END}:{id}"), id, term.ends_at);
    }
}
