//! What becomes of commission by time alone: holds end.
use super::actions;
use crate::platform::jobs::Job;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;

/// # Errors
/// A fault of ours; the job comes again.
pub async fn run(work: &mut Work<'_>, job: &Job) -> Result<(), Fault> {
    match job.kind.as_str() {
        "commission.release" => {
            let at = job.payload.parse().map_err(|_| Fault::Data(job.payload.clone()))?;
            actions::release(work, at).await
        }
        other => Err(Fault::Bug(format!("no job of commission is called {other}"))),
    }
}
