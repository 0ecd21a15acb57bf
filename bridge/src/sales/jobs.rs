//! What becomes of claims by time alone: reminders, and the end of those that nobody confirms.
use super::actions;
use crate::platform::jobs::Job;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        "sale.remind" => actions::remind(work, &job.payload).await,
        "sale.lapse" => match actions::lapse(work, &job.payload).await {
            Ok(()) => Ok(()),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Refusal(refusal)) => Err(Fault::Bug(refusal.sentence)),
        },
        other => Err(Fault::Bug(format!("no job of sales is called {other}"))),
    }
}
